package seeds

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"mediawatch/page"
	"mediawatch/text"
)

var reBy = regexp.MustCompile(`^(?i:edited by|interview(?: by|:)|interviewed by|розмовля(?:в|ла)|розмову вел[аи]|беседовал(?:а)?|интервью (?:взял|узял)[аи]?|rozmawiał(?:a)?|της|του|γράφει (?:ο|η)|skriver|tekst av|text av|napsal[ai]?|írta|scris de|oleh|das gespräch führte[n]?|interview von|entretien avec|propos recueillis par|entrevista de|intervista di|tekst:|by|von|par|por|di|door|av|af|przez|от|autor(?:in)?|auteur|auteure|author|text|texte|texto|testo|tekst|текст|автор|byline|written by|reported by|reporting by|words by|story by|ein (?:bericht|beitrag|kommentar|artikel) von|eine analyse von|une analyse de|propos recueillis par|redacción|redaktion|بقلم|كتبتها|كتبها|كتبت|كتبوا|كتب|أعدّته|أعدته|أعدتها|أعده|أعدت|إعداد|حاورته|حاورتها|حاورها|حاوره|حررته|تحرير|عن مراسلتنا|الكاتب|نویسنده|نوشته|گزارش|yazan|haber|yazar|muhabir|文|作者|记者|記者|撰文|採訪|采访|編輯|编辑|著者|取材|기자)(?:\s*[:：/／]\s*|\s+[-–—]\s+|\s*)(.+)$`)

// byline takes a line that names who wrote the article.
func (r *reader) byline(s string) bool {
	names, ok := bylineNames(s)
	if !ok {
		return false
	}
	r.d.addAuthors(names...)
	r.paperIn(s)
	return true
}

// bylineNames returns the people of a byline. A word such as "By" alone proves nothing: what follows must look like
// names, since headlines begin with it, too.
func bylineNames(s string) ([]string, bool) {
	s = trim(reHandle.ReplaceAllString(strings.Trim(s, "[]()【】（）*_"), ""))
	if len(s) > 200 || words(s) > 18 {
		return nil, false
	}
	m := reBy.FindStringSubmatch(s)
	if m == nil {
		return reporterBehind(s)
	}
	head := s[:len(s)-len(m[1])]
	r := firstRune(head)
	latin := unicode.In(r, unicode.Latin, unicode.Cyrillic)
	if latin && !strings.HasSuffix(head, " ") && !strings.ContainsAny(head, ":：/") {
		return nil, false
	}
	rest := trim(m[1])
	if !latin && !strings.ContainsAny(head, ":：/／ ") && width(rest) > 12 {
		return nil, false
	}
	if ended(rest) && !strings.HasSuffix(rest, ".") {
		return nil, false
	}
	var names []string
	for _, n := range splitNames(rest) {
		n = cutPlace(trim(n))
		if n == "" {
			continue
		}
		if len(names) > 0 && (paperWords.MatchString(text.Fold(n)) || isRole(n)) {
			continue
		}
		if !looksName(n) {
			if len(names) > 0 && words(n) <= 6 && !strings.ContainsFunc(n, unicode.IsDigit) { // "Jane Doe, energy correspondent"
				continue
			}
			return nil, false
		}
		if len(names) == 0 || words(n) >= 2 {
			names = append(names, n)
		}
	}
	return names, len(names) > 0
}

// reHandle is a name on a service or a mailbox behind a person's name.
var reHandle = regexp.MustCompile(`[\s,|(]+(?:[\w.+-]+)?@[\w.-]+\)?`)

// paperIn takes the name of a paper that stands in a byline behind the names of people.
func (r *reader) paperIn(s string) {
	parts := strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(",|–—()", c) })
	for i, p := range parts {
		if p = trim(p); i > 0 && words(p) >= 2 && words(p) <= 6 && looksName(p) && paperWords.MatchString(text.Fold(p)) && !reAgencyWord.MatchString(p) {
			r.d.clue(clueByline, p, 0)
		}
	}
}

var reReporter = regexp.MustCompile(`^[【\[(（]?\s*(\p{Han}{2,4})\s*(?:记者|記者|通讯员)?\s*(?:报道|報道)?\s*[】\])）]?$|^(.{2,20}?)\s?기자$`)

// reporterBehind reads the bylines that put the word for reporter behind the name.
func reporterBehind(s string) ([]string, bool) {
	m := reReporter.FindStringSubmatch(s)
	if m == nil || !(strings.Contains(s, "记者") || strings.Contains(s, "記者") || strings.Contains(s, "기자") || strings.Contains(s, "報道") || strings.Contains(s, "报道")) {
		return nil, false
	}
	if m[1] != "" {
		return []string{m[1]}, true
	}
	return []string{m[2]}, true
}

// cutPlace takes " in Berlin", ", Reuters" and the like off a name.
func cutPlace(n string) string {
	if loc := rePlace.FindStringIndex(n); loc != nil {
		return trim(n[:loc[0]])
	}
	return n
}

var rePlace = regexp.MustCompile(`\s+(?i:in|aus|à|en|desde|at|for|from|da|van uit|в|из|في|در)\s+\p{Lu}?.*$`)

// particles stand in names in lower case.
const particles = " de del della di da do dos das la le les el al bin ibn ben von van der den zu zur af av y e i und and et du des ter ten "

// reElided is an article or a preposition that lost its vowel before a name: l’Estuaire, d'Artagnan.
var reElided = regexp.MustCompile(`^(?i:l|d|dell|all|nell|sull|dall)['’]`)

// looksName reports whether n could be a person, a desk or an agency: one to five words, all capitalised but particles, no digits.
func looksName(n string) bool {
	if strings.ContainsAny(n, "0123456789?!:;\"“”") || len(n) > 70 {
		return false
	}
	fields := strings.Fields(strings.TrimRight(n, "."))
	if len(fields) == 0 || len(fields) > 5 {
		return false
	}
	for _, f := range fields {
		if strings.Contains(particles, " "+strings.ToLower(f)+" ") {
			continue
		}
		first := firstRune(reElided.ReplaceAllString(f, ""))
		if first == 0 || unicode.IsLower(first) {
			return false
		}
	}
	return true
}

// nameBesideDate takes a line of nothing but a person's name, when the line before or after it is a date: "Jane Doe" / "9 February 2025".
func (r *reader) nameBesideDate(i int) bool {
	s := r.lines[i].text
	n := cutPlace(strings.TrimSuffix(s, ","))
	if !looksName(n) || words(n) < 2 || words(n) > 4 || ended(s) || sectionNames[key(s)] || !unicode.IsUpper(firstRune(n)) {
		return false
	}
	dated := false
	for _, l := range r.nonBlank(i+1, 1) {
		dated = (&reader{d: &draft{}}).dateLine(l.text, true)
	}
	for j := i - 1; j >= 0 && !dated; j-- {
		if !r.lines[j].blank {
			dated = (&reader{d: &draft{}}).dateLine(r.lines[j].text, true)
			break
		}
	}
	if !dated {
		return false
	}
	if paperWords.MatchString(text.Fold(n)) {
		r.d.clue(clueMast, n, r.lines[i].first)
		return true
	}
	r.d.addAuthors(n)
	return true
}

// dateSplits are where a line that holds a date among other things may be cut.
var dateSplits = regexp.MustCompile(`\s*[|·•∙●]\s*|\s+[-–—/]\s+|\t+|\s{2,}|,\s+|\s*[;،，]\s*`)

var reUpdateAt = regexp.MustCompile(`(?i)[\s,;.(|\[]((?:last |zuletzt |dernière |última |ultimo |последнее |آخر |آخرین |son )?(?:updated?|modified|edited|aktualisiert|geändert|mis à jour|mise à jour|modifié|actualizado|actualizada|actualización|atualizado|aggiornato|bijgewerkt|uppdaterad|обновлено|изменено|تحديث|به‌روزرسانی|güncelleme|güncellendi|更新|最終更新|수정))`)

// reLabelAt finds the labelled parts of a line that is cut by nothing but spaces.
var reLabelAt = regexp.MustCompile(`(?i)\s+((?:source|author|editor|quelle|autor|fuente|auteur|fonte|источник|автор|المصدر|الكاتب|منبع|نویسنده|kaynak|yazar|来源|來源|作者|记者|記者|编辑|責任編輯|责任编辑|字号|浏览|阅读)\s?[:：])`)

// dateLine takes a line that consists of a date, or of a date and such things as stand beside one: byline, section, place, reading time.
func (r *reader) dateLine(s string, afterTitle bool) bool {
	if len(s) > 260 || !strings.ContainsFunc(s, unicode.IsDigit) {
		return false
	}
	s = strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) && c != '\t' {
			return ' '
		}
		return c
	}, s)
	if w, ok := labelledWhen(s, afterTitle); ok {
		r.d.addStamp(w)
		return true
	}
	if r.twoStamps(s, afterTitle) {
		return true
	}
	return r.dateAmong(reLabelAt.ReplaceAllString(s, " | $1"), afterTitle)
}

var reLabel = regexp.MustCompile(`^[\pL\pM][\pL\pM .'’-]{1,32}\s?[:：]\s*(.+)$`)

// labelledWhen reads a date behind a label, in whatever language the label is: words before a colon. Below a headline
// one unknown word may do without the colon.
func labelledWhen(s string, afterTitle bool) (page.When, bool) {
	if w, ok := page.ParseWhen(s); ok {
		return w, true
	}
	if m := reLabel.FindStringSubmatch(s); m != nil {
		if w, ok := page.ParseWhen(m[1]); ok {
			return w, true
		}
	}
	if first, rest, ok := strings.Cut(s, " "); ok && afterTitle && !strings.ContainsFunc(first, unicode.IsDigit) && len(first) > 3 {
		return page.ParseWhen(rest)
	}
	return page.When{}, false
}

// twoStamps reads the time of publication and the time of change in one line. The second may state its time of day alone.
func (r *reader) twoStamps(s string, afterTitle bool) bool {
	var cuts []int
	if loc := reUpdateAt.FindStringSubmatchIndex(s); loc != nil {
		cuts = append(cuts, loc[2])
	}
	for i, c := range s {
		if i > 0 && len(cuts) < 8 && strings.ContainsRune("([|•·;/–—", c) {
			cuts = append(cuts, i)
		}
	}
	for _, at := range cuts {
		left, right := strings.Trim(s[:at], "|()[],;/·•-–— "), strings.Trim(s[at:], "|()[],;/·•-–— ")
		a, okA := labelledWhen(left, afterTitle)
		b, okB := labelledWhen(right, true)
		switch {
		case okA && okB:
			if b.Updated || !a.Updated {
				a.Updated, b.Updated = false, true
			}
		case okA && !okB:
			if b, okB = clockOf(right, a); !okB {
				if words(right) <= 5 && reUpdateAt.MatchString(" "+right) { // "updated yesterday 19.05" dates nothing
					r.d.addStamp(a)
					return true
				}
				continue
			}
			a.Updated = false
		case okB && b.Updated && r.beside(left, afterTitle):
			r.d.addStamp(b)
			return true
		default:
			continue
		}
		r.d.addStamp(a)
		r.d.addStamp(b)
		return true
	}
	return false
}

// clockOf reads a time of day of the same day as a, behind a label that speaks of a change.
func clockOf(s string, a page.When) (page.When, bool) {
	if m := reLabel.FindStringSubmatch(s); m != nil {
		s = "updated " + m[1]
	}
	b, ok := page.ParseWhen(fmt.Sprintf("%04d-%02d-%02d, %s", a.Year, a.Month, a.Day, s))
	if !ok || !b.HasTime || !a.HasTime || !b.Updated {
		return page.When{}, false
	}
	if b.Zone == nil {
		b.Zone = a.Zone
	}
	return b, true
}

// dateAmong looks for the longest part between two cuts that is a date while what is left and right of it belongs beside one.
func (r *reader) dateAmong(s string, afterTitle bool) bool {
	cuts := dateSplits.FindAllStringIndex(s, 12)
	starts, ends := []int{0}, []int{}
	for _, c := range cuts {
		ends = append(ends, c[0])
		starts = append(starts, c[1])
	}
	ends = append(ends, len(s))
	for n := len(starts) - 1; n >= 1; n-- { // the number of pieces the date takes
		for i := 0; i+n <= len(starts); i++ {
			w, ok := page.ParseWhen(s[starts[i]:ends[i+n-1]])
			if !ok {
				continue
			}
			left, right := "", ""
			if i > 0 {
				left = s[:ends[i-1]]
			}
			if i+n < len(starts) {
				right = s[starts[i+n]:]
			}
			if r.beside(left, afterTitle) && r.beside(right, afterTitle) {
				r.d.addStamp(w)
				return true
			}
		}
	}
	return r.bylineThenDate(s)
}

var reOn = regexp.MustCompile(`\s+(?i:on|am|le|el|il|op|den|dne|,)\s+`)

// bylineThenDate reads "By Jane Doe on 9 February 2025".
func (r *reader) bylineThenDate(s string) bool {
	for _, c := range reOn.FindAllStringIndex(s, 6) {
		names, ok := bylineNames(s[:c[0]])
		w, dated := page.ParseWhen(s[c[1]:])
		if ok && dated {
			r.d.addAuthors(names...)
			r.d.addStamp(w)
			return true
		}
	}
	return false
}

// beside takes what may stand in one line with a date: nothing, a byline, a section, a reading time, another date, a place or a desk.
func (r *reader) beside(s string, afterTitle bool) bool {
	s = trim(strings.Trim(trim(s), "|·•-–—,;()[]"))
	if s == "" {
		return true
	}
	if len(s) > 100 {
		return false
	}
	if w, ok := page.ParseWhen(s); ok {
		r.d.addStamp(w)
		return true
	}
	if names, ok := bylineNames(s); ok {
		r.d.addAuthors(names...)
		return true
	}
	if phraseOf(s) == phraseJunk {
		return true
	}
	if sectionNames[key(s)] {
		if len(r.d.section) == 0 {
			r.d.section = []string{text.Line(s)}
		}
		return true
	}
	pieces := dateSplits.Split(s, 6)
	if len(pieces) > 1 {
		for _, p := range pieces {
			if trim(p) != "" && len(p) < len(s) && !r.beside(p, afterTitle) {
				return false
			}
		}
		return true
	}
	if r.field(line{text: s}) {
		return true
	}
	if o := r.d.outletNamed(s); o != "" {
		r.d.clue(clueStated, o, 0)
		return true
	}
	return afterTitle && words(s) <= 4 && looksName(s)
}
