package seeds

import (
	"regexp"
	"strings"
)

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
			if r.midPhrase(i, len(body)) {
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

// midPhrase takes line i within the body when it does not belong to the text: a control, a pointer to another article,
// a caption. A sub-heading lost is worse than a control kept, so only a line that can be nothing else is taken; what is
// cut at the ends of a file for a likeness alone stays here.
func (r *reader) midPhrase(i, before int) bool {
	l := r.lines[i]
	if rePictureFile.MatchString(l.text) {
		r.cutLine(l)
		return true
	}
	if bodyCaption(l.text) || capsCredited(l.text) && words(l.text) <= 40 && !reTwoSentences.MatchString(withoutCapsCredit(l.text)) && i+1 < len(r.lines) {
		r.d.addCaption(l.text)
		return true
	}
	if words(l.text) > 90 {
		return false
	}
	prompt := false
	switch r.phrase(l.text) {
	case phraseNone:
	case phraseMid:
		prompt = before > 0 && !ended(strings.TrimRight(l.text, "?!")) && rePointer.MatchString(l.text)
	case phraseJunk:
		prompt = certainPrompt(l.text) || r.inCompany(i)
	default:
		prompt = certainAppeal(l.text)
	}
	if prompt {
		r.cutLine(l)
	}
	return prompt
}

// rePointer is what stands between "read also" and the headline it points to. A hyphen within a word is none: "Video-Beweis".
var rePointer = regexp.MustCompile(`^.{2,60}?(?:[:：|»>›]|\s[-–—]\s)`)

// inCompany reports whether the control in line i stands directly above or below another one, as the buttons of a bar do.
func (r *reader) inCompany(i int) bool {
	if words(r.lines[i].text) > 4 || ended(r.lines[i].text) {
		return false
	}
	for _, j := range []int{i - 1, i + 1} {
		if j >= 0 && j < len(r.lines) && !r.lines[j].blank && words(r.lines[j].text) <= 4 && r.phrase(r.lines[j].text) == phraseJunk {
			return true
		}
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

// midList takes the heading of a list of other articles within the body with the headlines below it, and returns how
// many lines that are. A heading with no headlines directly below it is a sub-heading, unless it says in so many words
// that it points elsewhere.
func (r *reader) midList(i, end, before int) int {
	l := r.lines[i]
	if before == 0 || words(l.text) > 6 || r.phrase(l.text) != phraseList {
		return 0
	}
	n := 1
	for n <= 6 && i+n < end && !r.lines[i+n].blank && !ended(r.lines[i+n].text) && words(r.lines[i+n].text) >= 3 {
		n++
	}
	if n == 1 && !reReadAlso.MatchString(phraseForm(l.text)) {
		return 0
	}
	for _, taken := range r.lines[i : i+n] {
		r.cutLine(taken)
	}
	return n
}

// reReadAlso are the headings of lists that ask to read on; no section of an article is called so.
var reReadAlso = lazily(`^(?:`, `read (?:also|more|next)|also read|see also|lesen sie (?:auch|mehr|dazu)|lire aussi|à lire (?:aussi|également)|voir aussi|lee también|lea también|leia (?:também|mais)|veja também|leggi anche|lees ook|läs (?:också|mer)|les også|læs også|czytaj (?:też|także)|zobacz (?:też|także)|читайте также|читайте також|اقرأ أيضا|إقرأ أيضا|اقرأ المزيد|شاهد أيضا|بیشتر بخوانید|همچنین بخوانید|ayrıca okuyun|延伸阅读|延伸閱讀|相关阅读|相關閱讀|関連記事|あわせて読みたい|관련 ?기사|यह भी पढ़ें|ये भी पढ़ें|इसे भी पढ़ें|baca juga|xem thêm`, `)\s*:?$`)
