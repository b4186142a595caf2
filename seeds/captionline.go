package seeds

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"mediawatch/page"
)

// reCapsCredit is a name in capitals, or names with a stroke between them, behind the last sentence of a caption: "… on
// Thursday. INÉS ROLDÁN", "… 2025. JANE DOE / AGENCY".
var reCapsCredit = regexp.MustCompile(`^(.+[.!?…»”"’)])\s+(\p{Lu}[\p{L}'’.-]*(?:(?:\s?[/,&|]\s?|\s(?:for|para|pour|für|per|via|of|de|du|des|del|della|da|do|van|von) |\s)\p{Lu}[\p{L}'’.-]*){1,6})$`)

// capsCredited reports whether s ends in a credit of that kind. A name in small letters needs the stroke.
func capsCredited(s string) bool {
	m := reCapsCredit.FindStringSubmatch(strings.ReplaceAll(lastBytes(s, longestCredit), "\u00a0", " "))
	if m == nil || quoted(s) || words(s) > 60 || words(m[1]) < 3 {
		return false
	}
	if capitals(m[2]) {
		shouted := len(lastWord(m[1])) > 2 && capitals(lastWord(m[1]))
		return !shouted && utf8.RuneCountInString(m[2]) >= 6 && (words(m[2]) <= 4 || strings.Contains(m[2], "/"))
	}
	left, right, stroke := strings.Cut(m[2], "/")
	return stroke && looksName(trim(left)) && looksName(trim(right))
}

// withoutCapsCredit returns s without such a credit.
func withoutCapsCredit(s string) string {
	if m := reCapsCredit.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return s
}

// capitals reports whether s has capitals and no small letters.
func capitals(s string) bool {
	return strings.IndexFunc(s, unicode.IsLower) < 0 && strings.IndexFunc(s, unicode.IsUpper) >= 0
}

// belowCredit reports whether line i stands directly below a line of nothing but a credit, without a sentence's end:
// the text of the picture, credit first.
func (r *reader) belowCredit(i int) bool {
	l := r.lines[i]
	if i == 0 || len(r.d.captions) == 0 || ended(l.text) || words(l.text) < 3 || words(l.text) > 30 {
		return false
	}
	above := trim(r.lines[i-1].text)
	return above != "" && above == r.d.captions[len(r.d.captions)-1] && reCreditOnly.MatchString(above) && words(above) <= 12
}

// captionLine takes line i of the head as a picture's caption, alone or with the credit on the next line.
func (r *reader) captionLine(i int) bool {
	l := r.lines[i]
	score := captionScore(l.text)
	if score >= 3 {
		if r.belowCredit(i) {
			r.d.captions = append(r.d.captions, l.text)
		} else {
			r.d.addCaption(l.text)
		}
		return true
	}
	if r.belowCredit(i) {
		r.d.captions[len(r.d.captions)-1] += " " + l.text
		return true
	}
	next := r.nonBlank(i+1, 1)
	if len(next) == 0 || words(l.text) > 60 {
		return false
	}
	credit := reCreditOnly.MatchString(next[0].text) && words(next[0].text) <= 12
	if credit && words(l.text) <= 35 && !reTwoSentences.MatchString(l.text) {
		r.d.addCaption(l.text)
		return true
	}
	// Without any mark of its own: a short line without a sentence's end, in the present tense, before the first paragraph.
	if score >= 2 && !ended(l.text) && words(l.text) >= 4 && words(l.text) <= 45 && ended(next[0].text) && words(next[0].text) >= 12 && rePresent.MatchString(l.text) {
		if _, dated := page.ParseWhen(l.text); !dated {
			r.d.addCaption(l.text)
			return true
		}
	}
	return false
}

// addCaption keeps a caption; a line that is only a credit belongs to the one before.
func (d *draft) addCaption(s string) {
	s = trim(s)
	if m := reCaptionLabel.FindStringSubmatch(s); m != nil {
		s = m[1]
	}
	if rePictureFile.MatchString(s) {
		return
	}
	if len(d.captions) > 0 && reCreditOnly.MatchString(s) && words(s) <= 12 && !credited(d.captions[len(d.captions)-1]) {
		d.captions[len(d.captions)-1] += " " + s
		return
	}
	d.captions = append(d.captions, s)
}

// bodyCaption reports whether a line within the body is a caption beyond doubt.
func bodyCaption(s string) bool {
	if words(s) > 60 || utf8.RuneCountInString(s) > 400 {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("▲▼△▽", r) || reCaptionLabel.MatchString(s) || rePictureFile.MatchString(s) {
		return true
	}
	if reCreditOnly.MatchString(s) && words(s) <= 45 {
		return true
	}
	return credited(s) && words(s) <= 50 && !strings.HasPrefix(s, "\"") && !strings.HasPrefix(s, "“")
}
