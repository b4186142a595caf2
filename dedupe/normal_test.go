package dedupe_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"mediawatch/dedupe"
	"mediawatch/news"
)

// body returns the body tokens of a plain text without headline, apart by spaces.
func body(plain string) string {
	t := dedupe.Normal("", plain, dedupe.Boilerplate{})
	return strings.Join(t.Body(), " ")
}

func TestNormalTokens(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"nothing but punctuation", " … — “”\n***", ""},
		{"case and punctuation", "The Council, on TUESDAY: “Yes”!", "the council on tuesday yes"},
		{"primes are apostrophes, several in one character too", "5′30″ a‴b ﬁ 5′30″ a‴b", "530 ab fi 530 ab"},
		{"apostrophes join", "Don't don’t donʼt don´t don`t DON‛T", "dont dont dont dont dont dont"},
		{"possessives are tokens of their own", "Ellison’s workers’", "ellisons workers"},
		{"quotes are no letters", "‘so’ 'so'", "so so"},
		{"hyphens split", "ferry-line ferry‑line ferry–line", "ferry line ferry line ferry line"},
		{"soft hyphen, joiners, word joiner", "har\u00ADbour har\u200Dbour har\u2060bour", "harbour harbour harbour"},
		{"zero width space separates", "har\u200Bbour", "har bour"},
		{"digits stay", "1,000 m² in ①２", "1 000 m2 in 12"},
		{"fraction", "2½", "21 2"},
		{"accents", "Zürich Zu\u0308rich Łódź Straße STRASSE œuvre", "zurich zurich lodz strasse strasse oeuvre"},
		{"accent after fullwidth", "Ｚu\u0308", "zu"},
		{"ligature", "ﬁnance", "finance"},
		{"decode once", "Tea &amp; scones &#8217;", "tea scones"},
		{"decode twice", "caf&amp;eacute;", "cafe"},
		{"not three times", "caf&amp;amp;eacute;", "caf eacute"},
		{"invalid UTF-8", "har\xffbour", "har bour"},
		{"Cyrillic", "Ёлка и ЙОД", "елка и иод"},
		{"Greek", "ΣΊΣΥΦΟΣ Σίσυφος", "σισυφοσ σισυφοσ"},
		{"Greek, polytonic", "ἄνθρωπος", "ανθρωποσ"},
		{"Hebrew points", "שָׁלוֹם", "שלום"},
		{"Arabic", "أَحْمَد إلى المدرسة ـ محـمد ١٢", "احمد الي المدرسه محمد 12"},
		{"Persian", "کتاب‌های ایران ۱۲", "كتابهاي ايران 12"},
		{"Urdu", "ہے", "هي"},
		{"Arabic presentation forms", "ﻣﺪﺭﺳﺔ", "مدرسه"},
		{"Chinese", "北京，2026年！Ｂ区", "北 京 2026 年 b 区"},
		{"Japanese", "カナダのｶﾅﾀﾞ フェリー", "カ ナ ダ の カ ナ ダ フ ェ リ ー"},
		{"Japanese, decomposed", "か\u3099き", "が き"},
		{"one character, several words", "㍿", "株 式 会 社"},
		{"Korean", "서울 \u1109\u1165\u110B\u116E\u11AF", "서울 서울"},
		{"Thai", "ท่าเรือ น้ำ", "ท่ า เ รื อ น้ํ า"},
		{"Lao", "ເຮືອ", "ເ ຮື ອ"},
		{"Khmer", "កម្ពុជា", "ក ម្ ពុ ជា"},
		{"Burmese", "မြန်မာ", "မြ န် မာ"},
		{"Hindi keeps its vowels", "हिन्दी क़ क\u093C", "हिन्दी क\u093C क\u093C"},
		{"Vietnamese", "Việt Nam Viê\u0323t", "viet nam viet"},
		{"emoji", "go 🚢 on", "go on"},
		{"line ends of all kinds", "a\nb\r\nc\rd\u2028e\u2029f\u0085g", "a b c d e f g"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := body(tt.in); got != tt.want {
				t.Errorf("Normal(%q)\n got %q\nwant %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestNormalDrops(t *testing.T) {
	tests := []struct{ name, title, in, want string }{
		{"headline as first line", "The Ferry’s Day", "THE FERRY'S DAY\nIt sails.", "it sails"},
		{"headline after boilerplate", "The Ferry", "Advertisement\nThe ferry\nIt sails.", "it sails"},
		{"headline only once", "The Ferry", "The ferry\nThe ferry\nIt sails.", "the ferry it sails"},
		{"headline further down stays", "The Ferry", "It sails.\nThe Ferry", "it sails the ferry"},
		{"headline that begins the first line stays", "The Ferry", "The Ferry sails.", "the ferry sails"},
		{"headline without words", "—", "It sails.", "it sails"},
		{"body that is the headline", "The Ferry", "The Ferry", ""},
		{"boilerplate only", "The Ferry", "Read more\nSHARE THIS ARTICLE\n  Comments ", ""},
		{"byline and dateline", "", "By Mara Ellison\nNORWICK, Feb 3 (HNA) — The ferry sails.\nBy Jane Doe", "the ferry sails by jane doe"},
		{"dateline in the third line stays", "", "One line.\nAnother line.\nNORWICK (HNA) — The ferry sails.", "one line another line norwick hna the ferry sails"},
		{"headline, then dateline", "The Ferry", "The Ferry\nPublished: 2026-11-20 07:00\n(HNA) - It sails.", "it sails"},
		{"line that is only a dateline", "", "NORWICK —\nThe ferry sails.", "the ferry sails"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := dedupe.Normal(tt.title, tt.in, dedupe.Boilerplate{})
			if got := strings.Join(n.Body(), " "); got != tt.want {
				t.Errorf("Normal(%q, %q)\n got %q\nwant %q", tt.title, tt.in, got, tt.want)
			}
			if n.Len() != len(n.Body()) {
				t.Errorf("Len %d of %d tokens", n.Len(), len(n.Body()))
			}
		})
	}
}

func TestNormalTitle(t *testing.T) {
	n := dedupe.Normal("By Jane: “Łódź” &amp; READ MORE", "x", dedupe.Boilerplate{})
	if want := []string{"by", "jane", "lodz", "read", "more"}; !slices.Equal(n.Title(), want) {
		t.Errorf("Title %q, want %q", n.Title(), want)
	}
}

func TestNormalCap(t *testing.T) {
	n := dedupe.Normal("", strings.Repeat("one two three. ", 10000), dedupe.Boilerplate{})
	if n.Len() != 20000 || len(n.Body()) != 20000 {
		t.Errorf("%d tokens, want 20,000", n.Len())
	}
	m := dedupe.Normal("", strings.Repeat("one two three. ", 10000)+"and more", dedupe.Boilerplate{})
	if m.Content() != n.Content() {
		t.Error("what is beyond 20,000 tokens changed the key")
	}
	m.Gist()
}

func TestOpening(t *testing.T) {
	tests := []struct{ cut, rest string }{
		{"By Jane Doe", ""},
		{"BY JANE DOE", ""},
		{"By Jane Doe and John Roe, Harbour News", ""},
		{"Von Mara Ellison", ""},
		{"Par Jean de la Tour", ""},
		{"Por María del Mar", ""},
		{"By: Jane Doe", ""},
		{"", "By Monday the city was ready."},
		{"", "By Monday night"},
		{"", "by jane doe"},
		{"", "By the time the council met, ten boats had left the pier."},
		{"2026-11-20 07:00:00", ""},
		{"Published: Friday, 20 November 2026 6:03 PM", ""},
		{"Nov. 20th, 2026, 06:03 GMT", ""},
		{"", "2026"},
		{"", "1,000 boats"},
		{"", "Monday"},
		{"BERLIN —", " The council"},
		{"NEW YORK —", " The council"},
		{"WASHINGTON, D.C. –", " The council"},
		{"LONDON, Feb. 3 -", " The council"},
		{"LONDON, Feb 3 (Agency) —", " The council"},
		{"Berlin (dpa) -", " Der Rat"},
		{"Tehran, IRNA (HNA) –", " The council"},
		{"(Agency) -", " The council"},
		{"(Agency)-", "The council"},
		{"PARIS (Agency):", " The council"},
		{"  PARIS --", " The council"},
		{"МОСКВА, 3 фев —", " Совет"},
		{"MOSCOW, June 3. /HNA/. ", "The council"},
		{"القاهرة 3 فبراير (وكالة) --", " قال"},
		{"تهران (خبرگزاری) -", " شورا"},
		{"某社北京2月3日电（记者 某某）", "议会"},
		{"北京2月3日讯 ", "议会"},
		{"", "议会说，2月3日电力恢复。"},
		{"", "The council — which met on Tuesday — agreed."},
		{"", "Mayor (62) - the oldest - agreed."},
		{"", "When the boats (all of them) — left"},
		{"", "well-known boats left - all of them"},
		{"", "COVID-19 cases rose"},
		{"", "A/B tests /HNA/. said"},
		{"", "Plain text without any of it."},
		{"", ""},
	}
	for _, tt := range tests {
		line := tt.cut + tt.rest
		n := dedupe.Opening(line)
		if line[:n] != tt.cut {
			t.Errorf("opening(%q) = %q, want %q", line, line[:n], tt.cut)
		}
	}
}

func TestBoilerplate(t *testing.T) {
	drop := []string{"Read more", "READ MORE…", "Share this article!", "Source link", "Error! Error occured!", "Comments", "0 comments", "Weiterlesen", "Lire la suite »", "Leer más", "Читать далее",
		"ادامه مطلب", "اقرأ المزيد", "阅读全文", "続きを読む", "더 보기", "อ่านต่อ", "The post A new ferry appeared first on Harbour News.",
		"Our website can also be accessed at the following alternate addresses:", "www.harbour.example", "https://harbour.example/a", "© 2026 Harbour News. All rights reserved.", "Copyright 2026 Harbour News. All rights reserved"}
	for _, line := range drop {
		if got := body("It sails.\nIt is late.\nThree.\n" + line); got != "it sails it is late three" {
			t.Errorf("%q was kept: %q", line, got)
		}
	}
	keep := []string{"Read more books", "Share this", "The source of the river", "Comments were made", "The post office appeared closed", "He gave it more", "Watch the boats"}
	for _, line := range keep[2:] {
		if got := body("It sails.\n" + line); got == "it sails" {
			t.Errorf("%q was dropped", line)
		}
	}
	stock := "All rights reserved is what the sign at the pier has been saying since the first ferry left for the islands long ago."
	if got := body(stock); got == "" {
		t.Error("a stock sentence was dropped")
	}
}

func TestLearnedBoilerplate(t *testing.T) {
	bp := dedupe.Learned("Tickets at the pier’s office.", "", "…")
	long := strings.Repeat("word ", 40)
	bp2 := dedupe.Learned(long)
	n := dedupe.Normal("", "It sails.\nTICKETS at the pier's office\nRead more", bp)
	if got := strings.Join(n.Body(), " "); got != "it sails" {
		t.Errorf("body %q", got)
	}
	n = dedupe.Normal("", "It sails.\n"+long, bp2)
	if got := strings.Join(n.Body(), " "); got != "it sails" {
		t.Errorf("body %q", got)
	}
}

// pieces are characters that make a tokeniser stumble.
var pieces = []string{"a", "B", "s", "7", "'", "’", "´", "-", "—", " ", ".", "! ", "\n", "\u00AD", "\u200C", "\u200B", "\u0301", "é", "ß", "İ", "ﬁ", "½", "㍿", "ﷺ", "①", "北", "。", "カ", "ｶ", "ﾞ", "か", "\u3099", "ー", "ท", "\u0E48", "ำ",
	"ပ", "\u103C", "क", "\u093C", "ي", "ی", "أ", "\u0651", "ـ", "٣", "۴", "가", "\u1100", "\u1161", "\u11A8", "\xff", "\x00", "™", "&amp;", "&#39;", "ế", "ŉ", "ĳ", "ͅ", "¨", "゛", "ゟ", "\u0958", "ᾳ"}

func messy() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces"), "")
	})
}

type failer interface{ Fatalf(string, ...any) }

// checkNormal holds what is true of the normal form of anything.
func checkNormal(t failer, title, plain string) {
	n := dedupe.Normal(title, plain, dedupe.Boilerplate{})
	if n.Len() != len(n.Body()) || n.Content().IsZero() != (n.Len() == 0) {
		t.Fatalf("Normal(%q): %d tokens, %d listed, key %s", plain, n.Len(), len(n.Body()), n.Content())
	}
	for _, line := range strings.Split(plain, "\n") {
		quick, slow, ok := dedupe.ScanBoth(line)
		if ok && quick != slow {
			t.Fatalf("%q\nquick %q\n slow %q", line, quick, slow)
		}
	}
	n.Gist()
}

func TestNormalProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.OneOf(messy(), rapid.String())
		checkNormal(t, g.Draw(t, "title"), g.Draw(t, "plain"))
	})
}

// TestIdentify: both identities in one go are those that are computed one by one, whether or not the normal form drops lines.
func TestIdentify(t *testing.T) {
	lines := append([]string{"HARBOUR CITY (Agency) — ", "The council said", "By A. Writer", "<b>", "</p><p>", "<br>", "A headline"}, pieces...)
	lines = append(lines, articles...)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(lines), 0, 8).Draw(t, "lines"), "")
		})
		it := news.Item{URL: "https://news.example/a/1"}
		it.Title = rapid.OneOf(rapid.Just("A headline"), text).Draw(t, "title")
		it.Content = "<p>" + text.Draw(t, "content")
		var signatures *dedupe.Signatures
		if rapid.Bool().Draw(t, "remembers") {
			signatures = new(dedupe.Signatures)
		}
		keys, state := signatures.Identify(&it)
		if keys != dedupe.KeysOf(&it) || state != dedupe.StateOf(&it) {
			t.Fatalf("Identify(%q, %q) differs from KeysOf and StateOf", it.Title, it.Content)
		}
		for range 2 { // from memory, then not
			if sign := signatures.Sign(&it); !reflect.DeepEqual(sign, signOf(&it)) {
				t.Fatalf("Sign(%q, %q) differs from SignOf", it.Title, it.Content)
			}
		}
	})
}

func TestTokensOfTokens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens := dedupe.Tokens(messy().Draw(t, "s"))
		if again := dedupe.Tokens(strings.Join(tokens, " ")); !slices.Equal(again, tokens) {
			t.Fatalf("tokens %q, again %q", tokens, again)
		}
	})
}

// articles are one text in several scripts, which the typography test spoils.
var articles = []string{
	"The harbour’s council said on Tuesday that the “new” ferry line would open in spring. Many had asked for another year — in vain! We have counted every berth and every boat, it’s said. It opens on 12 May 2026, at 9.30 in the morning, with music.",
	"Совет порта сообщил во вторник, что новая линия откроется весной. Многие просили ещё один год — напрасно! Мы посчитали каждый причал и каждую лодку в нашем порту. Открытие 12 мая 2026 года в девять часов утра.",
	"Der Größe nach wäre die Fähre für den Hafen zu groß, sagt der Rat am Dienstag. Viele hatten um ein weiteres Jahr gebeten – vergeblich! Wir haben jeden Platz und jedes Boot im Hafen gezählt.",
	"قال مجلس الميناء يوم الثلاثاء إن الخط الجديد سيفتتح في الربيع. طلب كثيرون عاما آخر للاستعداد لهذا الأمر المهم. أحصينا ١٢ رصيفا وكل قارب في الميناء القديم على الإطلاق!",
	"شورای بندر روز سه‌شنبه گفت که خط تازه کشتی در بهار باز می‌شود. بسیاری یک سال دیگر خواسته بودند ولی بی‌نتیجه بود. ما هر ۱۲ اسکله و هر قایق را در بندر شمرده‌ایم!",
	"港口委员会星期二表示，新的渡轮航线将于春季开通。许多人要求再给一年时间准备！我们清点了每一个泊位和每一条船，共12个。",
	"港湾評議会は火曜日、新しいフェリー航路を春に開設すると発表した。多くの人がもう一年待つよう求めていた。私たちは12の桟橋をすべて数えた。",
	"สภาท่าเรือกล่าวเมื่อวันอังคารว่าเส้นทางใหม่จะเปิดในฤดูใบไม้ผลิ\nหลายคนขอเวลาอีกหนึ่งปีแต่ไม่สำเร็จ\nเรานับท่าเรือทั้ง 12 แห่งแล้ว",
}

func TestTypographyDoesNotMatter(t *testing.T) {
	swaps := []*strings.Replacer{
		strings.NewReplacer("’", "'"), strings.NewReplacer("’", "ʼ"), strings.NewReplacer("“", `"`, "”", `"`), strings.NewReplacer("“", "«", "”", "»"),
		strings.NewReplacer("—", "–"), strings.NewReplacer("—", "--"), strings.NewReplacer(" ", "\u00A0"), strings.NewReplacer(" ", "  "), strings.NewReplacer(" ", "\t"),
		strings.NewReplacer("ی", "ي", "ک", "ك"), strings.NewReplacer("ي", "ی", "ك", "ک"), strings.NewReplacer("أ", "ا", "إ", "ا"), strings.NewReplacer("\u200C", ""),
		strings.NewReplacer("۱۲", "12", "١٢", "12"), strings.NewReplacer("12", "１２"), strings.NewReplacer("m", "\u00ADm", "а", "\u00ADа"), strings.NewReplacer("ا", "ـا"),
		strings.NewReplacer("，", ", ", "！", "!"), strings.NewReplacer("é", "e", "ё", "е", "Ё", "Е"), strings.NewReplacer("’", "&#8217;", "“", "&#8220;"), strings.NewReplacer("fi", "ﬁ"),
	}
	changes := []func(string) string{norm.NFC.String, norm.NFD.String, norm.NFKC.String, norm.NFKD.String, strings.ToUpper, strings.ToLower, strings.TrimSpace, func(s string) string { return "  " + s + " \n\n" }}
	for _, r := range swaps {
		changes = append(changes, r.Replace)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(articles).Draw(t, "article")
		spoilt := s
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(changes)-1), 0, 5).Draw(t, "changes") {
			spoilt = changes[i](spoilt)
		}
		a, b := dedupe.Normal("A", s, dedupe.Boilerplate{}), dedupe.Normal("A", spoilt, dedupe.Boilerplate{})
		if a.Content() != b.Content() || a.Gist() != b.Gist() {
			t.Fatalf("%q\n%q\n%q", spoilt, a.Body(), b.Body())
		}
		if a.Gist().IsZero() {
			t.Fatalf("%q has no gist", s)
		}
	})
}

func FuzzNormal(f *testing.F) {
	for _, s := range articles {
		f.Add("Title", s)
	}
	f.Add("By", "By Jane\nLONDON (X) - y\n&amp;amp;")
	f.Fuzz(func(t *testing.T, title, plain string) { checkNormal(t, title, plain) })
}
