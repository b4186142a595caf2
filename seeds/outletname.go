package seeds

import (
	"regexp"
	"strings"
	"unicode"

	"mediawatch/text"
)

// nameFor looks in the trailing matter for the words that an address was made of ("The Harbour Gazette" for
// harbourgazette.example), then for a name that the matter introduces as the site's.
func (d *draft) nameFor(site string) string {
	label, _, _ := strings.Cut(site, ".")
	label = key(label)
	for _, c := range d.clues {
		if c.kind != clueTail {
			continue
		}
		fields := strings.FieldsFunc(possessive.ReplaceAllString(c.text, " "), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:()[]|©", r) })
		for i := range fields {
			for n := min(6, len(fields)-i); n >= 1; n-- {
				name := strings.Trim(strings.Join(fields[i:i+n], " "), ".!?–—-|/ ")
				k := key(name)
				if strings.ContainsAny(name, "/@") || !upperStart(name) || reBare.MatchString(name) || len(label) < 3 {
					continue
				}
				if k == label || strings.TrimPrefix(k, "the") == label {
					return name
				}
			}
		}
	}
	return d.introducedName()
}

var (
	possessive = regexp.MustCompile(`['’]s\b`)
	// reIntroduced are the turns in which trailing matter names its site.
	reIntroduced = regexp.MustCompile(`^(.{2,40}?)(?:['’]s?)? (?i:website|web site|site|app|news|homepage) (?:can|may) (?:also )?be |^(?i:follow|join|subscribe to|visit|download|support|about) (?:the )?(\p{Lu}[^,.;:]{1,38}?)(?:['’]s?)?(?: (?i:on|at|in|via|app|newsletter|channel|today|now)\b.*|$)`)
	reCopyright  = regexp.MustCompile(`(?i:©|ⓒ|\(c\)|copyright)[\s,©ⓒ]*(?i:by\s+)?(?:(?:19|20)\d\d(?:\s?[-–/]\s?(?:19|20)?\d\d)?)?[\s,-]*(?i:by\s+)?([\p{Lu}\p{Lo}][^.,;:|©\d<>]{1,40}?)(?:\s+(?:19|20)\d\d)?(?:[.,;|]|\s[-–—]|$|\s+(?i:all rights))`)
	// reOwned are rights lines that end in the owner's name.
	reOwned      = regexp.MustCompile(`(?:متعلق به|محفوظة ل|محفوظة لـ|properties of|property of|Eigentum (?:von|der|des)|propriété de|propiedad de)\s*(.{2,40}?)\s*(?:است|می‌باشد|می باشد|©|\d|\.|$)`)
	reAgencyWord = regexp.MustCompile(`(?i)agenc|agent|presse?\b|newswire|\bwire\b|news service|getty|photo|press association`)
)

// introducedName returns a name that the trailing matter gives to its own site.
func (d *draft) introducedName() string {
	for _, c := range d.clues {
		if c.kind != clueTail {
			continue
		}
		if m := reIntroduced.FindStringSubmatch(text.Line(c.text)); m != nil {
			name := trim(m[1] + m[2])
			if looksName(name) && !pronouns[key(name)] {
				return name
			}
		}
	}
	return ""
}

var pronouns = map[string]bool{"us": true, "our": true, "me": true, "the": true, "this": true, "our website": true, "we": true, "you": true, "theauthor": true, "it": true, "we are": true}

// namedInTail takes a name without an address: one the trailing matter introduces, or who holds the copyright, unless
// that looks like an agency, whose notice travels with its texts.
func (d *draft) namedInTail() bool {
	name := d.introducedName()
	why := "the closing lines speak of it as their site"
	for _, c := range d.clues {
		if name != "" {
			break
		}
		m := reCopyright.FindStringSubmatch(text.Line(c.text))
		if m == nil {
			m = reOwned.FindStringSubmatch(text.Line(c.text))
		}
		if c.kind != clueTail || m == nil {
			continue
		}
		if o := d.outletNamed(m[1]); o != "" {
			name = o
		} else if d.ownsText(m[1]) {
			name = trim(m[1])
		}
		why = "it claims the copyright"
	}
	if name == "" {
		return false
	}
	if o := d.outletNamed(name); o != "" {
		name = o
	}
	for _, c := range d.clues {
		if c.kind == clueTail && strings.Contains(key(c.text), key(name)) {
			d.outlet, d.evidence = name, d.quote(c, name)+"; "+why
			return true
		}
	}
	return false
}

// ownsText reports whether name, the holder of a copyright, may be the outlet. An agency's notice travels with its
// texts, so an agency counts only where the closing lines speak of it as "ours" besides.
func (d *draft) ownsText(name string) bool {
	if name = trim(name); !looksName(name) || phraseOf(name) != phraseNone {
		return false
	}
	return !reAgencyWord.MatchString(name) || d.oursToo(name)
}

// oursToo reports whether a closing line in which the site says "our" holds the first proper word of name.
func (d *draft) oursToo(name string) bool {
	proper := ""
	for _, w := range strings.Fields(name) {
		if len(key(w)) >= 4 && !reAgencyWord.MatchString(w) && !paperWords.MatchString(text.Fold(w)) {
			proper = key(w)
			break
		}
	}
	for _, c := range d.clues {
		if c.kind != clueTail || proper == "" || reCopyright.MatchString(text.Line(c.text)) {
			continue
		}
		own, named := false, false
		for _, w := range strings.Fields(text.Fold(c.text)) {
			w = strings.Trim(w, ".,:;!?")
			own, named = own || promoOwn[w], named || key(w) == proper
		}
		if own && named {
			return true
		}
	}
	return false
}

// nameBeside returns the name that goes with the site's address in c: the holder of the copyright whose name the
// address is made of, in any closing line or whatever it is called in the same one, else a name on the line above the
// address that shares a word with it.
func (d *draft) nameBeside(c clue, site string) string {
	label, _, _ := strings.Cut(site, ".")
	for i, o := range d.clues {
		if o.kind != clueTail {
			continue
		}
		if m := reCopyright.FindStringSubmatch(text.Line(o.text)); m != nil && d.ownsText(m[1]) && (o == c || sharesWord(m[1], label)) {
			return trim(m[1])
		}
		above := trim(strings.Trim(text.Line(o.text), "|–—-"))
		if i+1 < len(d.clues) && d.clues[i+1] == c && words(above) >= 2 && words(above) <= 6 && looksName(above) && sharesWord(above, label) {
			return above
		}
	}
	return ""
}

// sharesWord reports whether a word of name, of four letters or more, is part of label.
func sharesWord(name, label string) bool {
	label = key(label)
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if k := key(w); len([]rune(k)) >= 4 && strings.Contains(label, k) {
			return true
		}
	}
	return false
}
