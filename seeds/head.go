package seeds

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"mediawatch/page"
	"mediawatch/text"
)

// headLines is how many non-empty lines may come before the body, at most.
const headLines = 24

// head reads what stands before the body and returns the index of the body's first line. A line of the deck that
// precedes byline or date is part of the body.
func (r *reader) head() int {
	r.repeated = r.findRepeated()
	seen := 0
	for i := 0; i < len(r.lines); i++ {
		l := r.lines[i]
		if l.blank || isRule(l.text) {
			continue
		}
		if seen++; seen > headLines {
			return i
		}
		if r.d.title == "" {
			if !r.beforeTitle(i) {
				return i
			}
			continue
		}
		if !r.afterTitle(i) {
			return i
		}
	}
	return len(r.lines)
}

// findRepeated returns the key of a head line that stands there twice: it is the headline whatever stands above it.
func (r *reader) findRepeated() string {
	seen := map[string]bool{}
	for _, l := range r.nonBlank(0, 14) {
		k := key(l.text)
		if words(l.text) < 3 || words(l.text) > 40 {
			continue
		}
		if seen[k] {
			return k
		}
		seen[k] = true
	}
	return ""
}

// nonBlank returns up to n lines with text from index i on.
func (r *reader) nonBlank(i, n int) []line {
	var out []line
	for ; i < len(r.lines) && len(out) < n; i++ {
		if !r.lines[i].blank && !isRule(r.lines[i].text) {
			out = append(out, r.lines[i])
		}
	}
	return out
}

// beforeTitle takes line i as something that stands above the headline, or as the headline. False: the body begins
// here, without a headline.
func (r *reader) beforeTitle(i int) bool {
	l := r.lines[i]
	if r.repeated != "" && key(l.text) == r.repeated {
		r.setTitle(l)
		return true
	}
	if r.field(l) || r.dateLine(l.text, false) {
		return true
	}
	if r.phrase(l.text) == phraseJunk && (words(l.text) <= 8 || promo(l.text)) || reNavigation.MatchString(phraseForm(l.text)) {
		r.cutNotice(l)
		return true
	}
	if r.address(l) || r.configuredName(l) || r.byline(l.text) {
		return true
	}
	if r.subsection(i) || r.sectionLine(i) || r.masthead(i) {
		return true
	}
	if r.repeated != "" && words(l.text) <= 12 && !ended(l.text) {
		r.kicker(l)
		return true
	}
	if words(l.text) > 45 || (words(l.text) > 28 && ended(l.text)) {
		return false
	}
	r.setTitle(l)
	return true
}

// kicker is a short line above a headline that is certain: a section, or the outlet's name.
func (r *reader) kicker(l line) {
	if len(r.d.section) == 0 && words(l.text) <= 4 {
		r.d.section = []string{text.Line(l.text)}
		return
	}
	r.cutLine(l)
}

var reLeadDate = regexp.MustCompile(`^(?i)(?:(?:date|datum|fecha|data|дата|تاريخ|تاریخ|日期|日付|published|updated)\s*[:：]?\s*)?((?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}年\d{1,2}月\d{1,2}日)(?:[T\s,]+\d{1,2}:\d{2}(?::\d{2})?(?:\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?)\s*[-–—|:：,]?\s+(\S.*)$`)

// setTitle takes the headline, with what people's tools put around it: a leading date, a mark of a heading, the site's name behind it.
func (r *reader) setTitle(l line) {
	t := l.text
	if m := reLeadDate.FindStringSubmatch(t); m != nil && words(m[2]) >= 2 {
		if w, ok := page.ParseWhen(m[1]); ok {
			r.d.addStamp(w)
			t = m[2]
		}
	}
	t = trim(strings.TrimLeft(t, "#"))
	r.d.title = r.withoutSite(t, l.first)
	r.titleKey = key(r.d.title)
}

// withoutSite takes " | Name of the site" off a headline, when the same headline stands there without it or the name is
// a configured outlet's.
func (r *reader) withoutSite(t string, n int) string {
	for _, sep := range []string{" | ", " - ", " – ", " — ", " :: ", " » ", " • ", " · "} {
		i := strings.LastIndex(t, sep)
		if i <= 0 {
			continue
		}
		left, name := trim(t[:i]), trim(t[i+len(sep):])
		if words(name) > 5 || words(left) < 2 {
			continue
		}
		sure := r.repeated != "" && key(left) == r.repeated
		for _, l := range r.nonBlank(0, 12) {
			sure = sure || (key(l.text) == key(left) && l.first != n)
		}
		if o := r.d.outletNamed(name); o != "" {
			name, sure = o, true
		}
		if sure {
			r.d.clue(clueTitle, name, n)
			return left
		}
	}
	return t
}

// afterTitle takes line i as something between headline and body. False: the body begins here.
func (r *reader) afterTitle(i int) bool {
	l := r.lines[i]
	k := key(l.text)
	if k != "" && (k == r.titleKey || (r.repeated != "" && k == r.repeated)) {
		return true
	}
	if strings.HasPrefix(k, r.titleKey) && len(r.titleKey) > 12 && words(l.text) <= words(r.d.title)+5 && strings.ContainsAny(l.text, "|-–—·•") {
		if r.withoutSite(l.text, l.first) != l.text {
			return true
		}
	}
	if r.field(l) || r.dateLine(l.text, true) || r.byline(l.text) || r.address(l) || r.configuredName(l) {
		return true
	}
	if r.phrase(l.text) == phraseJunk && (words(l.text) <= 10 || promo(l.text)) || reNavigation.MatchString(phraseForm(l.text)) {
		r.cutNotice(l)
		return true
	}
	if r.yearless(l) || r.emptyByline(l) {
		return true
	}
	if len(r.d.section) == 0 && r.sectionLine(i) {
		return true
	}
	if r.nameBesideDate(i) || r.eastName(i) || r.captionLine(i) || r.bareName(i) || r.debris(i) {
		return true
	}
	if r.deck(i) {
		r.d.body = append(r.d.body, block{text: l.text, first: l.first})
		return true
	}
	return false
}

// yearless takes a line of the head that is a date or a time but for the year: it dates nothing, and is no text either.
func (r *reader) yearless(l line) bool {
	if !isYearless(l.text) && !(len(l.text) < 80 && reToday.MatchString(text.Fold(l.text))) {
		return false
	}
	r.d.warn(fmt.Sprintf("line %d states no day with a year and was not used as a date: %s", l.first, text.Line(l.text)))
	return true
}

// isYearless reports whether s would be a date if a year, or a day, stood beside it.
func isYearless(s string) bool {
	if words(s) > 8 || len(s) > 60 || !strings.ContainsFunc(s, unicode.IsDigit) {
		return false
	}
	if _, day := page.ParseWhen(s + " 2000"); day {
		return true
	}
	w, clock := page.ParseWhen("1 January 2000, " + s)
	return clock && w.HasTime
}

// paperWords are words that names of newspapers are made of, in many languages; none is a name.
var paperWords = regexp.MustCompile(text.Fold(`(?i)(?:^|[\s-])(?:times|post|gazette|herald|courier|sentinel|observer|tribune|chronicle|daily|weekly|journal|record|express|mirror|mercury|packet|bulletin|examiner|review|dispatch|telegraph|independent|news|press|zeitung|anzeiger|bote|kurier|tagblatt|tageblatt|tagespost|nachrichten|rundschau|morgenpost|courrier|dépêche|diario|heraldo|noticias|faro|voz|corriere|gazzetta|giornale|jornal|correio|folha|courant|dagblad|tidning|avis|kurier|вестник|газета|известия|новости|صحيفة|جريدة|روزنامه|خبرگزاری|gazetesi|haber)(?:$|\s)|(?:日报|日報|晚报|晚報|时报|時報|新聞|新闻网|通信|통신|일보|신문)$`))

// masthead takes the name of the paper when it stands above the headline: a name made of a newspaper's words, with a headline below it.
func (r *reader) masthead(i int) bool {
	l := r.lines[i]
	next := r.nonBlank(i+1, 1)
	if len(next) == 0 || words(l.text) > 6 || width(l.text) > 48 || ended(l.text) || !paperWords.MatchString(text.Fold(l.text)) || !looksName(l.text) {
		return false
	}
	if n := words(next[0].text); n < 4 || n > 30 || strings.HasSuffix(next[0].text, ".") || looksName(next[0].text) && n < 4 {
		return false
	}
	if _, dated := page.ParseWhen(next[0].text); dated {
		return false
	}
	r.d.clue(clueMast, l.text, l.first)
	return true
}

// cutNotice cuts a notice; a consent form may name the outlet that asks.
func (r *reader) cutNotice(l line) {
	r.cutLine(l)
	if m := rePartners.FindStringSubmatch(l.text); m != nil && reCookies.MatchString(text.Fold(l.text)) && looksName(m[1]) {
		r.d.clue(clueConsent, m[1], l.first)
	}
}

// debris takes a line of at most four words that is no sentence, between headline and first paragraph: a control in
// whatever language. What it was stays visible among the cut lines.
func (r *reader) debris(i int) bool {
	l := r.lines[i]
	if words(l.text) > 4 || width(l.text) > 36 || ended(l.text) || isItem(l.text) || strings.HasSuffix(l.text, ",") {
		return false
	}
	next := r.nonBlank(i+1, 1)
	if len(next) == 0 || strings.ContainsAny(l.text, "■◆□●○▶#") {
		return false
	}
	r.cutLine(l)
	return true
}

// deck reports whether line i stands between the headline and a byline or date, so that the head is not over yet.
func (r *reader) deck(i int) bool {
	if words(r.lines[i].text) > 70 || len(r.d.body) >= 3 {
		return false
	}
	for _, l := range r.nonBlank(i+1, 3) {
		if k := key(l.text); k != "" && k == r.titleKey {
			return true
		}
		probe := &reader{d: &draft{options: r.d.options}}
		if words(l.text) <= 30 && (probe.dateLine(l.text, true) || probe.byline(l.text)) {
			return true
		}
		if words(l.text) > 70 {
			return false
		}
	}
	return false
}

// fieldNames maps a folded label of a "Label: value" line to what it states.
var fieldNames = fieldTable()

func fieldTable() map[string]string {
	table := map[string]string{}
	for field, names := range map[string]string{
		"title":   "title headline heading titel überschrift schlagzeile titre título titulo titolo kop rubrik заголовок العنوان عنوان تیتر başlık 标题 標題 タイトル 見出し 제목",
		"author":  "author authors writer autor autorin auteur autore författare skribent forfatter kirjoittaja toimittaja szerző autoare συντάκτης מאת लेखक penulis reporter redaktor редактор автор الكاتب نویسنده yazar 作者 記者 记者 著者 기자",
		"section": "section category rubrik ressort kategorie rubrique catégorie sección seccion categoría categoria sezione rubriek рубрика раздел категория القسم التصنيف بخش گروه دسته kategori bölüm 栏目 分类 分類 カテゴリ カテゴリー ジャンル 섹션",
		"url":     "url link address permalink lien enlace ссылка الرابط لینک bağlantı 链接 網址 网址",
		"outlet":  "outlet publisher newspaper publication medium zeitung journal periódico giornale krant издание الصحيفة رسانه gazete 媒体 媒體 媒体名 언론사",
		"source":  "source quelle fuente fonte bron källa источник المصدر منبع kaynak 来源 來源 出典 출처",
		"tags":    "tags keywords topics schlagwörter mots-clés etiquetas теги الوسوم برچسب etiketler 标签 標籤 タグ",
		"lang":    "language lang sprache langue idioma lingua язык اللغة زبان dil 语言 言語",
		"caption": "caption bildunterschrift légende legende pie didascalia подпись تعليق 图注 キャプション",
		"summary": "summary abstract teaser",
	} {
		for _, n := range strings.Fields(names) {
			table[text.Fold(n)] = field
		}
	}
	return table
}

var reField = regexp.MustCompile(`^([\pL-]{2,20})\s?[:：]\s*(\S.*)$`)

// field reads a "Label: value" line of a head, as tools that export articles write it.
func (r *reader) field(l line) bool {
	m := reField.FindStringSubmatch(l.text)
	if m == nil {
		return false
	}
	name, value := fieldNames[text.Fold(m[1])], trim(m[2])
	if name == "" || (name == "title" && r.d.title != "") {
		return false
	}
	switch name {
	case "title":
		r.setTitle(line{first: l.first, text: value})
	case "author":
		r.d.addAuthors(splitNames(value)...)
	case "section":
		r.d.section = sectionParts(value)
	case "url":
		return r.address(line{first: l.first, text: value})
	case "outlet":
		r.d.clue(clueStated, value, l.first)
	case "source":
		if words(value) > 6 {
			return false
		}
		if !r.address(line{first: l.first, text: value}) {
			r.d.clue(clueStated, value, l.first)
		}
	case "tags":
		r.d.addTags(value)
	case "lang":
		if len(value) > 12 {
			return false
		}
		r.d.lang = value
	case "caption":
		r.d.captions = append(r.d.captions, value)
	case "summary":
		r.d.summary = text.Paragraphs(value)
	}
	return true
}

// splitNames cuts a list of people.
func splitNames(s string) []string {
	s = regexpNames.ReplaceAllString(s, ",")
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;/|、،；，", r) })
}

var regexpNames = regexp.MustCompile(`\s+(?:and|und|et|y|e|en|och|og|и|und|ve|و|with|mit|&)\s+`)

func (d *draft) addTags(value string) {
	for _, t := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(",;|#、،；，•·", r) }) {
		t = text.Line(t)
		if t != "" && words(t) <= 6 && !slices.Contains(d.tags, t) {
			d.tags = append(d.tags, t)
		}
	}
}

// upperStart reports whether s begins with a capital, or with a letter of a script that has none.
func upperStart(s string) bool {
	r := firstRune(s)
	return r != 0 && !unicode.IsLower(r)
}
