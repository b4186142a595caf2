package seeds

import (
	"regexp"
	"strings"
	"unicode"

	"mediawatch/page"
	"mediawatch/text"
)

// tailLines is how far back from the end trailing matter is looked for.
const tailLines = 250

// tail cuts what the site appended and returns the index behind the body's last line. From the first stock line on, everything must be a
// stock line, too, or as short as controls and names are: a stock line with paragraphs behind it stands within the article.
func (r *reader) tail(start int) int {
	index := r.tailIndex(start)
	cutFrom := len(index)
	for i := 0; i < len(index); {
		kind := r.endKind(r.lines[index[i]])
		if kind == phraseAll && r.textGoesOn(index, i) {
			kind = phraseList
		}
		if kind == phraseNone || kind == phraseMid && i == 0 || isItem(r.lines[index[i]].text) {
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
	cutFrom = min(cutFrom, r.endSign(index))
	cutFrom = r.strayEnd(index, cutFrom)
	cutFrom = r.biography(index, cutFrom)
	cutFrom = r.keepBody(index, cutFrom, start)
	if cutFrom == len(index) {
		return len(r.lines)
	}
	for _, i := range index[cutFrom:] {
		r.trailing(i)
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
	for i += r.authorNote(index, i); i < len(index); i++ {
		if kind == phraseAll {
			return len(index)
		}
		l := r.lines[index[i]]
		next := r.endKind(l)
		if next == phraseAll && r.textGoesOn(index, i) {
			return i
		}
		if next != phraseNone {
			kind = max(kind, next)
			i += r.authorNote(index, i) - 1
			continue
		}
		if r.ofAuthor(l.text) || r.signUpBox(index, i) {
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

// reReader are the marks of what readers wrote: how long ago, an answer, a vote.
var reReader = lazily(`^(?:`, `reply|replies|report|like|upvote|antworten|melden|répondre|signaler|responder|denunciar|rispondi|beantwoorden|reageer|svara|svar|odpowiedz|ответить|відповісти|رد|الرد|پاسخ|yanıtla|cevapla|回复|回覆|返信|답글`, `)(?:\W.{0,12})?$|\d\d?:\d\d|\d (?:\pL+ )?(?:ago|назад)|^(?:vor|hace|il y a|há) \d`)

// textGoesOn reports whether the paragraphs below a bare "Comments", "Discussion" or "Responses" are the article's:
// long ones, without a mark of what readers write or the names they sign with.
func (r *reader) textGoesOn(index []int, i int) bool {
	head := r.lines[index[i]].text
	if i == 0 || words(head) > 2 || isItem(head) || strings.ContainsFunc(head, unicode.IsDigit) || i+1 == len(index) {
		return false
	}
	if next := r.lines[index[i+1]].text; words(next) < 15 || !ended(next) {
		return false
	}
	long, short := 0, 0
	for _, n := range index[i+1:] {
		s := r.lines[n].text
		switch {
		case words(s) <= 10 && reReader.MatchString(text.Fold(s)):
			return false
		case words(s) <= 4 && !ended(s):
			if short++; r.boilerplate(r.lines[n]) != phraseNone {
				short--
			}
		case words(s) >= 15:
			long++
		}
	}
	return short*2 < long || short == 0
}

func (r *reader) isDate(s string) bool {
	_, ok := page.ParseWhen(s)
	return ok
}

// strayEnd moves the cut up over the last lines that are no sentence: the mark of an agency, a control without a known
// name, a paper's motto. It takes at most three words, above other trailing matter at most eight, and needs a body that
// is written in sentences.
func (r *reader) strayEnd(index []int, cutFrom int) int {
	sentences := 0
	for _, i := range index[:cutFrom] {
		if ended(r.lines[i].text) {
			sentences++
		}
	}
	cutFrom = r.strayRun(index, cutFrom, sentences)
	if sentences*2 < cutFrom || sentences < 2 {
		return cutFrom
	}
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

// strayRun moves the cut up over two or more last lines that are no sentences, in a text that is written in sentences
// almost throughout: headlines of other articles and controls, in whatever language.
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
	for cutFrom > 2 && r.ofAuthor(r.lines[index[cutFrom-1]].text) {
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

// trailing keeps line i of the trailing matter as cut, after taking from it what it states: tags, a date, the address
// of the article, who publishes it.
func (r *reader) trailing(i int) {
	d, l := r.d, r.lines[i]
	if d.hasStampLine(l.text) {
		return
	}
	if bodyCaption(l.text) && !rePictureFile.MatchString(l.text) && len(d.captions) == 0 && !strings.Contains(l.text, "©") && !reCopyright.MatchString(l.text) {
		d.addCaption(l.text)
		return
	}
	r.cutLine(l)
	if r.tagsOf(i) {
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
