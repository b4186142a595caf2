package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The words and phrases the texts are made of; all people, places and companies are invented.
var (
	nouns = strings.Fields(`council harbour ferry bridge hospital school teacher river farm factory engine museum library market budget contract union strike railway station airport
		storm flood harvest vessel court judge lawyer inquiry report election ballot minister mayor deputy senator treaty border patrol drought forest fire reservoir pipeline turbine grid
		festival orchestra gallery painter novelist athlete coach stadium league season vaccine clinic surgeon laboratory satellite rocket antenna software network server archive census
		pension mortgage tenant landlord housing estate village island lighthouse quarry mine tunnel tram bus driver cyclist pedestrian inspector auditor regulator bank lender insurer`)
	adjectives = strings.Fields(`new former regional local senior independent annual temporary permanent coastal northern southern rural urban public private joint costly modest rapid gradual unusual
		controversial popular delayed expected final early initial broad narrow steep quiet crowded damaged restored ageing modern remote central eastern western`)
	verbs = strings.Fields(`approved rejected announced delayed inspected repaired reopened closed expanded criticised defended reviewed questioned funded measured surveyed rebuilt suspended resumed
		transferred auctioned cancelled promised warned described published signed amended audited evacuated examined supported opposed challenged replaced introduced abandoned`)
	adverbs     = strings.Fields(`quickly quietly largely partly formally briefly eventually reportedly unanimously narrowly repeatedly openly`)
	connectives = []string{
		"according to", "in spite of", "on the grounds of", "as part of", "in response to", "ahead of", "shortly after", "because of", "with the help of", "at the expense of", "on behalf of", "in line with",
	}
	sayings = []string{"said on %s that", "told reporters on %s that", "added that", "wrote in a statement that", "confirmed on %s that", "explained that"}
	days    = strings.Fields("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
	onsets  = strings.Fields("b br d dr f g gr h k kl l m n p r s st t tr v w")
	vowels  = strings.Fields("a e i o u aa ei ou")
	codas   = strings.Fields("n r l s m k t nd rd lm sk")
)

// writer makes words up.
type writer struct{ *rand.Rand }

func pick[T any](w writer, list []T) T { return list[w.IntN(len(list))] }

// invented is a capitalised name of two or three syllables.
func (w writer) invented() string {
	var b strings.Builder
	for range 2 + w.IntN(2) {
		b.WriteString(pick(w, onsets) + pick(w, vowels))
	}
	b.WriteString(pick(w, codas))
	return strings.ToUpper(b.String()[:1]) + b.String()[1:]
}

func (w writer) person() string { return w.invented() + " " + w.invented() }

// subject is what an article is about: it keeps to its people, places and things.
type subject struct {
	people, places, things, qualities, deeds []string
}

func (w writer) subject() subject {
	var s subject
	for range 3 {
		s.people, s.places = append(s.people, w.person()), append(s.places, w.invented())
	}
	for range 14 {
		s.things, s.qualities, s.deeds = append(s.things, pick(w, nouns)), append(s.qualities, pick(w, adjectives)), append(s.deeds, pick(w, verbs))
	}
	return s
}

// phrase is a noun phrase.
func (w writer) phrase(s subject) string {
	switch w.IntN(4) {
	case 0:
		return "the " + pick(w, s.things)
	case 1:
		return "the " + pick(w, s.things) + " of " + pick(w, s.places)
	case 2:
		return "a " + pick(w, adjectives) + " " + pick(w, nouns)
	}
	return "the " + pick(w, s.qualities) + " " + pick(w, s.things)
}

// figure is a number as news has them.
func (w writer) figure() string {
	switch w.IntN(4) {
	case 0:
		return fmt.Sprintf("%d.%d million", 1+w.IntN(90), w.IntN(10))
	case 1:
		return fmt.Sprintf("%d per cent", 1+w.IntN(60))
	case 2:
		return fmt.Sprint(1990 + w.IntN(36))
	}
	return fmt.Sprint(2 + w.IntN(900))
}

// sentence is one sentence of 12 to 30 words.
func (w writer) sentence(s subject) string {
	var b strings.Builder
	if w.IntN(3) == 0 {
		saying := pick(w, sayings)
		if strings.Contains(saying, "%s") {
			saying = fmt.Sprintf(saying, pick(w, days))
		}
		fmt.Fprintf(&b, "%s %s ", pick(w, s.people), saying)
	}
	fmt.Fprintf(&b, "%s had %s %s %s", w.phrase(s), pick(w, adverbs), pick(w, s.deeds), w.phrase(s))
	if w.IntN(2) == 0 {
		fmt.Fprintf(&b, " %s %s", pick(w, connectives), w.phrase(s))
	}
	switch w.IntN(3) {
	case 0:
		fmt.Fprintf(&b, ", where %s %s were %s", w.figure(), pick(w, nouns)+"s", pick(w, verbs))
	case 1:
		fmt.Fprintf(&b, " and %s %s in %s", pick(w, verbs), w.phrase(s), pick(w, s.places))
	}
	text := b.String()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// headline is six to nine words.
func (w writer) headline(s subject) string {
	return fmt.Sprintf("%s %s %s %s in %s", pick(w, s.places), pick(w, s.things), pick(w, s.deeds), pick(w, s.qualities)+" "+pick(w, s.things), pick(w, s.places))
}

// article is a headline and paragraphs of about so many words.
func (w writer) article(s subject, words int) article {
	a := article{title: w.headline(s)}
	for n := 0; n < words; {
		var p []string
		for range 1 + w.IntN(3) {
			p = append(p, w.sentence(s))
		}
		par := strings.Join(p, " ")
		n += len(strings.Fields(par))
		a.paragraphs = append(a.paragraphs, par)
	}
	return a
}

// article is a text as an outlet prints it.
type article struct {
	title      string
	paragraphs []string
	outlet     string
	day        int
}

func (a article) words() []string { return strings.Fields(strings.Join(a.paragraphs, " ")) }
