package seeds

import (
	"regexp"
	"strings"
	"unicode"

	"mediawatch/page"
	"mediawatch/text"
)

// reader walks once through the lines of a text: head, then the end, then what is between.
type reader struct {
	d         *draft
	lines     []line
	titleKey  string
	repeated  string // key of a headline that stands twice
	recurring map[string]bool
}

// readText reads a plain text.
func (d *draft) readText(src string) {
	r := &reader{d: d, recurring: map[string]bool{}}
	for _, s := range d.options.Boilerplate {
		r.recurring[key(s)] = true
	}
	r.lines = unwrap(splitLines(src), r.standsAlone)
	start := r.head()
	end := r.tail(start)
	r.middle(start, end)
	if d.published.IsZero() {
		r.dateline()
	}
}

// standsAlone reports whether a line is something that nobody wraps together with its neighbours.
func (r *reader) standsAlone(s string) bool {
	if words(s) > 14 {
		return false
	}
	if _, ok := page.ParseWhen(s); ok {
		return true
	}
	if _, ok := bylineNames(s); ok {
		return true
	}
	return isRule(s) || strings.HasPrefix(s, "http") || strings.HasPrefix(s, "www.") || r.recurring[key(s)]
}

func (r *reader) cutLine(l line) { r.d.cut = append(r.d.cut, cutLine{l.first, l.text}) }

// longestClosing is the number of words from which a line that recurs is text, not boilerplate.
const longestClosing = 12

// boilerplate tells what kind of stock line l is, by its words or because it recurs in the folder.
func (r *reader) boilerplate(l line) phraseKind {
	if len(r.recurring) > 0 && words(l.text) < longestClosing && r.recurring[key(l.text)] {
		return phraseTail
	}
	return phraseOf(l.text)
}

// tailLines is how far back from the end trailing matter is looked for.
const tailLines = 250

// tail cuts what the site appended and returns the index behind the body's last line. From the first stock line on, everything must be a
// stock line, too, or as short as controls and names are: a stock line with paragraphs behind it stands within the article.
func (r *reader) tail(start int) int {
	index := r.tailIndex(start)
	cutFrom := len(index)
	for i := 0; i < len(index); {
		kind := r.boilerplate(r.lines[index[i]])
		if kind == phraseNone || kind == phraseMid && i == 0 {
			i++
			continue
		}
		stop := r.runOf(index, i, kind)
		if stop == len(index) {
			cutFrom = i
			break
		}
		i = stop + 1
	}
	cutFrom = r.strayEnd(index, cutFrom)
	cutFrom = r.biography(index, cutFrom)
	cutFrom = r.keepBody(index, cutFrom, start)
	if cutFrom == len(index) {
		return len(r.lines)
	}
	for _, i := range index[cutFrom:] {
		r.trailing(r.lines[i])
	}
	return index[cutFrom]
}

// tailIndex returns the indices of the last lines with text, in order.
func (r *reader) tailIndex(start int) []int {
	var index []int
	for i := start; i < len(r.lines); i++ {
		if l := r.lines[i]; !l.blank && !isRule(l.text) {
			index = append(index, i)
		}
	}
	if len(index) > tailLines {
		index = index[len(index)-tailLines:]
	}
	return index
}

// runOf returns the position of the first line from i on that cannot be trailing matter after a stock line of the given kind.
func (r *reader) runOf(index []int, i int, kind phraseKind) int {
	for i++; i < len(index); i++ {
		if kind == phraseAll {
			return len(index)
		}
		l := r.lines[index[i]]
		next := r.boilerplate(l)
		if next != phraseNone {
			kind = max(kind, next)
			continue
		}
		n := words(l.text)
		short := n < longestClosing && !(ended(l.text) && n > 3)
		listed := kind == phraseList && n <= 25 && !ended(strings.TrimRight(l.text, "?!"))
		if !short && !listed && !addressOnly(l.text) && !r.isDate(l.text) {
			return i
		}
	}
	return i
}

func (r *reader) isDate(s string) bool {
	_, ok := page.ParseWhen(s)
	return ok
}

// strayEnd moves the cut up over the last lines that are no sentence: the mark of an agency, a control without a known name, a paper's motto. It takes at most three
// words, above other trailing matter at most eight, and needs a body that is written in sentences.
func (r *reader) strayEnd(index []int, cutFrom int) int {
	sentences := 0
	for _, i := range index[:cutFrom] {
		if ended(r.lines[i].text) {
			sentences++
		}
	}
	if sentences*2 < cutFrom || sentences < 2 {
		return cutFrom
	}
	cutFrom = r.strayRun(index, cutFrom, sentences)
	for cutFrom > 1 {
		l, most := r.lines[index[cutFrom-1]], 3
		if cutFrom < len(index) && headingLike(l.text) {
			most = 8
		}
		if isItem(l.text) || (ended(l.text) && !addressOnly(l.text)) || (words(l.text) > most && !addressOnly(l.text) && !r.isDate(l.text)) {
			break
		}
		cutFrom--
	}
	return cutFrom
}

// strayRun moves the cut up over two or more last lines that are no sentences, in a text that is written in sentences almost throughout: headlines of other articles and
// controls, in whatever language.
func (r *reader) strayRun(index []int, cutFrom, sentences int) int {
	at := cutFrom
	for at > 2 {
		l := r.lines[index[at-1]]
		if isItem(l.text) || ended(l.text) || words(l.text) >= longestClosing || strings.HasPrefix(l.text, "—") || strings.HasPrefix(l.text, "–") {
			break
		}
		at--
	}
	if cutFrom-at >= 2 && sentences*2 >= at && sentences >= 3 {
		return at
	}
	return cutFrom
}

// biography moves the cut up over closing paragraphs about the author, which begin with the name of the byline.
func (r *reader) biography(index []int, cutFrom int) int {
	for cutFrom > 2 {
		k, is := key(r.lines[index[cutFrom-1]].text), false
		for _, p := range r.d.authors {
			name := key(p.Name)
			is = is || words(p.Name) >= 2 && strings.HasPrefix(k, name) && len(k) > len(name) && words(r.lines[index[cutFrom-1]].text) <= 45
		}
		if !is {
			break
		}
		cutFrom--
	}
	return cutFrom
}

// keepBody never lets the cut take all of the text.
func (r *reader) keepBody(index []int, cutFrom, start int) int {
	if cutFrom > 0 || len(r.d.body) > 0 || len(index) < tailLines && start > 0 && cutFrom > 0 {
		return cutFrom
	}
	for i, at := range index {
		if words(r.lines[at].text) < longestClosing && r.boilerplate(r.lines[at]) != phraseNone {
			return max(i, 1)
		}
	}
	return len(index)
}

var (
	reTags    = regexp.MustCompile(`^([\pL\pM\s‌-]{2,24})\s?[:：]\s*(.+)$`)
	reHashtag = regexp.MustCompile(`#([\pL\pM\pN_]{2,40})`)
	rePaged   = regexp.MustCompile(`https?://[^\s<>"“”]+`)
)

// trailing keeps a line of the trailing matter as cut, after taking from it what it states: tags, a date, the address of the article, who publishes it.
func (r *reader) trailing(l line) {
	d := r.d
	if d.hasStampLine(l.text) {
		return
	}
	if bodyCaption(l.text) && len(d.captions) == 0 && !strings.Contains(l.text, "©") && !reCopyright.MatchString(l.text) {
		d.addCaption(l.text)
		return
	}
	r.cutLine(l)
	if m := reTags.FindStringSubmatch(l.text); m != nil && phraseOf(m[1]+": x") == phraseTail && isTagLabel(m[1]) {
		d.addTags(m[2])
		return
	}
	if tags := reHashtag.FindAllStringSubmatch(l.text, 20); len(tags) > 0 && strings.HasPrefix(l.text, "#") {
		for _, t := range tags {
			d.addTags(strings.ReplaceAll(t[1], "_", " "))
		}
		return
	}
	if u := rePaged.FindString(l.text); u != "" && d.url == "" && isArticleURL(u) && (addressOnly(l.text) || reTags.MatchString(l.text)) {
		d.setURL(strings.TrimRight(u, ".,;)]"))
	}
	r.sourceLine(l)
	d.clue(clueTail, l.text, l.first)
}

// sourceLine reads the line that tools leave at the end: headline, name of the site, address.
func (r *reader) sourceLine(l line) {
	u := rePaged.FindStringIndex(l.text)
	if u == nil || len(r.titleKey) < 8 || !strings.Contains(key(l.text[:u[0]]), r.titleKey) {
		return
	}
	if i := strings.LastIndexAny(l.text[:u[0]], "|｜"); i >= 0 {
		if name := trim(strings.Trim(l.text[i:u[0]], "|｜ ")); name != "" && words(name) <= 6 {
			r.d.clue(clueTitle, name, l.first)
		}
	}
	if r.d.url == "" && isArticleURL(l.text[u[0]:u[1]]) {
		r.d.setURL(l.text[u[0]:u[1]])
	}
}

// hasStampLine takes a trailing line that states when the article was published.
func (d *draft) hasStampLine(s string) bool {
	probe := &reader{d: &draft{options: d.options}}
	if words(s) > 16 || !probe.dateLine(s, false) || len(probe.d.authors) > 0 {
		return false
	}
	for _, w := range []page.When{probe.d.published, probe.d.updated} {
		if !w.IsZero() && (d.published.IsZero() || w.Labelled) {
			d.addStamp(w)
		}
	}
	return true
}

var tagLabels = tagTable()

func tagTable() map[string]bool {
	table := map[string]bool{}
	for _, n := range strings.Split("tag|tags|topic|topics|keyword|keywords|filed under|label|labels|schlagwörter|schlagworte|themen|stichwörter|thème|thèmes|sujets|mots-clés|mots clés|étiquettes|etiquetas|temas|palabras clave|palavras-chave|tópicos|argomenti|parole chiave|onderwerpen|trefwoorden|ämnen|tagi|słowa kluczowe|теги|метки|темы|ключевые слова|الكلمات المفتاحية|كلمات مفتاحية|كلمات دلالية|الوسوم|وسوم|برچسب ها|برچسب‌ها|برچسبها|کلیدواژه‌ها|کلید واژه ها|کلیدواژه ها|etiketler|anahtar kelimeler|konular|标签|标签|關鍵字|关键词|关键字|タグ|キーワード|태그", "|") {
		table[key(n)] = true
	}
	return table
}

func isTagLabel(s string) bool { return tagLabels[key(s)] }

// checkedLines is how many lines of a body are compared with the stock phrases; a longer text is no news article, and the comparison costs.
const checkedLines = 3000

// middle takes the lines between head and end: paragraphs, sub-headings, list items, captions, and the controls that sites put in between.
func (r *reader) middle(start, end int) {
	var body []line
	quotes, all := 0, ""
	for i := start; i < end; i++ {
		l := r.lines[i]
		if l.blank || isRule(l.text) {
			r.underlined(body, i)
			continue
		}
		if len(body) < checkedLines {
			if r.midPhrase(l, len(body)) {
				continue
			}
			if l.text[0] == '"' || l.text[0] >= 0x80 {
				if all == "" {
					all = r.allKeys(start, end)
				}
				if quotes < mostQuotes && pullQuote(l.text, all) {
					quotes++
					r.cutLine(l)
					continue
				}
			}
			if n := r.midList(i, end, len(body)); n > 0 {
				i += n - 1
				continue
			}
		}
		body = append(body, l)
	}
	heads := r.headings(body)
	for i, l := range body {
		b := block{text: l.text, first: l.first}
		if item, ok := itemText(l.text); ok && !ended(prevText(body, i)) || ok && neighbourItem(body, i) {
			b.kind, b.text = blockItem, item
		} else if heads[i] {
			b.kind, b.text = blockHead, strings.Trim(l.text, "#=* \u00a0")
		}
		r.d.body = append(r.d.body, b)
	}
}

func prevText(body []line, i int) string {
	if i == 0 {
		return "."
	}
	return strings.TrimRight(body[i-1].text, ":：")
}

func neighbourItem(body []line, i int) bool {
	return i > 0 && isItem(body[i-1].text) || i+1 < len(body) && isItem(body[i+1].text)
}

// midPhrase takes a line within the body that does not belong to the text: a control, a pointer to another article, a caption.
func (r *reader) midPhrase(l line, before int) bool {
	if bodyCaption(l.text) {
		r.d.addCaption(l.text)
		return true
	}
	if words(l.text) > 90 {
		return false
	}
	kind := phraseOf(l.text)
	if kind == phraseJunk && (words(l.text) <= 8 || !ended(l.text)) || kind != phraseNone && promo(l.text) || kind == phraseMid && before > 0 && !ended(strings.TrimRight(l.text, "?!")) {
		r.cutLine(l)
		return true
	}
	return false
}

// mostQuotes is how many pull quotes are looked for in one text.
const mostQuotes = 20

// allKeys returns the keys of the lines of the body, one behind the other.
func (r *reader) allKeys(start, end int) string {
	var b strings.Builder
	for _, l := range r.lines[start:end] {
		if b.Len() > 256<<10 {
			break
		}
		b.WriteString(key(l.text))
		b.WriteByte('\n')
	}
	return b.String()
}

// midList takes the heading of a list of other articles within the body with the headlines below it, and returns how many lines that are.
func (r *reader) midList(i, end, before int) int {
	l := r.lines[i]
	if before == 0 || words(l.text) > 6 || phraseOf(l.text) != phraseList || i+1 >= end {
		return 0
	}
	r.cutLine(l)
	n := 1
	for n <= 6 && i+n < end && !r.lines[i+n].blank && !ended(r.lines[i+n].text) && words(r.lines[i+n].text) >= 3 {
		r.cutLine(r.lines[i+n])
		n++
	}
	return n
}

// underlined marks the line above a rule of = or - as a heading, as plain-text writers do.
func (r *reader) underlined(body []line, i int) {
	l := r.lines[i]
	if l.blank || len(body) == 0 || i == 0 || body[len(body)-1].last != r.lines[i-1].last {
		return
	}
	last := &body[len(body)-1]
	if words(last.text) <= 14 && !ended(last.text) && strings.Trim(l.text, "=-~") == "" {
		last.text = "## " + last.text
	}
}

// headings tells which lines of the body are sub-headings: short, no sentence, between paragraphs that are.
func (r *reader) headings(body []line) map[int]bool {
	heads, sentences := map[int]bool{}, 0
	for _, l := range body {
		if ended(l.text) {
			sentences++
		}
	}
	for i, l := range body {
		if strings.HasPrefix(l.text, "##") {
			heads[i] = true
			continue
		}
		if (i == 0 && len(r.d.body) == 0) || i == len(body)-1 || sentences*2 < len(body) {
			continue
		}
		if heads[i-1] || !headingLike(l.text) {
			continue
		}
		prev, next := r.before(body, i), body[i+1].text
		if (ended(prev) || isItem(prev)) && (ended(next) && words(next) >= min(words(l.text), 8) || words(next) > 2*words(l.text)) {
			heads[i] = true
		}
	}
	if len(heads)*2 > len(body) {
		return map[int]bool{}
	}
	return heads
}

func (r *reader) before(body []line, i int) string {
	if i > 0 {
		return body[i-1].text
	}
	return r.d.body[len(r.d.body)-1].text
}

// headingLike reports whether s by itself could be a sub-heading.
func headingLike(s string) bool {
	n := words(s)
	if n == 0 || n > 14 || width(s) > 110 || isItem(s) || !upperStart(s) {
		return false
	}
	for _, quote := range []string{"“", "\"", "„", "«", "「"} {
		if strings.HasPrefix(s, quote) && strings.LastIndexAny(s, "”\"“»」") > len(s)-5 {
			return false // a quotation that stands alone
		}
	}
	for _, dash := range []string{"—", "–", "-", "(", "["} {
		if strings.HasPrefix(s, dash) {
			return false // an attribution, an aside
		}
	}
	if ended(s) {
		return asks(s) && n <= 12
	}
	return !strings.HasSuffix(s, ",") && !strings.HasSuffix(s, "،") && !strings.HasSuffix(s, "、")
}

// reDateline is the place and the day an agency's text begins with: "PORT AMSEL, 9 November 2026 (Agency) -".
var reDateline = regexp.MustCompile(`^(\p{Lu}[\pL .'’/-]{1,40}),\s+([^()–—]{6,40}?)\s*(?:\([^)]{2,40}\)\s*)?[-–—:]{1,2}\s`)

// dateline takes the day of a dateline when nothing else states a time. It says when the text was filed, so it is only inferred to be the publication.
func (r *reader) dateline() {
	if len(r.d.body) == 0 {
		return
	}
	m := reDateline.FindStringSubmatch(r.d.body[0].text)
	if m == nil || strings.IndexFunc(m[1], unicode.IsUpper) < 0 {
		return
	}
	if w, ok := page.ParseWhen(m[2]); ok {
		r.d.published, r.d.inferred = w, true
		r.d.warn("the day is that of the dateline: " + text.Line(m[1]+", "+m[2]))
	}
}
