package seeds

import (
	"strings"
	"unicode"

	"mediawatch/page"
	"mediawatch/text"
)

// sectionNames are the folded names of sections that papers of many countries have.
var sectionNames = sectionTable()

func sectionTable() map[string]bool {
	table := map[string]bool{}
	for _, row := range []string{
		"news|politics|world|world news|business|economy|sport|sports|culture|arts|science|technology|tech|health|environment|climate|opinion|comment|analysis|local|local news|regional|national|international|europe|asia|africa|americas|middle east|education|energy|transport|travel|lifestyle|entertainment|media|society|finance|markets|money|law|crime|weather|top stories|latest|breaking news|features|interview|health & science|science & technology|arts & culture|uk|us|nation|city|industry|agriculture",
		"nachrichten|politik|welt|ausland|inland|wirtschaft|sport|kultur|feuilleton|wissenschaft|wissen|technik|technologie|gesundheit|umwelt|klima|meinung|kommentar|lokales|regionales|region|panorama|gesellschaft|bildung|energie|verkehr|reise|medien|finanzen|vermischtes|stadt|land|landkreis",
		"actualité|actualités|politique|monde|international|économie|sports|culture|sciences|science|technologie|technologies|santé|environnement|planète|climat|opinion|débats|société|éducation|énergie|transports|médias|france|europe|régions|région|faits divers|justice",
		"noticias|política|mundo|internacional|nacional|economía|deportes|cultura|ciencia|tecnología|salud|medio ambiente|medioambiente|clima|opinión|sociedad|educación|energía|transporte|local|sucesos|economia|esportes|ciência|saúde|meio ambiente|sociedade|educação|brasil|cidades",
		"notizie|politica|mondo|esteri|cronaca|sport|cultura|scienza|scienze|tecnologia|salute|ambiente|opinioni|società|nieuws|politiek|binnenland|buitenland|economie|wetenschap|gezondheid|milieu|nyheter|inrikes|utrikes|ekonomi|kultur|wiadomości|polityka|świat|kraj|gospodarka|nauka|zdrowie|haberler",
		"новости|политика|мир|в мире|экономика|спорт|культура|наука|технологии|здоровье|общество|происшествия|мнение|мнения|образование|энергетика|транспорт|россия|регионы|экология|бизнес",
		"أخبار|الأخبار|سياسة|السياسة|العالم|دولي|دولية|اقتصاد|الاقتصاد|رياضة|الرياضة|ثقافة|علوم|علوم وتكنولوجيا|تكنولوجيا|صحة|الصحة|بيئة|البيئة|مجتمع|رأي|آراء|منوعات|محليات|محلي|طاقة|تعليم",
		"اخبار|سیاسی|سیاست|جهان|بین الملل|بین‌الملل|اقتصادی|اقتصاد|ورزشی|ورزش|فرهنگی|فرهنگ|علمی|دانش|فناوری|سلامت|اجتماعی|جامعه|محیط زیست|استان ها|استان‌ها",
		"gündem|dünya|siyaset|ekonomi|spor|kültür|kültür sanat|bilim|teknoloji|sağlık|çevre|yaşam|toplum|eğitim|enerji|son dakika|yerel",
		"新闻|新聞|要闻|政治|时政|國際|国际|国内|社会|社會|经济|經濟|财经|體育|体育|文化|科技|科学|健康|环境|環境|教育|能源|交通|评论|娱乐|地方|ニュース|政治|経済|社会|国際|スポーツ|文化|科学|テクノロジー|健康|環境|教育|地域|国内|エネルギー|医療|暮らし|뉴스|정치|경제|사회|국제|문화|스포츠|과학|건강|환경",
	} {
		for _, name := range strings.Split(row, "|") {
			table[key(name)] = true
		}
	}
	return table
}

// homeNames begin a path without being part of it.
var homeNames = homeTable()

func homeTable() map[string]bool {
	table := map[string]bool{}
	for _, n := range strings.Split("home|homepage|home page|front page|start|startseite|accueil|inicio|portada|início|capa|home page|voorpagina|hem|forside|strona główna|главная|на главную|الرئيسية|الصفحة الرئيسية|صفحه اصلی|خانه|anasayfa|ana sayfa|首页|首頁|ホーム|トップ|홈|startsida|framsida|förstasidan|forside|होम|मुखपृष्ठ|головна|на головну|головна сторінка|domů|úvod|hjem|forsiden|etusivu|kezdőlap|főoldal|címlap|acasă|prima pagină|beranda|trang chủ|หน้าแรก|αρχική|αρχική σελίδα|דף הבית|ראשי|начало|почетна|početna|naslovnica|domov|pradžia|sākums|avaleht|হোম|முகப்பு|მთავარი|գլխավոր|басты бет|início da página|page d'accueil|pagina iniziale|prima pagina|homepagina|you are here|sie sind hier|vous êtes ici", "|") {
		table[key(n)] = true
	}
	return table
}

var pathSeparators = []string{" / ", " > ", " » ", " › ", " → ", " | ", " :: ", " • ", " · ", "／", " < ", " « ", "＞", "｜", "/", ">", "»", "›", "|"}

// sectionParts cuts a path at whichever separator it uses, without the site's front page.
func sectionParts(s string) []string {
	s = text.Line(strings.ReplaceAll(s, "\u00a0", " "))
	parts := []string{s}
	for _, sep := range pathSeparators {
		if strings.Contains(s, sep) {
			parts = strings.Split(s, sep)
			break
		}
	}
	var out []string
	for _, p := range parts {
		p = strings.Trim(p, " :/>»›|＞／｜")
		if p == "" || (len(out) == 0 && homeNames[key(p)]) {
			continue
		}
		out = append(out, p)
	}
	return out
}

// sectionLine takes line i as the section, as a path or as one of the names that sections have.
func (r *reader) sectionLine(i int) bool {
	l := r.lines[i]
	if ended(strings.TrimRight(l.text, ".… ")) && !strings.HasSuffix(l.text, ":") || strings.HasSuffix(l.text, ".") && !strings.HasSuffix(l.text, "..") {
		return false
	}
	if sectionNames[key(l.text)] {
		if r.d.title == "" || r.nextIsHead(i) {
			r.d.section = []string{text.Line(strings.Trim(l.text, " :"))}
			return true
		}
		return false
	}
	parts := sectionParts(l.text)
	separated := len(parts) >= 2 || (len(parts) == 1 && homeNames[key(strings.FieldsFunc(l.text, isPathMark)[0])] && strings.IndexFunc(l.text, isPathMark) >= 0)
	if !separated || len(parts) > 6 {
		return r.capitalLabel(i)
	}
	parts = r.withoutHeadline(parts, i)
	spaced := strings.ContainsAny(l.text, ">»›→|＞｜") || strings.Contains(l.text, " / ") || strings.Contains(l.text, "\u00a0")
	known := false
	for _, p := range parts {
		if words(p) > 4 || len(p) > 48 {
			return false
		}
		known = known || sectionNames[key(p)]
	}
	if len(parts) == 0 || !(known || (spaced && words(l.text) <= 10 && r.d.title == "")) {
		return false
	}
	r.d.section = r.withoutDates(parts)
	return true
}

// subsection takes line i as the second step of a path over several lines: a label directly below one, above a line
// that is certainly the headline.
func (r *reader) subsection(i int) bool {
	l := r.lines[i]
	if len(r.d.section) == 0 || len(r.d.section) > 2 || i == 0 || words(l.text) > 3 || width(l.text) > 32 || ended(l.text) || !upperStart(l.text) || len(sectionParts(l.text)) != 1 {
		return false
	}
	if key(r.lines[i-1].text) != key(r.d.section[len(r.d.section)-1]) || i+1 >= len(r.lines) {
		return false
	}
	next := r.nonBlank(i+1, 1)
	if len(next) == 0 || words(next[0].text) < 4 || words(next[0].text) > 24 || strings.HasSuffix(next[0].text, ".") {
		return false
	}
	if !sectionNames[key(l.text)] && !r.headGoesOn(i+1) {
		return false
	}
	r.d.section = append(r.d.section, text.Line(l.text))
	return true
}

// reNavigation are the links for readers of screens and the buttons of menus that stand above everything else.
var reNavigation = lazily(`^(?:`, `(?:skip|jump) (?:directly )?(?:to )?(?:the )?(?:main |primary |site |page )?(?:content|navigation|article|menu|search|footer|header|body|links?|end|bottom|comments).{0,24}|skip (?:ad|ads|links)|(?:open|close|toggle|show|main) (?:the )?(?:menu|navigation|search).{0,12}|menu|search|(?:direkt )?zum? (?:haupt)?(?:inhalt|navigation|menü)(?: springen| wechseln)?|menü(?: öffnen| schließen)?|suche|aller (?:directement )?au (?:contenu|menu).{0,20}|passer au contenu.{0,20}|rechercher|(?:ir|saltar|pasar) al contenido.{0,20}|buscar|menú|(?:vai|passa|salta) al contenuto.{0,20}|cerca|(?:ir|pular|saltar) para o conteúdo.{0,20}|(?:ga )?naar (?:de )?(?:hoofd)?inhoud.{0,20}|zoeken|hoppa (?:till|över) (?:huvud)?(?:innehåll|navigering|menyn?).{0,12}|gå til (?:hoved)?(?:indhold|innhold).{0,12}|hopp til innhold.{0,12}|siirry (?:suoraan )?sisältöön|(?:przejdź|przeskocz) do (?:głównej )?(?:treści|menu|nawigacji|zawartości).{0,12}|przejít k obsahu|ugrás a tartalomra|перейти (?:к|до) (?:основн\pL+ )?(?:содерж|контент|меню|навигац|вміст)\pL*.{0,12}|меню|поиск|пошук|(?:تخط|تخطى|تخطي|انتقل|الانتقال) إلى (?:المحتوى|القائمة|التنقل).{0,12}|القائمة|بحث|(?:پرش|رفتن) به محتوا.{0,12}|منو|جستجو|(?:ana )?içeriğe (?:geç|atla)|menü|ara|(?:跳至|跳到|跳转到|跳轉至|跳过|跳過)(?:主要?)?(?:内容|內容|导航|導航|正文)(?:区|區)?|菜单|選單|搜索|搜尋|(?:本文|コンテンツ)(?:へ|に)(?:移動|スキップ|進む)(?:する)?|メニュー|検索|本文 ?바로가기|본문 ?바로가기|메뉴|검색|मुख्य सामग्री पर जाएं`, `)$`)

func isPathMark(r rune) bool { return strings.ContainsRune("/>»›→|＞／｜", r) }

// withoutHeadline drops the last part of a path when it is the headline that follows, shortened perhaps.
func (r *reader) withoutHeadline(parts []string, i int) []string {
	end := parts[len(parts)-1]
	last := key(strings.TrimRight(end, ".… "))
	if len(parts) < 2 || len(last) < 8 || words(end) < 4 && !strings.HasSuffix(end, "…") && !strings.HasSuffix(end, "...") {
		return parts
	}
	for _, l := range r.nonBlank(i+1, 6) {
		if strings.HasPrefix(key(l.text), last) {
			return parts[:len(parts)-1]
		}
	}
	return parts
}

// withoutDates takes a date that stands in a path.
func (r *reader) withoutDates(parts []string) []string {
	var out []string
	for _, p := range parts {
		if w, ok := page.ParseWhen(p); ok {
			r.d.addStamp(w)
			continue
		}
		out = append(out, p)
	}
	return out
}

// capitalLabel takes a label above the headline: in capitals, such as "ENERGY POLICY", or of one or two words above a
// line that is certainly the headline.
func (r *reader) capitalLabel(i int) bool {
	l := r.lines[i]
	capitals := strings.IndexFunc(l.text, unicode.IsLower) < 0 && strings.IndexFunc(l.text, unicode.IsUpper) >= 0
	if r.d.title != "" || len(r.d.section) > 0 || words(l.text) > 3 || width(l.text) > 40 || !capitals && (words(l.text) > 2 || width(l.text) > 24) {
		return false
	}
	next := r.nonBlank(i+1, 1)
	if len(next) == 0 || words(next[0].text) < 4 || words(next[0].text) > 28 || strings.HasSuffix(next[0].text, ".") || words(next[0].text) < 2*words(l.text) {
		return false
	}
	if !capitals && !r.headGoesOn(i+1) {
		return false
	}
	if _, ok := page.ParseWhen(next[0].text); ok || capitals && strings.IndexFunc(next[0].text, unicode.IsLower) < 0 {
		return false
	}
	r.d.section = []string{text.Line(strings.Trim(l.text, " :"))}
	return true
}

// headGoesOn reports whether the line after the first one from index i on is a date, a byline or a control, so that the
// first is a headline.
func (r *reader) headGoesOn(i int) bool {
	lines := r.nonBlank(i, 3)
	for _, l := range lines[min(1, len(lines)):] {
		probe := &reader{d: &draft{options: r.d.options}}
		if probe.dateLine(l.text, true) || probe.byline(l.text) || isYearless(l.text) || r.phrase(l.text) == phraseJunk || words(l.text) <= 3 && looksName(l.text) {
			return true
		}
	}
	return false
}

// nextIsHead reports whether after line i the head goes on: a date, a byline, the headline again, or an empty line and a full paragraph.
func (r *reader) nextIsHead(i int) bool {
	if len(r.d.body) > 0 {
		return false
	}
	for _, l := range r.nonBlank(i+1, 1) {
		return words(l.text) > 12 || isYearless(l.text) || key(l.text) == r.titleKey || (&reader{d: &draft{}}).dateLine(l.text, true) || (&reader{d: &draft{}}).byline(l.text)
	}
	return false
}
