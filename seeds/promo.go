package seeds

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"mediawatch/text"
)

// Sites ask their readers for things in more ways than a list of phrases can hold. What these lines have in common is
// an imperative at their beginning or end, and a thing to subscribe to, to follow or to install. The tables hold
// beginnings of folded words; scripts without spaces are searched anywhere in the line.
var (
	promoActions = stems(
		"sign subscrib follow join download regist click tap receiv install log login share support donate listen watch enjoy become try start",
		"abonnier folge melde anmeld registrier lade herunter jetzt klick teil einlogg bestell sicher lies hör",
		"abonnez inscri suivez rejoign télécharg recevez cliqu partag connect soutene découvr profitez écout",
		"suscri síg sig únete unete descarg regístr registr haz haga recib compart apoy inicia hazte escuch",
		"assin inscrev siga baix cliqu receb compartilh acess entre faça seja cadastr ouça",
		"iscriv abbon segui scaric clicc ricev condivid acced registr sostien unisc ascolt",
		"schrijf abonneer volg download ontvang meld deel klik lees registreer beluister",
		"prenumerer följ ladda registrer logga dela abonner følg meld last del følge tilmeld tilaa seuraa lataa",
		"zapis subskryb obserw pobier zalog dołącz udostępn klikn posłuch przeczyt zarejestr odbier sledujte přihla odebír stáhn sdílej",
		"подпи скача след вступ присоедин зарегистрир войд нажм чита поделит слуша оформ підпи стеж завантаж долуч приєдн слуха чита увійд",
		"abone takip indir katıl tıkla kaydol paylaş giriş izle dinle",
		"اشترك تابع انضم حمل سجل اضغط انقر شارك دنبال عضو دانلود نصب کلیک مشترک ثبت",
		"डाउनलोड फॉलो सब्सक्राइब जुड़ क्लिक शेयर पढ़ सुन देख इंस्टॉल", "ikuti unduh daftar berlangganan gabung klik bagikan baca theo đăng tải nhấn chia iratkoz kövess töltsd csatlakoz abonează urmăre descarcă εγγραφ ακολουθ κατεβάσ κάντε הירש עקב הצטרפ הורי",
	)
	promoThings = stems(
		"newsletter app apps channel telegram whatsapp facebook twitter instagram youtube tiktok viber linkedin threads bluesky podcast inbox subscription subscriber account notification push rss messenger e-mail email mailing alerts premium paywall login cookies",
		"kanal konto push-nachricht mitteilung abo abonnement probeabo posteingang app", "chaîne compte alerte infolettre boîte abonné application courriel", "canal boletín boletin cuenta notificaci suscripci aplicaci correo bandeja gratis",
		"boletim conta notícias assinatura aplicativo", "canale notifiche account abbonamento casella", "nieuwsbrief kanaal abonnement abonnee proefabonnement", "nyhetsbrev nyhedsbrev konto prenumeration uutiskirje kanava tilaus",
		"newsletter subskrypcj konto kanał powiadom prenumerat aplikacj odběr účet kanál", "телеграм канал рассылк уведомл приложени подписк аккаунт соцсет застосун сповіщен розсилк передплат вконтакте дзен",
		"bülten kanal uygulama bildirim abonelik hesap whatsapp", "تطبيق تطبيقنا قناة قناتنا نشرة نشرتنا صفحتنا النشرة واتساب تلغرام تيليجرام فيسبوك حساب إشعارات کانال تلگرام اینستاگرام خبرنامه اپلیکیشن اشتراک",
		"ऐप व्हाट्सएप टेलीग्राम फेसबुक चैनल न्यूजलेटर यूट्यूब", "aplikasi saluran kanal ứng dụng kênh hírlevél csatorna alkalmazás aplicația canal ενημερωτικ εφαρμογ κανάλι ניוזלטר ערוץ אפליקצי",
	)
	promoEast = regexp.MustCompile(`(?i)(?:下載|下载|訂閱|订阅|關注|关注|追蹤|追踪|加入|掃描|扫描|扫码|點擊|点击|登入|登录|註冊|注册|分享).{0,16}(?:app|客戶端|客户端|公眾號|公众号|頻道|频道|電子報|电子报|微信|微博|facebook|line|telegram|youtube|會員|会员|帳號|账号|全文)|(?:アプリ|メルマガ|ニュースレター|公式|チャンネル|会員|line|youtube|x).{0,20}(?:登録|ダウンロード|フォロー|購読|友だち追加|ログイン|はこちら)|(?:앱|카카오톡|채널|뉴스레터|텔레그램|유튜브|네이버).{0,20}(?:구독|추가|다운로드|설치|팔로우|신청|가입)`)
	// promoOwn are the folded words by which a site speaks of itself.
	promoOwn = wordSet("us our uns unser unsere unserer unserem unseren nous notre nos nosotros nuestro nuestra nuestros nuestras nós nosso nossa noi nostro nostra nostri ons onze oss vår vårt vores nas nasz nasza naszą naszym naszego nás náš наш наша наше нас нашем нашу нашего bizi bizim لنا معنا بنا قناتنا نشرتنا تطبيقنا صفحتنا ما हमारा हमारे हमें हमसे kami chúng minket nostru μας שלנו")
	// reCookies recognises the consent form pasted with an article.
	reCookies   = regexp.MustCompile(`cookie|куки|кукі|çerez|ملفات تعريف الارتباط|کوکی|クッキー|쿠키|कुकी`)
	reConsent   = regexp.MustCompile(`accept|agree|consent|partner|setting|prefer|privacy|policy|experience|akzept|zustimm|einwillig|einstell|datenschutz|verwend|accept|consent|utilis|refus|acept|rechaz|utiliz|usa|config|aceit|accett|rifiut|consens|utilizz|gebruik|toestem|weiger|använd|godkänn|brug|bruker|akceptuj|zgod|używ|wykorzyst|souhlas|использ|соглас|використ|погодж|kullan|kabul|نستخدم|استخدام|موافق|使用|利用|同意|사용|동의`)
	rePartners  = regexp.MustCompile(`^(\p{Lu}[^.,;:!?]{2,50}?) (?:and|und|et|y|e|en|og|och|i|ve|и|та|oraz) (?:its|our|their|seine|ihre|unsere|ses|nos|sus|sus|i suoi|le sue|i nostri|os seus|seus|haar|zijn|onze|jego|jej|nasi|dess|våra|vores|его|её|ее|наши|її|його) (?:\d+ )?(?:\pL+ )?[Pp\x{43f}][\pL]{4,}`)
	reButton    = regexp.MustCompile(`^(?:accept|allow|reject|decline|refuse|deny|manage|customi[sz]e|agree|got it|i agree|ok|okay|close|dismiss|akzeptieren|zustimmen|ablehnen|einstellungen|accepter|refuser|fermer|paramétrer|continuer sans accepter|aceptar|rechazar|configurar|cerrar|aceitar|rejeitar|recusar|fechar|accetta|rifiuta|personalizza|chiudi|accepteren|weigeren|sluiten|instellingen|godkänn|avvisa|godta|avvis|accepter|afvis|hyväksy|hylkää|akceptuj|akceptuję|odrzuć|zamknij|ustawienia|přijmout|odmítnout|принять|отклонить|закрыть|прийняти|відхилити|kabul et|reddet|kapat|قبول|رفض|موافق|پذیرش|بستن|同意|接受|拒绝|拒絕|关闭|關閉|同意する|拒否|閉じる|동의|거부|닫기)(?: (?:all|alle|alles|tout|todo|todas|todos|tutti|tutto|alla|wszystko|wszystkie|vše|все|всё|всі|tümünü|الكل|全部|すべて|cookies?|settings|und schließen|& close|and close|et fermer|y cerrar|e continua|selection|auswahl|necessary|only|ok))*$`)
	reToday     = regexp.MustCompile(`^(?:\pL+ ?[:：] ?)?(?:today|yesterday|heute|gestern|aujourd'hui|hier|hoy|ayer|oggi|ieri|hoje|ontem|vandaag|gisteren|dzisiaj|dzis|wczoraj|сегодня|вчера|сьогодні|вчора|bugun|dun|dnes|vcera|idag|igar|i dag|i gar|tanaan|eilen|ma|tegnap|azi|σημερα|χθες|היום|אתמול|आज|कल|hari ini|kemarin|اليوم|امس|امروز|دیروز|今天|昨天|今日|昨日|오늘|어제)[\s,.:|•·-]{0,4}(?:at |um |à |a |a las |alle |om |kl |в |о |saat |الساعه |ساعت )?\d{1,2}[:.h]\d{2}.{0,12}$`)
	reEmptyBy   = regexp.MustCompile(`(?i)^(?:by|von|par|por|di|door|av|af|from|de|od)\s.{0,30}(?:redaktion|redactie|rédaction|redacción|redazione|redação|redakcj|staff|newsroom|news desk|desk|correspondent|reporters?|agenc|agentur|editors?|verslaggever|redaksjon|redaktionen)\pL*$`)
	rePlaceLine = regexp.MustCompile(`^(?i:in|aus|à|en|desde|da|dal|di|från|fra|z|ze|w|из|в|з|у)\s+(?:\p{Lu}[\pL'’.-]*[ ]?){1,4}$`)
)

// stemSet holds beginnings of words by their first letter.
type stemSet map[rune][]string

// stems folds and gathers beginnings of words.
func stems(rows ...string) stemSet {
	out := stemSet{}
	for _, row := range rows {
		for _, w := range strings.Fields(row) {
			w = text.Fold(w)
			first, _ := utf8.DecodeRuneInString(w)
			out[first] = append(out[first], w)
		}
	}
	return out
}

func wordSet(row string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(row) {
		set[text.Fold(w)] = true
	}
	return set
}

// hasStem reports whether w begins with one of the stems. Short stems must be the whole word.
func hasStem(w string, set stemSet) bool {
	first, _ := utf8.DecodeRuneInString(w)
	for _, s := range set[first] {
		if w == s || strings.HasPrefix(w, s) && utf8.RuneCountInString(s) >= 4 {
			return true
		}
	}
	return false
}

// longestPromo is the number of words up to which a line may be an appeal to readers.
const longestPromo = 28

// promo reports whether s asks its reader to subscribe, follow, install or log in, or is a consent form or a button of one.
func promo(s string) bool {
	if len(s) > 900 || strings.ContainsRune(s, '\t') {
		return false
	}
	f := strings.Join(strings.Fields(text.Fold(s)), " ")
	if reCookies.MatchString(f) && reConsent.MatchString(f) && words(s) <= 90 || reButton.MatchString(strings.Trim(f, " .!✓✕×")) {
		return true
	}
	n := words(s)
	if n > longestPromo {
		return false
	}
	if weeklyLetter.MatchString(f) {
		return true
	}
	if promoEast.MatchString(f) && width(s) <= 80 && !ended(s) {
		return true
	}
	list := strings.FieldsFunc(f, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '-' && r != '\''
	})
	return appeal(list, ended(s) && strings.Contains(s, ","))
}

// appeal looks for the imperative at either end, and for what it is about. In a line that reads like a sentence of a
// report, being about the site itself is not enough.
func appeal(list []string, prose bool) bool {
	action, thing, own := -1, false, false
	for i, w := range list {
		if (i < 3 || i >= len(list)-3) && action < 0 && hasStem(w, promoActions) {
			action = i
		}
		thing = thing || hasStem(w, promoThings)
		own = own || promoOwn[w]
	}
	if action < 0 {
		return false
	}
	if thing {
		return action == 0 || own || !prose && len(list) <= 14
	}
	return own && action == 0 && len(list) <= 14 && !prose
}

// weeklyLetter is the newsletter that goes by another name: "Sign up to The Lane, our weekly letter".
var weeklyLetter = regexp.MustCompile(`^(?:sign up|subscribe|register) (?:to|for) .{2,80}`)

// pullQuote reports whether s is a quotation that stands in the body a second time, set off to catch the eye.
func pullQuote(s string, all string) bool {
	if n := words(s); n < 4 || n > 45 || !strings.ContainsRune("\"“„«‹「『‘'", []rune(s)[0]) {
		return false
	}
	k := key(s)
	return len(k) > 12 && strings.Count(all, k) > 1
}
