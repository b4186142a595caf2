package query

import "strings"

// groups are letters that are one consonant, the longest first.
var groups = []struct {
	letters string
	is      string
}{
	{"shch", "SC"}, {"tsch", "C"}, {"tch", "C"}, {"sch", "S"}, {"kh", "X"}, {"gh", "G"}, {"sh", "S"}, {"ch", "C"}, {"zh", "Z"}, {"dh", "d"},
	{"th", "t"}, {"ph", "f"}, {"dj", "j"}, {"ck", "k"}, {"qu", "k"}, {"tz", "ts"}, {"ks", "x"}, {"w", "v"},
}

const vowelLetters = "aeiouyw"

// sounds turns a folded Latin or Cyrillic word into its row of sounds.
func sounds(folded string) []sound {
	w := romanise(folded)
	out := make([]sound, 0, len(w))
	for i := 0; i < len(w); {
		if n := vowelRun(w, i); n > 0 {
			out = appendVowels(out, w[i:i+n], placeOf(i, n, len(w)))
			i += n
			continue
		}
		if w[i] == 'h' && i+1 == len(w) && i > 0 && len(out) > 0 && out[len(out)-1].vowel() {
			if out[len(out)-1] == vowelE { // Fatemeh
				out[len(out)-1] = vowelA
			}
			break // Fatimah
		}
		is, n := consonant(w, i)
		for _, c := range []byte(is) {
			if len(out) == 0 || out[len(out)-1] != sound(c) {
				out = append(out, sound(c))
			}
		}
		i += n
	}
	return out
}

// vowelRun returns the length of the vowels at i. A w between vowels belongs to them; a y or w before a vowel at the beginning does not.
func vowelRun(w string, i int) int {
	n := 0
	for i+n < len(w) && strings.IndexByte(vowelLetters, w[i+n]) >= 0 {
		c := w[i+n]
		vowelNext := i+n+1 < len(w) && strings.IndexByte("aeiouy", w[i+n+1]) >= 0
		if i+n == 0 && (c == 'y' || c == 'w') && vowelNext || c == 'w' && n == 0 {
			break
		}
		n++
	}
	return n
}

// consonant returns the sounds of the consonant at i and how many letters it has.
func consonant(w string, i int) (is string, n int) {
	for _, g := range groups {
		if strings.HasPrefix(w[i:], g.letters) {
			return g.is, len(g.letters)
		}
	}
	if w[i] == 'y' && i == 0 && strings.HasPrefix(w, "ye") { // Yelena, Elena
		return "", 1
	}
	if w[i] == 'c' {
		if i+1 < len(w) && strings.IndexByte("eiy", w[i+1]) >= 0 {
			return "s", 1
		}
		return "k", 1
	}
	return w[i : i+1], 1
}

// place says where in a word a part of it stands.
type place struct{ first, last bool }

// placeOf returns the place of n letters at i of a word of length letters.
func placeOf(i, n, length int) place { return place{i == 0, i+n == length} }

// appendVowels appends what a run of vowel letters sounds like.
func appendVowels(out []sound, run string, at place) []sound {
	if run == "e" && at.last && !at.first {
		return append(out, finalE)
	}
	front, back := strings.ContainsAny(run, "iy"), strings.ContainsAny(run, "ouw")
	open := run[0] == 'a' || run[0] == 'e'
	last := run[len(run)-1]
	switch {
	case strings.Trim(run, "a") == "":
		return append(out, vowelA)
	case run == "e":
		return append(out, vowelE)
	case strings.Trim(run, "iy") == "" || strings.Trim(run, "e") == "" || run == "ie":
		return append(out, vowelI)
	case run == "o":
		return append(out, vowelO)
	case strings.Trim(run, "ou") == "":
		return append(out, vowelU)
	case open && !back && (front || run == "ae") && last != 'a' && !strings.Contains(run, "ia") && !strings.Contains(run, "ya"):
		return append(out, vowelAy)
	case open && !front && back && last != 'a':
		return append(out, vowelAw)
	}
	for i := 0; i < len(run); i++ { // two vowels, or more
		var v sound
		switch run[i] {
		case 'a':
			v = vowelA
		case 'e':
			v = vowelE
		case 'o':
			v = vowelO
		case 'u', 'w':
			v = vowelU
		default:
			v = vowelI
		}
		if len(out) == 0 || out[len(out)-1] != v {
			out = append(out, v)
		}
	}
	return out
}

// pairs are different sounds that spellings of one name differ by.
var pairs = func() map[[2]sound]bool {
	m := map[[2]sound]bool{}
	for _, p := range []string{"AE", "EI", "OU", "YE", "WU", "WO", "qk", "qg", "qG", "Gg", "jZ", "Xh"} {
		m[[2]sound{sound(p[0]), sound(p[1])}] = true
		m[[2]sound{sound(p[1]), sound(p[0])}] = true
	}
	return m
}()

func alike(a, b sound) bool { return a == b || pairs[[2]sound{a, b}] }

// abjadSounds are the consonants that an Arabic or Persian letter is written with, after folding.
var abjadSounds = map[rune]string{
	'ب': "b", 'پ': "p", 'ت': "t", 'ث': "ts", 'ج': "jgZ", 'چ': "C", 'ح': "h", 'خ': "X", 'د': "d", 'ذ': "dz", 'ر': "r", 'ز': "z", 'ژ': "Zj",
	'س': "s", 'ش': "S", 'ص': "s", 'ض': "dz", 'ط': "t", 'ظ': "zd", 'غ': "Gg", 'ف': "f", 'ڤ': "v", 'ق': "qkgG", 'ك': "kc", 'گ': "g", 'ل': "l",
	'م': "m", 'ن': "n", 'ه': "h", 'و': "v", 'ي': "y",
}

const (
	alef = 'ا'
	waw  = 'و'
	yeh  = 'ي'
	heh  = 'ه'
	ayn  = 'ع'
)

// abjadOf returns the letters of a folded Arabic or Persian word that sound; hamza does not.
func abjadOf(folded string) []rune {
	var out []rune
	for _, r := range folded {
		if r != 'ء' && r != 'ـ' {
			out = append(out, r)
		}
	}
	return out
}

// withoutArticle takes the Arabic article off.
func withoutArticle(letters []rune) []rune {
	if len(letters) > 4 && letters[0] == alef && letters[1] == 'ل' {
		return letters[2:]
	}
	return letters
}

// fitsAbjad reports whether an Arabic or Persian word is a spelling of a row of sounds. Its letters for long vowels must fit, short
// vowels are not written.
func fitsAbjad(row []sound, letters []rune) bool {
	return fitter{row, letters}.from(0, 0)
}

type fitter struct {
	row     []sound
	letters []rune
}

// from reports whether the sounds from i fit the letters from j.
func (f fitter) from(i, j int) bool {
	rest := f.letters[j:]
	if i == len(f.row) {
		return len(rest) == 0 || len(rest) == 1 && (rest[0] == ayn || rest[0] == heh && f.row[i-1].vowel())
	}
	s := f.row[i]
	if len(rest) > 0 && rest[0] == ayn && f.from(i, j+1) {
		return true
	}
	if s == 'x' && len(rest) > 1 && rest[0] == 'ك' && rest[1] == 'س' {
		return f.from(i+1, j+2)
	}
	if !s.vowel() {
		return len(rest) > 0 && strings.IndexByte(abjadSounds[rest[0]], byte(s)) >= 0 && f.from(i+1, j+1)
	}
	if s != vowelAy && s != vowelAw && i > 0 && f.from(i+1, j) {
		return true
	}
	for n := 1; n <= min(3, len(rest)); n++ {
		if writes(s, rest[:n], place{i == 0, j+n == len(f.letters)}) && f.from(i+1, j+n) {
			return true
		}
	}
	return false
}

// writes reports whether letters write a vowel.
func writes(s sound, letters []rune, at place) bool {
	if s == vowelAy && len(letters) == 3 && letters[0] == heh { // Khamenei: a silent heh before the suffix
		letters = letters[1:]
	}
	has := map[rune]bool{}
	for i, r := range letters {
		if r != alef && r != waw && r != yeh && r != ayn && !(r == heh && at.last && i == len(letters)-1) {
			return false
		}
		has[r] = true
	}
	one := len(letters) == 1
	switch {
	case one && letters[0] == ayn, at.first && letters[0] == alef && one:
		return true
	case at.first && letters[0] == alef:
		return writes(s, letters[1:], place{last: at.last})
	}
	switch s {
	case vowelAy:
		return has[yeh] && !has[waw]
	case vowelAw:
		return has[waw] && !has[yeh]
	case vowelA:
		return one && (has[alef] || at.last && (has[yeh] || has[heh])) || has[alef] && has[ayn]
	case finalE:
		return one && at.last && has[heh]
	case vowelE:
		return one && (has[yeh] || has[alef] || at.last && has[heh])
	case vowelI:
		return one && has[yeh] || has[yeh] && has[ayn]
	}
	return one && has[waw] || has[waw] && has[ayn]
}
