package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// A tongue is what sentences of a language are made of: its own small words, and the endings that made-up stems take.
type tongue struct {
	code                       string
	share                      float64  // of the feeds
	det, prep, conj, that, aux []string // the commonest several times
	noun, verb, adjective, adv []string // endings
	said                       []string
	topics                     []string // real words, rare, so that queries find something
}

func tongues() []tongue {
	return []tongue{
		{
			code: "en", share: 0.75,
			det: strings.Fields("the the the the the the a a a an this their his its every some"), prep: strings.Fields("of of of of in in in to to for for on on with at by from as about after under"),
			conj: strings.Fields("and and and and but while because as"), that: strings.Fields("that that which who where"), aux: strings.Fields("has was is will have were had would not"),
			noun: []string{"", "er", "ing", "ment", "ness", "ation", "ers", "s", "ity"}, verb: []string{"ed", "s", "es", "ed"}, adjective: []string{"al", "ous", "ic", "y", "ful"}, adv: []string{"ly"},
			said: []string{"said", "told reporters", "has confirmed", "doesn't expect", "wasn't able to confirm"},
			topics: []string{
				"port", "rail line", "harbour", "ferry", "railway", "dockers", "union", "timetable", "freight", "passengers", "electricity", "heat pumps",
				"wind farm", "emissions", "power grid", "carbon price", "vaccine", "public health", "measles", "outbreak", "influenza", "strike",
			},
		},
		{
			code: "de", share: 0.15,
			det: strings.Fields("der der der die die die das das den dem des ein eine einen dieser ihre"), prep: strings.Fields("in in in von von mit mit zu auf für im an aus nach bei um vor"),
			conj: strings.Fields("und und und und aber wie oder weil"), that: strings.Fields("dass dass er sie es"), aux: strings.Fields("ist hat nicht wird sich auch werden wurde"),
			noun: []string{"", "ung", "heit", "keit", "schaft", "er", "en"}, verb: []string{"te", "t", "en", "ten"}, adjective: []string{"lich", "isch", "ige", "bar"}, adv: []string{"weise", ""},
			said: []string{"sagte", "teilte mit", "hat bestätigt", "erklärte"}, topics: []string{"Hafen", "Bahn", "Wärmepumpen", "Strom", "Impfung", "Gewerkschaft"},
		},
		{
			code: "es", share: 0.1,
			det: strings.Fields("el el el la la la los los las un una su este"), prep: strings.Fields("de de de de de en en en a a con para por del al sobre entre"),
			conj: strings.Fields("y y y y pero como porque"), that: strings.Fields("que que que lo se"), aux: strings.Fields("ha fue no es más se"),
			noun: []string{"o", "a", "ción", "dad", "miento", "os", "as"}, verb: []string{"ó", "aba", "aron", "ía"}, adjective: []string{"al", "ico", "oso", "iva"}, adv: []string{"mente"},
			said: []string{"dijo", "ha confirmado", "explicó"}, topics: []string{"puerto", "vacuna", "electricidad", "tren"},
		},
	}
}

// lexicon holds the made-up stems, the most frequent first.
type lexicon struct {
	tongues []tongue
	stems   []string
	names   []string
}

const stemCount = 4000

// newLexicon makes up the words. Stems are distinct and say nothing.
func newLexicon(seed uint64) *lexicon {
	r := rand.New(rand.NewPCG(seed, 1))
	onsets := strings.Fields("b br c ch cl cr d dr f fl fr g gl gr h j k l m n p pl pr qu r s sc sh sl sp st str t th tr v w")
	vowels := strings.Fields("a e i o u ai ea ee ou a e i o")
	codas := strings.Fields("b d f g k l m n p r s t ck ld lt mp nd ng nt rd rk rm rn rt sk st")
	taken := make(map[string]bool)
	l := &lexicon{tongues: tongues()}
	for len(l.stems) < stemCount {
		var b strings.Builder
		for range 1 + r.IntN(2) {
			b.WriteString(pick(r, onsets) + pick(r, vowels))
		}
		b.WriteString(pick(r, codas))
		if w := b.String(); len(w) > 2 && len(w) < 10 && !taken[w] {
			taken[w] = true
			l.stems = append(l.stems, w)
		}
	}
	slices.SortStableFunc(l.stems, func(a, b string) int { return len(a) - len(b) }) // what is frequent is short
	for range 600 {
		w := pick(r, l.stems[stemCount/2:])
		l.names = append(l.names, strings.ToUpper(w[:1])+w[1:]+pick(r, []string{"o", "a", "ia", "en", "ov", "is"}))
	}
	return l
}

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// stem picks a stem as words occur in language: few often, many rarely.
func (l *lexicon) stem(r *rand.Rand) string {
	x := math.Pow(float64(len(l.stems)), r.Float64()) - 1 // density 1/x
	return l.stems[min(int(x), len(l.stems)-1)]
}

// tongueOf spreads feeds over the languages.
func (l *lexicon) tongueOf(at float64) int {
	for i := range l.tongues {
		if at -= l.tongues[i].share; at < 0 {
			return i
		}
	}
	return 0
}

// text names a text: from this all its words follow.
type text struct{ number, tongue int }

// story is a text in its plainest form: paragraphs with straight quotes, plain hyphens and single spaces.
type story struct {
	tongue     *tongue
	title      string
	paragraphs []string
}

// write makes up the text with the given number.
func (l *lexicon) write(seed uint64, t text, bytes int) *story {
	w := writer{r: rand.New(rand.NewPCG(seed, uint64(t.number)+1000)), l: l, t: &l.tongues[t.tongue]}
	if w.r.Float64() < 0.12 {
		w.topics = []string{pick(w.r, w.t.topics), pick(w.r, w.t.topics)}
	}
	s := &story{tongue: w.t, title: w.headline()}
	want := int(float64(bytes) * (0.4 + 1.2*w.r.Float64())) // on average what was asked for
	for have := 0; have < want-sentenceBytes/2; {
		p := w.paragraph(min(want-have-sentenceBytes/2, 250+w.r.IntN(450)))
		have += len(p)
		s.paragraphs = append(s.paragraphs, p)
	}
	return s
}

// sentenceBytes is about how long a sentence is; a text ends, on average, half of one late.
const sentenceBytes = 120

// writer makes up one text.
type writer struct {
	r      *rand.Rand
	l      *lexicon
	t      *tongue
	topics []string // left to be mentioned
}

func (w *writer) headline() string {
	words := []string{w.name(), w.l.stem(w.r) + pick(w.r, w.t.verb), w.adjective(), w.noun(), pick(w.r, w.t.prep), w.name()}
	if w.r.IntN(2) == 0 {
		words = append(words, pick(w.r, w.t.conj), w.noun())
	}
	return capital(strings.Join(words, " "))
}

// paragraph is a number of sentences, at least the given number of bytes together.
func (w *writer) paragraph(bytes int) string {
	var b strings.Builder
	for b.Len() < bytes {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		w.sentence(&b)
	}
	return b.String()
}

func (w *writer) sentence(b *strings.Builder) {
	clause := w.clause()
	switch w.r.IntN(6) {
	case 0: // quoted
		b.WriteString(`"` + capital(clause) + `," ` + w.name() + " " + pick(w.r, w.t.said))
	case 1: // with an aside
		b.WriteString(capital(clause) + " - " + w.phrase() + " - " + pick(w.r, w.t.prep) + " " + w.phrase())
	case 2:
		b.WriteString(capital(pick(w.r, w.t.prep)) + " " + w.phrase() + ", " + clause)
	default:
		b.WriteString(capital(clause) + ", " + pick(w.r, w.t.conj) + " " + w.clause())
	}
	b.WriteByte('.')
}

// clause is subject, verb and object.
func (w *writer) clause() string {
	parts := []string{w.phrase()}
	if w.r.IntN(2) == 0 {
		parts = append(parts, pick(w.r, w.t.aux))
	}
	parts = append(parts, w.l.stem(w.r)+pick(w.r, w.t.verb), w.phrase())
	if w.r.IntN(2) == 0 {
		parts = append(parts, pick(w.r, w.t.prep), w.phrase())
	}
	if w.r.IntN(3) == 0 {
		parts = append(parts, pick(w.r, w.t.that), w.l.stem(w.r)+pick(w.r, w.t.verb), w.phrase())
	}
	if w.r.IntN(3) == 0 {
		parts = append(parts, w.l.stem(w.r)+pick(w.r, w.t.adv))
	}
	return strings.Join(parts, " ")
}

// phrase is a noun with what stands around it.
func (w *writer) phrase() string {
	if len(w.topics) > 0 && w.r.IntN(4) == 0 {
		topic := w.topics[0]
		w.topics = w.topics[1:]
		return pick(w.r, w.t.det) + " " + topic
	}
	switch w.r.IntN(8) {
	case 0:
		return w.name()
	case 1:
		return pick(w.r, w.t.det) + " " + w.l.stem(w.r) + "-" + w.noun()
	case 2:
		return pick(w.r, w.t.det) + " " + w.noun() + " " + pick(w.r, w.t.prep) + " " + pick(w.r, w.t.det) + " " + w.adjective() + " " + w.noun()
	case 3:
		return pick(w.r, w.t.det) + " " + w.adjective() + " " + w.noun()
	}
	return pick(w.r, w.t.det) + " " + w.noun()
}

func (w *writer) noun() string      { return w.l.stem(w.r) + pick(w.r, w.t.noun) }
func (w *writer) adjective() string { return w.l.stem(w.r) + pick(w.r, w.t.adjective) }
func (w *writer) name() string {
	return pick(w.r, w.l.names) + " " + pick(w.r, w.l.names)
}

// capital returns s with its first letter in upper case; other alphabets' letters stay.
func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-32) + s[1:]
}
