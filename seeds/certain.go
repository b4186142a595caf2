package seeds

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"mediawatch/text"
)

// closedPhrases are the patterns of controls without their open ends: what they match is the phrase word for word.
// "Listen to this article" is one, "Listen to the wind" is not.
var closedPhrases = sync.OnceValue(func() []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, src := range phraseSources {
		if src.kind != phraseJunk {
			continue
		}
		for _, p := range src.patterns {
			out = append(out, regexp.MustCompile(`^(?:`+text.Fold(closeGaps(p))+`)\s*[.!:]*$`))
		}
	}
	return out
})

// interrupted is what sites say above or below what they set into a text.
const interrupted = `(?:the |this )?(?:article|story|text) continues (?:below|after).{0,40}|advertisement.{0,6}(?:story|article|scroll).{0,30}|scroll (?:down )?to continue.{0,30}|continue reading below.{0,30}|(?:der )?(?:artikel|text) (?:wird|geht) (?:nach|unter) der (?:anzeige|werbung).{0,20}|la suite après.{0,30}|(?:el artículo |la noticia )?continúa (?:después|tras|debajo) de .{0,20}publicidad|(?:a )?matéria continua após.{0,30}|l'articolo continua dopo.{0,30}|(?:tekst|artikel) gaat verder (?:na|onder).{0,30}|(?:dalsza część artykułu|ciąg dalszy).{0,12} pod reklamą|продолжение (?:после|под) реклам.{0,10}`

// reBreak recognises both kinds of line that break a text off, for readers who pay or for an advertisement.
var reBreak = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + text.Fold(paywalled+`|`+interrupted) + `)\s*[.!:]*$`)
})

var reGap = regexp.MustCompile(`\.(?:\{(\d+),\d*\}|[*+])`)

// closeGaps shuts the gaps of a pattern: those that may be empty are, those that may not match nothing.
func closeGaps(p string) string {
	return reGap.ReplaceAllStringFunc(p, func(gap string) string {
		if m := reGap.FindStringSubmatch(gap); m[1] == "0" || gap == ".*" {
			return ""
		}
		return `[^\x{0}-\x{10ffff}]`
	})
}

// reEitherWay are controls that are just as well sub-headings: a day, the name of a service, a thing.
var reEitherWay = lazily(`^(?:`, `today|yesterday|just now|an? \pL+ ago|print|mail|email|e-mail|like|line|x|link|threads|pocket|messenger|register|`+services+`|(?:share|send|report|save|like|print|recommend|rate|tweet) the (?:news|story|page|post|content|piece|item)|печать|слушать|ورود|عضویت|ارسال|ذخیره|چاپ|حفظ|انشر|评论|共有|送る|保存|印刷`, `)$`)

// certainPrompt reports whether s can be nothing but a control of a site, even between two paragraphs.
func certainPrompt(s string) bool {
	if quoted(s) {
		return false
	}
	f := phraseForm(s)
	if words(s) <= 16 && reBreak().MatchString(f) {
		return true
	}
	if words(s) <= 8 || !ended(s) {
		if reEitherWay.MatchString(f) {
			return false
		}
		for _, re := range closedPhrases() {
			if re.MatchString(f) {
				return true
			}
		}
	}
	return certainAppeal(s)
}

// reMediaThing are the things that a site asks to subscribe to or to follow and that are hardly ever the subject of a
// sentence that begins with the imperative.
var reMediaThing = lazily(``, `newsletter|nieuwsbrief|nyhetsbrev|nyhedsbrev|nyhetsbrev|infolettre|lettre d'info|boletín|bülten|hírlevél|рассылк|розсилк|خبرنامه|نشرتنا|النشرة البريدية|न्यूजलेटर|telegram|телеграм|whatsapp|facebook|instagram|twitter|youtube|google news|вконтакте|تلغرام|واتساب|تلگرام|اینستاگرام|فيسبوك|メルマガ|ニュースレター|公式|電子報|电子报|公众号|公眾號|微信|微博|客户端|客戶端|카카오톡|뉴스레터|텔레그램|유튜브|네이버|टेलीग्राम|व्हाट्सएप|फेसबुक`, ``)

// reAtOnce begins an appeal in scripts without spaces: do it now.
var reAtOnce = regexp.MustCompile(`^(?:立即|立刻|马上|馬上|即刻|点击|點擊|今すぐ|지금)`)

// certainAppeal reports whether s asks its reader to subscribe or to follow, without doubt: it speaks of the site as
// its own, or names a newsletter or a service.
func certainAppeal(s string) bool {
	if quoted(s) || !promo(s) {
		return false
	}
	f := text.Fold(s)
	if reCookies.MatchString(f) && reConsent.MatchString(f) {
		return true
	}
	own := false
	for _, w := range strings.Fields(f) {
		own = own || promoOwn[strings.Trim(w, ".,:;!?")]
	}
	if ended(s) && words(s) > 14 && !own {
		return false
	}
	return own || reMediaThing.MatchString(f) || reAtOnce.MatchString(f)
}

// quoted reports whether s begins with a quotation: somebody speaks.
func quoted(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("\"“”„«»‹「『‘'", r)
}
