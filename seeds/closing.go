package seeds

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"mediawatch/text"
)

// longestNotice is the number of words above which a closing paragraph is no notice of the site.
const longestNotice = 60

// noticeSource is a class of notices in whole sentences. A line is one when it holds a word of each of the sets: what
// it is about, and what only a site says of it to its readers.
type noticeSource struct {
	about, said string
	most        int // words
}

// noticeSources are looked for in the closing matter only, where no paragraph of the article follows. None names an outlet.
var noticeSources = []noticeSource{
	{ // where else the text stood
		`print edition|printed edition|print issue|print version|printausgabe|gedruckten? ausgabe|édition papier|édition imprimée|version papier|edición impresa|edición en papel|edizione cartacea|edizione stampata|edição impressa|papieren (?:krant|editie)|gedrukte editie|papperstidning|papirudgave|papirutgave|wydani\pL* (?:papierow|drukowan)\pL*|печатн\pL+ (?:верси|номер|выпуск|издани)|друкован\pL+|الطبعة الورقية|النسخة الورقية|نسخه چاپی|basılı|紙面|朝刊|印刷版|지면`,
		`^(?:(?:a )?version of|this (?:article|story|piece)|(?:first |originally )?(?:published|appeared|printed|ran) (?:in|on)|(?:dieser|der) (?:artikel|text|beitrag)|erschienen|aus der|cet article|(?:article )?(?:paru|publié)|este (?:artículo|reportaje|artigo)|esta (?:noticia|nota|matéria)|(?:publicado|apareció)|questo articolo|pubblicato|uscito|dit artikel|(?:verschenen|gepubliceerd)|(?:artikeln|artiklen|artikkelen)|(?:artykuł|tekst|opublikowan)|(?:статья|материал|текст|опубликован)|стаття|نشر|هذا المقال|این (?:مطلب|گزارش)|bu (?:yazı|haber)|この記事|本文|本記事|이 기사)`, 40,
	},
	{ // what the site earns
		`may (?:earn|receive|get|be paid) .{0,40}(?:commission|portion|share|fee|percentage)|earns? (?:an? )?(?:small |affiliate )*(?:commission|portion of)|affiliate|affiliate[ -]links?|liens? (?:d'affiliation|affilié)|enlaces? (?:de )?afilia|link (?:di )?affilia|links? (?:de )?afiliad|affiliatelinks?|linki afiliacyjne|партн[её]рск\pL+ ссыл|provision.*link|link.*provision|アフィリエイト`,
		`our|we (?:may|earn|get|receive)|links?|wir|unser|enlaces?|liens?|ссыл|リンク|当サイト|本記事`, 45,
	},
	{ // how to behave in the comments
		`comments?|commenting|kommentar|kommentier|commentaire|comentario|comentário|commenti|reacties|komentarz|комментар|коментар|تعليقات|التعليق|دیدگاه|yorum|コメント|评论|評論|댓글`,
		`our rules|house rules|community (?:rules|guidelines|standards)|be respectful|our comments|comments? policy|commenting (?:policy|rules|guidelines)|please (?:report|keep|flag|be|read|note)|comments? (?:are|is) (?:now |currently )?(?:closed|moderated|subject)|netiquette|nutzungsregeln|kommentarregeln|diskussionsregeln|charte (?:des|de modération)|normas de (?:participación|uso|la comunidad)|regole (?:del|per)|regras (?:da|de|para)|huisregels|spelregels|regulamin|правила (?:комментир|общения|сообщества|сайта)|قواعد (?:النشر|التعليق|المشاركة)|yorum kuralları|ルール|ガイドライン|规则|規則|守則|정책`, 45,
	},
	{ // where to complain
		`complain|inaccura|correction|beschwerde|hinweise auf fehler|réclamation|queja|reclamación|reclamações|reclami|klacht|skarg|жалоб|скарг|شكوى|شكاوى|شکایت|şikayet`,
		`(?:if you|you can|you may|please|wenn sie|si vous|si (?:tiene|desea|usted|quiere)|se (?:hai|vuoi|você|desidera)|als (?:u|je)|если (?:вы|у вас)|якщо|إذا كان لديك|اگر) .*(?:article|story|report|content|editor|artikel|redaktion|rédaction|redacción|redazione|redação|redactie|редакц|التحرير|تحریریه)`, 60,
	},
	{ // which code it keeps
		`code of practice|code of conduct|code of ethics|pressekodex|pressrat|press council|standards code|editors'? code|código deontológico|charte de déontologie|codice deontologico`,
		`^(?:this (?:website|site|newspaper|publication|title)|our |we (?:follow|adhere|abide|subscribe|comply)|diese (?:zeitung|website)|wir |ce (?:site|journal)|notre |este (?:medio|diario|periódico|sitio)|questa testata)`, 60,
	},
	{ // what signing up means
		`^(?:by (?:signing|subscribing|continuing|registering|clicking|submitting|providing|entering|creating|using)|when you (?:sign|subscribe|register)|mit (?:der|ihrer|deiner) (?:anmeldung|registrierung|bestellung)|en (?:vous inscrivant|cliquant|validant|renseignant)|al (?:suscribir|registrar|inscribir|hacer clic|continuar)|iscrivendo|registrando|cliccando|ao (?:se )?(?:inscrever|assinar|cadastrar|clicar)|door (?:je|u|op)|genom att|ved at|zapisując|klikając|нажимая|подписываясь|оставляя|натискаючи|підписуючись|بالتسجيل|باشتراك|با (?:عضویت|ثبت)|abone olarak|kaydolarak|点击|點擊|注册|註冊|登録すると|送信)`,
		`you(?: also| hereby| will)? (?:agree|consent|accept|acknowledge|confirm|understand|receive)|(?:stimmen|akzeptieren|erklären|willigen) sie|(?:stimmst|akzeptierst|erklärst) du|vous (?:acceptez|consentez|reconnaissez)|aceptas?|accetti|acconsenti|(?:você )?(?:concorda|aceita) com|ga(?:at)? (?:je|u) akkoord|(?:godkänner|accepterar|accepterer|godtar) du|akceptujesz|zgadzasz|wyrażasz|вы (?:соглаша|принима)|ви погоджу|توافق|می‌پذیرید|kabul (?:etmiş|ed)|同意`, 60,
	},
	{ // the reuse of the text
		`licens(?:e|ing)|licenci|lizenz|syndicat|republish|reprint|nachdruck|reproduction|reproducción|riproduzione|перепечатк|передрук|إعادة النشر|بازنشر|転載|转载|轉載`,
		`click (?:here|to)|our (?:articles|content)|creative commons|without permission|dieser (?:artikel|inhalt)|dieses (?:artikels|inhalts)|de cet article|cet article|este (?:artículo|contenido)|questo articolo|pinche aquí|haga clic|материал\pL* (?:сайта|издания)|المصدر|ذکر منبع|禁|许可|許可|授权|授權`, 45,
	},
}

type notice struct {
	about, said *regexp.Regexp
	most        int
}

var notices = sync.OnceValue(func() []notice {
	var out []notice
	for _, s := range noticeSources {
		out = append(out, notice{wordStart(s.about), wordStart(s.said), s.most})
	}
	return out
})

// wordStart compiles alternatives that begin where a word begins, or with ^ where the line does. Scripts without spaces
// have no words to begin, so there they may stand anywhere.
func wordStart(alternatives string) *regexp.Regexp {
	if strings.HasPrefix(alternatives, "^") {
		return regexp.MustCompile(`^(?:` + text.Fold(alternatives[1:]) + `)`)
	}
	return regexp.MustCompile(`(?:^|[^\pL\pN]|\p{Han}|\p{Hiragana}|\p{Katakana})(?:` + text.Fold(alternatives) + `)`)
}

var (
	// reMailTo are the ways of asking readers to write.
	reMailTo = lazily(`(?:^|[^\pL])(?:`, `e-?mail|mail|contact|write|call|send|message|tell|whatsapp|tips?|schreib\pL*|kontakt\pL*|mailen|écri\pL*|contact\pL*|envoy\pL*|escrib\pL*|env[ií]\pL*|scriv\pL*|contatt\pL*|escrev\pL*|stuur|tipp?sa|skriv|napisz|пиш\pL*|напиш\pL*|راسل\pL*|اكتب\pL*|ایمیل|yazın|投稿|联系|聯絡|メール|제보|이메일`, `)(?:[^\pL]|$)`)
	// reLetterBox is a mailbox whose host ends in letters, as all do but the versions of programs.
	reLetterBox = regexp.MustCompile(`@[\pL\pN.-]+\.\pL{2,}(?:[^\pL\pN.-]|\.?$|\.\s)`)
	// reMailField is the label of a field for an address, on a line of its own.
	reMailField = lazily(`^(?:`, `(?:(?:enter |type )?your )?e-?mail(?: address)?|(?:ihre |deine )?e-?mail(?:-adresse)?|(?:votre )?(?:adresse )?e-?mail|(?:votre )?adresse électronique|(?:tu |su )?correo(?: electrónico)?|(?:tu |su |il tuo |la tua |seu |je )?e-?mail(?:-?adres|-adress)?|indirizzo e-?mail|adres e-?mail|(?:ваш )?(?:e-?mail|адрес электронной почты)|البريد الإلكتروني|بريدك الإلكتروني|ایمیل(?: شما)?|e-posta(?: adresiniz)?|メールアドレス|电子邮件|電郵地址|이메일(?: 주소)?`, `)\s*[*:：]?$`)
	// reSignUp is the button below such a field.
	reSignUp = lazily(`^(?:`, `sign ?up|subscribe|join|register|submit|get it|anmelden|abonnieren|eintragen|s'inscrire|je m'inscris|s'abonner|suscribirme|suscribirse|suscríbete|apuntarme|apúntate|iscriviti|inscrever|assinar|aanmelden|inschrijven|prenumerera|tilmeld|zapisz się|подписаться|підписатися|اشترك|اشتراك|عضویت|abone ol|kaydol|登録|登録する|订阅|訂閱|구독`, `)[.! ]*$`)
	// reAboutAuthor is the heading of what a site says of the author.
	reAboutAuthor = lazily(`^(?:`, `(?:more )?about (?:the )?(?:author|writer|authors|contributor)s?|the author|meet the author|über (?:den autor|die autorin|die autoren)|zur person des autors|zum autor|zur autorin|à propos de l'aut(?:eur|rice)|l'aut(?:eur|rice)|sobre (?:la firma|el autor|la autora|o autor|a autora)|sobre o autor|l'autore|l'autrice|sull'autore|over de auteur|om (?:författaren|forfatteren|skribenten)|o aut(?:orze|orce|orovi)|об авторе|про автора|عن (?:الكاتب|الكاتبة|المؤلف)|نبذة عن (?:الكاتب|الكاتبة)|درباره نویسنده|yazar hakkında|著者(?:紹介|プロフィール)?|筆者(?:紹介)?|关于作者|作者简介|作者簡介|글쓴이|필자 소개`, `)\s*[:：]?$`)
)

// closing reports whether s says what only a site says behind an article: where the text was printed, what it earns,
// how to behave, where to complain, how to reach it.
func (r *reader) closing(s string) bool {
	n := words(s)
	if n == 0 || n > longestNotice || len(s) > 900 || quoted(s) {
		return false
	}
	f := phraseForm(s)
	if reMailField.MatchString(f) || reAboutAuthor.MatchString(f) || r.tagLine(s) {
		return true
	}
	if n <= 30 && reMailbox.MatchString(s) && reLetterBox.MatchString(s) && (n <= longestClosing && !strings.ContainsAny(s, "/$>") || reMailTo.MatchString(f)) {
		return true
	}
	if k := key(s); utf8.RuneCountInString(r.titleKey) >= 16 && k != r.titleKey && strings.HasSuffix(k, r.titleKey) && n <= words(r.d.title)+8 && strings.ContainsAny(s, ":：") {
		return true // "Share or comment on this article: HEADLINE"
	}
	for _, c := range notices() {
		if n <= c.most && c.about.MatchString(f) && c.said.MatchString(f) {
			return true
		}
	}
	return false
}

// endKind tells what kind of closing line l is.
func (r *reader) endKind(l line) phraseKind {
	if k := r.boilerplate(l); k != phraseNone {
		return k
	}
	if r.closing(l.text) {
		return phraseTail
	}
	return phraseNone
}

// ofAuthor reports whether s begins with the name of the byline: a note about the author, when it stands behind the article.
func (r *reader) ofAuthor(s string) bool {
	k := key(s)
	for _, p := range r.d.authors {
		name := key(p.Name)
		if words(p.Name) >= 2 && strings.HasPrefix(k, name) && len(k) > len(name) && words(s) <= 45 {
			return true
		}
	}
	return false
}

// authorNote returns how many lines from index[i] on, the heading of a note about the author, belong to it: a name and
// what is said of the person.
func (r *reader) authorNote(index []int, i int) int {
	if !reAboutAuthor.MatchString(phraseForm(r.lines[index[i]].text)) || i+1 == len(index) {
		return 1
	}
	name := r.lines[index[i+1]].text
	if r.ofAuthor(name) {
		return 2
	}
	known := false
	for j, p := range r.d.authors {
		if key(p.Name) != key(name) {
			continue
		}
		if known = true; capitals(p.Name) && !capitals(name) {
			r.d.authors[j].Name = text.Line(name) // as it is spelled where it is not set in capitals
		}
	}
	if !known && (!looksName(name) || words(name) < 2) {
		return 1
	}
	if i+2 < len(index) && words(r.lines[index[i+2]].text) <= 45 {
		return 3
	}
	return 2
}

// signUpBox reports whether index[i] is the pitch of a box to sign up in: a short sentence with a name above it and a
// field for an address or a button below.
func (r *reader) signUpBox(index []int, i int) bool {
	s := r.lines[index[i]].text
	if i == 0 || i+1 >= len(index) || words(s) > 16 || quoted(s) {
		return false
	}
	above, below := r.lines[index[i-1]].text, phraseForm(r.lines[index[i+1]].text)
	return words(above) <= 6 && !ended(above) && r.phrase(above) == phraseNone && (reMailField.MatchString(below) || reSignUp.MatchString(below))
}

// endSigns are the ornaments that magazines set behind the last word of an article.
const endSigns = "♦◆■□●∎⬛◼▪❖◊✦"

// endSign returns the position behind the line that ends in an article's end sign, len(index) when there is none, more
// than one, or too much behind it.
func (r *reader) endSign(index []int) int {
	at, before, after := len(index), 0, 0
	for i, n := range index {
		s := r.lines[n].text
		last, size := utf8.DecodeLastRuneInString(s)
		if strings.ContainsRune(endSigns, last) && ended(s[:len(s)-size]) {
			if at < len(index) {
				return len(index)
			}
			at = i + 1
		}
	}
	for i, n := range index {
		if i < at {
			before += words(r.lines[n].text)
		} else if after += words(r.lines[n].text); words(r.lines[n].text) > longestNotice {
			return len(index)
		}
	}
	if after*3 > before {
		return len(index)
	}
	return at
}
