package query

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mediawatch/text"
)

// nameForm is a transliterated name as it sounds. Names that came into a script from another one have no one spelling; what they have
// in common are consonants in order and, more or less, the vowels between them. Latin and Cyrillic spellings become a row of sounds that
// are compared one by one; Arabic and Persian ones, which leave short vowels out, are fitted to such a row.
//
// The rules are the ones of romanisation tables (ALA-LC, BGN/PCGN, DIN 31635) and of what newspapers do to them. Whatever they do not
// cover belongs into a list of spellings.
type nameForm struct {
	folded string  // the words as written, folded, without spaces
	words  int     // how many
	sounds []sound // of a Latin or Cyrillic name
	abjad  []rune  // of an Arabic or Persian one
	starts [128]bool
}

// sound is a consonant (lower case, X, S, C, Z, G; x is ks) or a vowel (A E I O U Y W and e for a final e) in a name.
type sound byte

const (
	soundKh     sound = 'X'
	soundSh     sound = 'S'
	soundCh     sound = 'C'
	soundZh     sound = 'Z'
	soundGh     sound = 'G'
	vowelA      sound = 'A'
	vowelE      sound = 'E'
	vowelI      sound = 'I'
	vowelO      sound = 'O'
	vowelU      sound = 'U'
	vowelAy     sound = 'Y'
	vowelAw     sound = 'W'
	finalE      sound = 'e' // silent in many languages: it equals nothing else
	leastName         = 3   // sounds of a name
	maxNameLen        = 4   // words of a name
	longestWord       = 64  // bytes of a word that may be a name
)

func (s sound) vowel() bool { return strings.IndexByte("AEIOUYWe", byte(s)) >= 0 }

// newNameForm reads a name. It knows Latin, Cyrillic, Arabic and Persian letters.
func newNameForm(raw string) (*nameForm, *mistake) {
	words := text.Words(raw)
	n := &nameForm{words: len(words)}
	if len(words) > maxNameLen {
		return nil, &mistake{0, "a name after ~ has at most 4 words", "write a phrase, or names in a group"}
	}
	n.folded = joinName(words)
	switch scriptOf(n.folded) {
	case scriptLatin:
		n.sounds = sounds(n.folded)
	case scriptArabic:
		n.abjad = abjadOf(n.folded)
	default:
		return nil, &mistake{0, "~ knows names in Latin, Cyrillic, Arabic and Persian letters only, not mixed", "write the spellings: (a OR b)"}
	}
	if max(len(n.sounds), len(n.abjad)) < leastName {
		return nil, &mistake{0, "the name is too short to tell its spellings from other words", "write the spellings: (Li OR Lee)"}
	}
	for c := range n.starts {
		n.starts[c] = n.mayStart(byte(c))
	}
	return n, nil
}

// mayStart reports whether a spelling may begin with an ASCII letter.
func (n *nameForm) mayStart(c byte) bool {
	if c < 'a' || c > 'z' {
		return false
	}
	if n.abjad != nil {
		return true
	}
	first := n.sounds[0]
	if first.vowel() {
		return strings.IndexByte("aeiouyw", c) >= 0
	}
	return strings.IndexByte(startsOf[first], c) >= 0
}

// startsOf says with which letters a sound may be written at the beginning of a name.
var startsOf = func() map[sound]string {
	m := map[sound]string{soundKh: "k", soundSh: "s", soundCh: "ct", soundZh: "zjd", soundGh: "gqk", 'k': "kcq", 'q': "qkgc", 'g': "gq",
		'j': "jdz", 's': "sc", 'v': "vw", 'f': "fp", 't': "t", 'z': "z"}
	for c := sound('a'); c <= 'z'; c++ {
		if m[c] == "" {
			m[c] = string(rune(c))
		}
	}
	return m
}()

func (n *nameForm) key() string {
	if n.abjad != nil {
		return string(n.abjad)
	}
	return string(soundBytes(n.sounds))
}

func soundBytes(s []sound) []byte {
	out := make([]byte, len(s))
	for i, c := range s {
		out[i] = byte(c)
	}
	return out
}

// spans finds the spellings of the name in a field: one word for several ("Alaqsa") and several for one ("Al Aqsa") included.
func (n *nameForm) spans(ft *fieldText, want extent) []span {
	var out []span
	for i := 0; i < len(ft.words); i++ {
		w := ft.words[i].Text
		if c := w[0]; c < utf8.RuneSelf && !n.starts[c] || len(w) > longestWord {
			continue
		}
		to := n.at(ft, i)
		if to < 0 {
			continue
		}
		out = append(out, span{i, to})
		if want == firstHit {
			break
		}
		i = to - 1
	}
	return out
}

// at returns the end of a spelling that begins with word i; -1 when there is none.
func (n *nameForm) at(ft *fieldText, i int) int {
	for to := i + 1; to <= min(i+n.words+1, len(ft.words)) && ft.together(i, to-1); to++ {
		if words := ft.words[i:to]; n.joins(ft.plain, words) && n.fits(ft.plain, words) {
			return to
		}
	}
	return -1
}

// joins reports whether words may be one name: nothing but a space or a hyphen stands between them, and they are not more than the name
// has unless there is a particle among them, which some write apart and some do not.
func (n *nameForm) joins(plain string, words []text.Word) bool {
	particle := len(words) <= n.words
	for i, w := range words[:len(words)-1] {
		next := words[i+1]
		if next.Start < w.End || next.Start-w.End > 3 || strings.ContainsAny(plain[w.End:next.Start], "\n\t.,;:!?()/\"") {
			return false
		}
		particle = particle || isArticle(w.Text, next.Text) || particles[w.Text]
	}
	return particle
}

// particles are the parts of names that are written apart or not: Abdul Rahman, Abdulrahman.
var particles = map[string]bool{"al": true, "el": true, "abd": true, "abdul": true, "abdel": true, "abdal": true, "abu": true, "abou": true,
	"ben": true, "bin": true, "ibn": true, "bint": true, "nur": true, "nour": true, "عبد": true, "ابو": true, "بن": true, "ابن": true}

// fits reports whether words, taken together, are a spelling of the name. A spelling other than the one written must have a capital
// where its script has capitals, so that ~Raisi is not found in other people's verbs.
func (n *nameForm) fits(plain string, words []text.Word) bool {
	name := joinName(words)
	if name == n.folded {
		return true
	}
	switch scriptOf(name) {
	case scriptLatin:
		if !strings.ContainsFunc(plain[words[0].Start:words[len(words)-1].End], unicode.IsUpper) {
			return false
		}
		row := sounds(name)
		if n.abjad != nil {
			return len(row) >= leastName && (fitsAbjad(row, n.abjad) || fitsAbjad(row, withoutArticle(n.abjad)))
		}
		return slices.EqualFunc(n.sounds, row, alike)
	case scriptArabic:
		letters := abjadOf(name)
		if n.abjad != nil {
			return slices.Equal(letters, n.abjad) || slices.Equal(withoutArticle(letters), n.abjad)
		}
		return fitsAbjad(n.sounds, letters) || fitsAbjad(n.sounds, withoutArticle(letters))
	}
	return false
}

// joinName joins the words of a name as it is compared: without apostrophes, the Arabic article in its one written form.
func joinName(words []text.Word) string {
	if len(words) == 1 && strings.IndexByte(words[0].Text, '\'') < 0 {
		return words[0].Text
	}
	var b strings.Builder
	for i, w := range words {
		t := w.Text
		if i+1 < len(words) && isArticle(t, words[i+1].Text) {
			t = "al"
		}
		b.WriteString(strings.ReplaceAll(t, "'", ""))
	}
	return b.String()
}

// isArticle reports whether a word is the Arabic article before next: al, el, or assimilated to a sun letter (ash-Shabab).
func isArticle(w, next string) bool {
	if len(w) < 2 || len(w) > 3 || w[0] != 'a' && w[0] != 'e' && w[0] != 'u' {
		return false
	}
	return w[1:] == "l" || strings.IndexByte("tdrzsnl", w[1]) >= 0 && strings.HasPrefix(next, w[1:])
}

type script uint8

const (
	scriptOther script = iota
	scriptLatin        // and Cyrillic
	scriptArabic
)

// scriptOf returns the script of a folded word.
func scriptOf(w string) script {
	found := scriptOther
	for _, r := range w {
		s := scriptOther
		switch {
		case r >= 'a' && r <= 'z', cyrillic[r] != "", latinExtra[r] != "":
			s = scriptLatin
		case unicode.Is(unicode.Arabic, r):
			s = scriptArabic
		}
		if s == scriptOther || found != scriptOther && s != found {
			return scriptOther
		}
		found = s
	}
	return found
}

// latinExtra are Latin letters that folding leaves as they are.
var latinExtra = map[rune]string{'ı': "i", 'ø': "o", 'ł': "l", 'đ': "d", 'æ': "ae", 'œ': "oe", 'ə': "a", 'ð': "d", 'þ': "t", 'ß': "ss",
	'ʿ': " ", 'ʾ': " ", 'ʻ': " ", 'ʼ': " "}

// cyrillic is how newspapers write Cyrillic letters, after folding, in Latin ones. Signs without a sound are a space.
var cyrillic = map[rune]string{'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ж': "zh", 'з': "z", 'и': "i", 'к': "k", 'л': "l",
	'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh",
	'щ': "shch", 'ъ': " ", 'ы': "y", 'ь': " ", 'э': "e", 'ю': "yu", 'я': "ya", 'і': "i", 'ї': "yi", 'є': "ye", 'ґ': "g", 'ў': "u",
	'ј': "y", 'љ': "ly", 'њ': "ny", 'ћ': "ch", 'ђ': "dj", 'џ': "dj", 'қ': "q", 'ғ': "gh", 'ү': "u", 'ұ': "u", 'ө': "o", 'ә': "a", 'һ': "h", 'ң': "n"}

// romanise writes a folded Latin or Cyrillic word in a to z.
func romanise(w string) string {
	plain := true
	for i := 0; i < len(w); i++ {
		plain = plain && w[i] < utf8.RuneSelf
	}
	if plain {
		return w
	}
	var b strings.Builder
	for _, r := range w {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case cyrillic[r] != "":
			b.WriteString(strings.TrimSpace(cyrillic[r]))
		default:
			b.WriteString(strings.TrimSpace(latinExtra[r]))
		}
	}
	return b.String()
}
