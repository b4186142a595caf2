package page

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"mediawatch/text"
)

// walls are the turns of pages that stand before an article, by what they want.
var walls = []struct {
	what string
	re   *regexp.Regexp
}{
	{"it asks for consent to cookies", regexp.MustCompile(`(?:accept|reject|manage|allow) (?:all|cookies|my)|we (?:and our \d* ?partners|use cookies|value your privacy)|before you continue|cookie(?:s| settings| policy| preferences| consent)|alle (?:akzeptieren|ablehnen)|wir (?:verwenden|nutzen|und unsere).{0,40}(?:cookies|partner)|einwilligung|zustimmen|tout (?:accepter|refuser)|nous (?:utilisons|et nos).{0,40}(?:cookies|partenaires)|aceptar (?:todo|cookies)|utilizamos cookies|accetta tutt|файлы cookie|ملفات تعريف الارتباط|çerez`)},
	{"it checks for robots", regexp.MustCompile(`checking (?:your browser|if the site)|just a moment|verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|i'm not a robot|captcha|unusual traffic|access (?:to this page has been )?denied|enable javascript and cookies`)},
	{"it needs scripts", regexp.MustCompile(`(?:please )?(?:enable|turn on|activate) javascript|javascript is (?:disabled|required|not)|you need to enable javascript|bitte aktivieren sie javascript|activer javascript|activar javascript`)},
	{"it asks to log in or subscribe", regexp.MustCompile(`(?:subscribe|log ?in|sign in|register) to (?:continue|read)|already a subscriber|this (?:article|content|story) is (?:only )?(?:for|available to) (?:subscribers|members)|jetzt (?:abonnieren|weiterlesen)|réservé aux abonnés|exclusivo para suscriptores`)},
}

// wallWords is the number of words above which a text is an article even when it speaks of cookies.
const wallWords = 120

// wallOf tells what kind of wall a page is, "" for none: little text, and most of it in a wall's turns.
func wallOf(doc *html.Node, paragraphs []string) string {
	parts := paragraphs
	if parts == nil {
		parts = strings.Split(text.Plain(render(doc)), "\n")
		for _, n := range find(doc, "noscript") {
			parts = append(parts, textOf(n))
		}
		if t := find(doc, "title"); len(t) > 0 {
			parts = append(parts, textOf(t[0]))
		}
	}
	total := 0
	words := make([]int, len(parts))
	for i, p := range parts {
		words[i] = len(strings.Fields(p))
		total += words[i]
	}
	if total > wallWords && paragraphs != nil || total > 600 { // nearly every page: what follows is the costly part
		return ""
	}
	hits := make([]int, len(walls))
	for at, p := range parts {
		n := words[at]
		f := text.Fold(p)
		for i, w := range walls {
			if w.re.MatchString(f) {
				hits[i] += n
			}
		}
	}
	best, what := 0, ""
	for i, h := range hits {
		if h > best {
			best, what = h, walls[i].what
		}
	}
	if best*2 < total && paragraphs != nil || best == 0 {
		return ""
	}
	return what
}
