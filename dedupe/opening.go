package dedupe

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// IMPORTANT: this file is part of normal form version 1 and never changes within it.

// openingBytes is how far a dateline may reach.
const openingBytes = 160

// opening returns the length of the dateline or byline at the start of a line, 0 when there is none. A line that is
// nothing else is cut whole.
//
//	By Jane Doe
//	BERLIN, Feb 3 (Agency) — The council …
//	(Agency) - The council …
//	MOSCOW, June 3. /AGENCY/. The council …
//	北京2月3日电（记者 某某）…
func opening(line string) int {
	rest := strings.TrimLeftFunc(line, unicode.IsSpace)
	lead := len(line) - len(rest)
	if isByline(rest) || isDate(rest) {
		return len(line)
	}
	for _, rule := range []func(string) int{slashDateline, hanDateline, dashDateline} {
		if n := rule(rest); n > 0 {
			return lead + n
		}
	}
	return 0
}

// byWords begin a byline.
var byWords = map[string]bool{"by": true, "von": true, "par": true, "por": true, "di": true, "door": true, "av": true, "af": true, "text": true, "story": true, "reporting": true}

// isByline reports whether a line is an author's name after "By" and nothing else: at most 10 words, no full stop at
// the end, names capitalised.
func isByline(line string) bool {
	// The first word alone says no to nearly all lines, which are paragraphs; line begins with it.
	end := strings.IndexFunc(line, unicode.IsSpace)
	if end < 0 || !byWords[strings.ToLower(strings.TrimSuffix(line[:end], ":"))] {
		return false
	}
	if first, _ := utf8.DecodeRuneInString(line); !unicode.IsUpper(first) {
		return false
	}
	words := strings.Fields(line)
	if len(words) < 2 || len(words) > 10 {
		return false
	}
	last := words[len(words)-1]
	if strings.HasSuffix(last, ".") && utf8.RuneCountInString(last) > 4 || strings.ContainsAny(last, "!?") {
		return false
	}
	names := 0
	for _, w := range words[1:] {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsUpper(r) {
			names++
			continue
		}
		if !bylineLinks[strings.Trim(w, ",;")] {
			return false
		}
	}
	return names > 0 && names <= 8
}

// bylineLinks may stand in a byline in lower case.
var bylineLinks = map[string]bool{"and": true, "&": true, "|": true, "-": true, "–": true, "—": true, "/": true, "in": true, "at": true, "for": true, "with": true, "by": true, "und": true, "et": true, "y": true, "e": true,
	"de": true, "del": true, "da": true, "dos": true, "du": true, "la": true, "le": true, "van": true, "von": true, "den": true, "der": true, "di": true, "bin": true, "al": true, "el": true, "ibn": true, "o": true}

// dateWords are the words a line may have that says when it was published, and nothing else.
var dateWords = newDateWords(`published updated posted modified last date on at am pm gmt utc cet cest est edt bst ist pst pdt msk irst
	monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
	january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec`)

func newDateWords(list string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}

// isDate reports whether a line is a date, with or without a time and "Published:", and nothing else.
func isDate(line string) bool {
	if len(line) > 80 {
		return false
	}
	var t tokens
	t.add(line)
	if t.n < 2 || t.n > 14 {
		return false
	}
	day, month := false, false // a day or a time; a month's name or a year
	for w := range strings.FieldsSeq(string(t.buf)) {
		rest := strings.TrimLeft(w, "0123456789")
		switch {
		case rest == "" && len(w) == 4 && (w[:2] == "19" || w[:2] == "20"):
			month = true
		case rest == "":
			day = true
		case len(rest) < len(w): // 3rd, 6pm, 20T10, 00Z
			if !strings.Contains(" st nd rd th am pm t z ", " "+strings.TrimRight(rest, "0123456789")+" ") {
				return false
			}
			day = true
		case !dateWords[w]:
			return false
		case months[w[:min(3, len(w))]]:
			month = true
		}
	}
	return day && month
}

var months = newDateWords("jan feb mar apr may jun jul aug sep oct nov dec")

// slashDateline returns the length of "MOSCOW, June 3. /AGENCY/. ", 0 when there is none.
func slashDateline(line string) int {
	head := prefix(line, openingBytes)
	open := strings.Index(head, "/")
	if open < 2 {
		return 0
	}
	length := strings.Index(head[open+1:], "/")
	if length < 2 || length > 24 || !isPlace(head[:open]) || strings.ToUpper(head[open:open+length+1]) != head[open:open+length+1] {
		return 0
	}
	n := open + length + 2
	rest := strings.TrimLeft(line[n:], ".,:;-–— ")
	if rest == line[n:] && rest != "" {
		return 0
	}
	return len(line) - len(rest)
}

// hanDateline returns the length of "某社北京2月3日电（记者 某某）", 0 when there is none.
func hanDateline(line string) int {
	head := prefix(line, openingBytes)
	at := -1
	for _, end := range []string{"日电", "日電", "日讯", "日訊"} {
		if i := strings.Index(head, end); i > 0 && utf8.RuneCountInString(head[:i]) <= 24 {
			at = i + len(end)
			break
		}
	}
	if at < 0 || strings.ContainsAny(head[:at], "。，！？") {
		return 0
	}
	if before := strings.TrimRight(head[:at-len("日电")], " "); !endsInDigit(before) {
		return 0
	}
	rest := line[at:]
	for _, pair := range [][2]string{{"（", "）"}, {"(", ")"}} {
		if strings.HasPrefix(rest, pair[0]) {
			if i := strings.Index(prefix(rest, openingBytes), pair[1]); i > 0 {
				rest = rest[i+len(pair[1]):]
			}
		}
	}
	return len(line) - len(strings.TrimLeft(rest, " \u00a0\u3000:：-—"))
}

func endsInDigit(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsDigit(r) || strings.ContainsRune("一二三四五六七八九十", r)
}

// dashDateline returns the length of what stands before a dash or, after an agency in brackets, a colon: "BERLIN, Feb 3
// (Agency) — ". 0 when there is none.
func dashDateline(line string) int {
	head := prefix(line, openingBytes)
	at, size := separator(head)
	if at <= 0 {
		return 0
	}
	before := strings.TrimRightFunc(head[:at], unicode.IsSpace)
	if i := strings.LastIndexAny(before, "(（["); i >= 0 && (strings.HasSuffix(before, ")") || strings.HasSuffix(before, "）") || strings.HasSuffix(before, "]")) {
		if isAgency(before[i:]) && isCredited(before[:i]) {
			return at + size
		}
		return 0
	}
	if head[at] != ':' && isPlace(before) {
		return at + size
	}
	return 0
}

// isAgency reports whether s, in brackets, can be the name of an agency: at most 5 words without digits.
func isAgency(s string) bool {
	return len(strings.Fields(s)) <= 5 && len(s) <= 80 && !strings.ContainsFunc(s, unicode.IsDigit)
}

// isCredited reports whether s, which stands before an agency in brackets, can be a place and a date: at most 4 words
// that are not in lower case, after a comma at most 7 of any kind.
func isCredited(s string) bool {
	if strings.ContainsAny(s, "!?。؟:;\"“”") {
		return false
	}
	place, rest, _ := strings.Cut(s, ",")
	words := strings.Fields(place)
	if len(words) > 5 || len(strings.Fields(rest)) > 7 {
		return false
	}
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsLower(r) && !bylineLinks[w] && !dateWords[strings.Trim(w, ".")] {
			return false
		}
	}
	return true
}

// separator finds the first dash that stands apart from a word at least on one side, or a colon after a bracket.
func separator(s string) (at, size int) {
	for i, r := range s {
		switch r {
		case '—', '–', '―':
			return i, utf8.RuneLen(r)
		case '-':
			if strings.HasPrefix(s[i:], "--") {
				return i, 2
			}
			if i > 0 && (s[i-1] == ' ' || s[i-1] == ')') && strings.HasPrefix(s[i:], "- ") || i > 0 && s[i-1] == ')' {
				return i, 1
			}
		case ':', '：':
			if b := strings.TrimRight(s[:i], " "); strings.HasSuffix(b, ")") || strings.HasSuffix(b, "）") {
				return i, utf8.RuneLen(r)
			}
		}
	}
	return -1, 0
}

// isPlace reports whether s is a place in capitals, with a region and a date after commas if need be: "NEW YORK",
// "WASHINGTON, D.C.", "LONDON, Feb. 3".
func isPlace(s string) bool {
	place, rest, _ := strings.Cut(s, ",")
	words := strings.Fields(place)
	if len(words) == 0 || len(words) > 4 || len(strings.Fields(rest)) > 7 {
		return false
	}
	upper := 0
	for _, r := range place {
		switch {
		case unicode.IsLower(r), unicode.IsDigit(r) && upper == 0:
			return false
		case unicode.IsUpper(r):
			upper++
		case !unicode.IsUpper(r) && unicode.IsLetter(r):
			return false // no capitals in this script: nothing shows that it is a place
		}
	}
	if upper < 3 {
		return false
	}
	for _, w := range strings.Fields(rest) {
		r, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsUpper(r) && !unicode.IsDigit(r) && !dateWords[strings.ToLower(strings.Trim(w, ".,"))] && !unicode.Is(unicode.Cyrillic, r) {
			return false
		}
	}
	return true
}

// prefix returns at most n bytes of s, whole characters.
func prefix(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
