package text

import (
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/abadojack/whatlanggo"
)

const (
	// minLetters is how much text a language can be told from.
	minLetters = 60
	// maxLanguageBytes is how much of a text is looked at.
	maxLanguageBytes = 1500
)

// Language returns the language of a plain text as a BCP 47 tag ("en", "fa"), or "" when the text has fewer than 60 letters or
// the answer is not reliable.
func Language(plain string) string {
	if len(plain) > maxLanguageBytes {
		plain = validUTF8(plain[:maxLanguageBytes])
	}
	letters := 0
	for _, r := range plain {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < minLetters {
		return ""
	}
	if lang := byFunctionWords(plain); lang != "" {
		return lang
	}
	info := whatlanggo.Detect(plain)
	if !info.IsReliable() {
		return ""
	}
	return info.Lang.Iso6391()
}

// byFunctionWords tells a language by its commonest words, or returns "" when that leaves any doubt. It answers for
// most news texts in the languages it knows, at a hundredth of the cost of comparing trigrams with every language there
// is.
func byFunctionWords(plain string) string {
	var hits, own [len(languages)]int // words of a language; of these, those no other language here has
	words, known := Words(plain), functionWords()
	for _, w := range words {
		set := known[w.Text]
		if bits.OnesCount32(set) == 1 {
			own[bits.TrailingZeros32(set)]++
		}
		for ; set != 0; set &= set - 1 {
			hits[bits.TrailingZeros32(set)]++
		}
	}
	best, second := 0, 0
	for i, n := range own {
		switch {
		case n > own[best]:
			best, second = i, own[best]
		case i != best:
			second = max(second, n)
		}
	}
	if own[best] < minOwn || own[best] < 4*second || hits[best]*5 < len(words) || hits[best] < slices.Max(hits[:]) {
		return ""
	}
	return languages[best].tag
}

// minOwn is how many words that only one language has a text must show.
const minOwn = 5

// languages with their commonest words. What tells languages apart are those that only one has; the Romance and the Nordic ones share many.
var languages = [...]struct{ tag, words string }{
	{"en", "the of and to in a that is was for on with as it by at from are be has have his her said will not they were which this an been their who but"},
	{"de", "der die das und den von zu mit sich des auf fur ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach bei um wurde einen wird in am"},
	{"fr", "le la les des et du un une dans que pour qui sur par au plus ne pas ce avec il sont est en se de a ses aux son cette ont leur mais selon"},
	{"es", "el la los las que en y un una por con para se del al su es lo como mas no sus este ha fue de a o pero sobre entre"},
	{"pt", "o a os as que em e um uma por com para se do da dos das no na nos nas ao mais nao foi sua de como pelo pela ser sao"},
	{"it", "il la le gli che di e un una per con si del della dei delle nel nella al alla non piu da in sono anche ha come dal dalla i lo"},
	{"nl", "de het een van en in is dat op te zijn met voor niet aan er om ook als door naar bij uit maar worden heeft wordt nog over"},
	{"sv", "och att det som en pa ar av for med den till har inte om ett de han var fran i men sig vid efter kan sa"},
	{"da", "og at det som en pa er af for med den til har ikke om et de han var fra i men sig ved efter kan"},
	{"no", "og at det som en pa er av for med den til har ikke om et de han var fra i men seg ved etter kan"},
	{"pl", "w i z na do sie nie ze to jest o jak za po przez od dla oraz przy ktory ktora ktore tym jego ale a tego"},
	{"tr", "ve bir bu da de icin ile olarak daha cok gibi olan en kadar sonra ise ancak oldugu dedi ne her"},
	{"id", "yang dan di dari untuk dengan pada ini itu dalam tidak ke akan oleh adalah juga kata telah para mereka bahwa"},
	{"ro", "si in de la a cu pe din care nu pentru sa un o ca este au mai al ale se fi dar sunt prin"},
	{"cs", "a v se na je ze s z do o pro by za jeho ktery ktera ktere podle ale jako po jsou od ve k i"},
	{"hu", "a az es hogy nem is egy ez meg van de csak volt mint el ki szerint vagy azt"},
	{"ru", "и в на не что с по как из для это от его за к но был также о он года у"},
	{"uk", "і в на не що з до як та для це від його за про у але також й року які"},
	{"bg", "и в на не че с по как от за се да са е като през до това ще при"},
	{"ar", "في من على ان الى التي عن مع هذا هذه الذي كما بعد قال خلال بين وقال ما لا او قد كان"},
	{"fa", "و در به از كه اين را با است براي آن يك خود تا كرد بر هم نيز گفت شد وي مي هاي كند شود"},
	{"ur", "کے میں کی ہے اور سے کا کو نے پر کہ ہیں اس یہ ان بھی کر تھا گیا"},
	{"hi", "के में की है और से का को ने पर कि हैं इस यह भी नहीं एक लिए था कहा"},
	{"fi", "ja on ei se etta oli myos han mutta kun ovat kuin tai joka mukaan sen ole"},
}

// functionWords maps a word to the set of indexes into languages.
var functionWords = sync.OnceValue(newFunctionWords)

func newFunctionWords() map[string]uint32 {
	m := make(map[string]uint32)
	for i, l := range languages {
		for w := range strings.FieldsSeq(l.words) {
			m[Fold(w)] |= 1 << i
		}
	}
	return m
}
