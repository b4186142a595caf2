package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"mediawatch/text"
)

// texts returns the folded words of s, apart by "|".
func texts(s string) string {
	var out []string
	for _, w := range text.Words(s) {
		out = append(out, w.Text)
	}
	return strings.Join(out, "|")
}

func TestWords(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"only punctuation", " — … “” ", ""},
		{"plain", "The harbour council", "the|harbour|council"},
		{"possessive", "Ellison's ferry", "ellison|ferry"},
		{"possessive, curly", "Ellison’s ferry", "ellison|ferry"},
		{"possessive, upper case", "ELLISON’S FERRY", "ellison|ferry"},
		{"possessive, modifier letter", "Ellisonʼs ferry", "ellison|ferry"},
		{"possessive at the end", "Ellison’s", "ellison"},
		{"possessive before a full stop", "It is Ellison’s.", "it|is|ellison"},
		{"possessive before a hyphen", "Ellison’s-led", "ellison|led"},
		{"possessive in quotes", "‘Ellison’s’ ferry", "ellison|ferry"},
		{"plural possessive", "workers’ groups", "workers|groups"},
		{"plural possessive, straight", "workers' groups", "workers|groups"},
		{"name ending in s", "James’ ferry", "james|ferry"},
		{"not a possessive", "don’t, it'll", "don't|it'll"},
		{"not a possessive: more follows", "o'sullivan", "o'sullivan"},
		{"apostrophe in a name", "O’Brien O'Brien", "o'brien|o'brien"},
		{"quotes are no apostrophes", "'tis ‘so’", "tis|so"},
		{"two apostrophes", "rock''n", "rock|n"},
		{"hyphen", "Hamas-led", "hamas|led"},
		{"hyphens of all kinds", "a‐b‑c–d—e−f", "a|b|c|d|e|f"},
		{"style", "AFP-style", "afp|style"},
		{"soft hyphen joins", "har\u00ADbour", "harbour"},
		{"soft hyphen at the end", "har\u00AD bour", "har|bour"},
		{"hashtag and handle", "#MeToo @desk_one", "metoo|desk|one"},
		{"digits", "covid19 in 2026", "covid19|in|2026"},
		{"numbers split at punctuation", "1,000.5", "1|000|5"},
		{"no-break space", "Israeli\u00A0regime", "israeli|regime"},
		{"zero width space separates", "one\u200Btwo", "one|two"},
		{"ligature", "ﬁnance", "finance"},
		{"fullwidth", "Ｆｅｒｒｙ２", "ferry2"},
		{"accents", "Zürich café NAÏVE", "zurich|cafe|naive"},
		{"accents, decomposed", "Zu\u0308rich cafe\u0301", "zurich|cafe"},
		{"strokes", "Łódź Ærø Đorđe", "lodz|aero|dorde"},
		{"sharp s", "Straße STRASSE", "strasse|strasse"},
		{"dotted and dotless i", "İstanbul Diyarbakır", "istanbul|diyarbakir"},
		{"sigma", "ΣΊΣΥΦΟΣ Σίσυφος", "σισυφοσ|σισυφοσ"},
		{"Cyrillic", "Ёлка Москвы", "елка|москвы"},
		{"Vietnamese", "Việt Nam", "viet|nam"},
		{"Hebrew points", "שָׁלוֹם", "שלום"},
		{"superscript", "m² x¹", "m2|x1"},
		{"fraction", "2½ miles", "2|1|2|miles"},
		{"trademark", "Acme™ boats", "acme|boats"},
		{"Arabic harakat and tatweel", "مُحَمَّد محـمد", "محمد|محمد"},
		{"Arabic alef forms", "أحمد إحمد آحمد ٱحمد", "احمد|احمد|احمد|احمد"},
		{"Persian and Arabic yeh, kaf", "ايران ایران كتاب کتاب", "ايران|ايران|كتاب|كتاب"},
		{"Arabic and Persian digits", "١٢٣ ۱۲۳", "123|123"},
		{"Persian joiner", "می\u200Cخواهم", "ميخواهم"},
		{"Chinese", "北京大学2026年", "北|京|大|学|2026|年"},
		{"Japanese", "カナダの船", "カ|ナ|ダ|の|船"},
		{"Japanese, halfwidth", "ｶﾅﾀﾞ", "カ|ナ|ダ"},
		{"Japanese, decomposed", "か\u3099", "が"},
		{"long vowel", "フェリー", "フ|ェ|リ|ー"},
		{"Korean", "서울 항구", "서울|항구"},
		{"Korean, decomposed", "\u1109\u1165\u110B\u116E\u11AF", "서울"},
		{"Thai", "ท่าเรือ", "ท่|า|เ|รื|อ"},
		{"Thai am", "น้ำ", "น้|ำ"},
		{"Lao", "ປະເທດ", "ປ|ະ|ເ|ທ|ດ"},
		{"Khmer", "កម្ពុជា", "ក|ម្|ពុ|ជា"},
		{"Burmese", "မြန်မာ", "မြ|န်|မာ"},
		{"Hindi keeps its vowels", "हिन्दी", "हिन्दी"},
		{"mixed", "iPhone用の船", "iphone|用|の|船"},
		{"one character, several words", "㍿ x", "株|式|会|社|x"},
		{"one ligature, several words", "ﷺ", "صلي|الله|عليه|وسلم"},
		{"invalid UTF-8", "fer\xffry \xc3", "fer|ry"},
		{"emoji", "go 🚢🏽 on", "go|on"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := texts(tt.in); got != tt.want {
				t.Errorf("Words(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestWordsExactWords(t *testing.T) {
	s := "“Ellison’s” har\u00ADbour, (Zürich)"
	var got []string
	for _, w := range text.Words(s) {
		got = append(got, s[w.Start:w.End])
	}
	if want := []string{"Ellison", "har\u00ADbour", "Zürich"}; !slices.Equal(got, want) {
		t.Errorf("exact words %q, want %q", got, want)
	}
}

// nasty draws strings from the characters that make tokenising hard.
func nasty() *rapid.Generator[string] {
	pieces := []string{"a", "S", "s", "Z", "7", "'", "’", "ʼ", "-", "—", " ", ".", "\u00AD", "\u200C", "\u200B", "\u0301", "\u0308", "é", "ß", "İ", "ı", "ﬁ", "½", "㍿", "ﷺ", "①", "Ⅳ",
		"北", "カ", "ﾞ", "か", "\u3099", "ー", "ท", "\u0E48", "\u0E49", "ำ", "\u0E4D", "า", "ပ", "\u103C", "क", "\u093C", "ि", "ي", "ی", "ك", "أ", "\u064E", "\u0651", "ـ", "٣", "۴",
		"가", "\u1100", "\u1161", "\u11A8", "\xff", "\xe2\x82", "\x00", "™", "&", "<", "_", "\u00B4", "\u0345", "\U0001D7D8", "🚢", "\U000E0061", "ᾳ", "Σ", "ς", "K", "ŉ"}
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces"), "")
	})
}

func TestWordsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkWords(t, rapid.OneOf(nasty(), rapid.String()).Draw(t, "s"))
	})
}

type failer interface{ Fatalf(string, ...any) }

// checkWords holds what is true of the words of any string.
func checkWords(t failer, s string) {
	words := text.Words(s)
	for i, w := range words {
		switch {
		case w.Start < 0 || w.End > len(s) || w.Start >= w.End:
			t.Fatalf("Words(%q)[%d]: offsets %d to %d", s, i, w.Start, w.End)
		case !utf8.RuneStart(s[w.Start]) || w.End < len(s) && utf8.ValidString(s) && !utf8.RuneStart(s[w.End]):
			t.Fatalf("Words(%q)[%d]: %d to %d cuts a character", s, i, w.Start, w.End)
		case w.Text == "" || !utf8.ValidString(w.Text):
			t.Fatalf("Words(%q)[%d]: text %q", s, i, w.Text)
		case w.Text != text.Fold(w.Text):
			t.Fatalf("Words(%q)[%d]: %q is not folded: %q", s, i, w.Text, text.Fold(w.Text))
		case i > 0 && w.Start < words[i-1].End && (w.Start != words[i-1].Start || w.End != words[i-1].End):
			t.Fatalf("Words(%q)[%d]: overlaps the word before", s, i)
		}
		if again := text.Words(w.Text); len(again) != 1 || again[0].Text != w.Text {
			t.Fatalf("Words(%q)[%d]: %q is not one word: %v", s, i, w.Text, again)
		}
	}
}

func TestWordsDoNotDependOnTheirNeighbours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := nasty().Draw(t, "a"), nasty().Draw(t, "b")
		want := append(text.Words(a), text.Words(b)...)
		got := text.Words(a + " \n" + b)
		if len(got) != len(want) {
			t.Fatalf("%q and %q have %d words, together %d", a, b, len(want), len(got))
		}
		for i := range got {
			if got[i].Text != want[i].Text {
				t.Fatalf("%q and %q: word %d is %q, alone %q", a, b, i, got[i].Text, want[i].Text)
			}
		}
	})
}

func TestFold(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"already folded", "already folded"},
		{"ASCII Only", "ascii only"},
		{"“Curly” ‘quotes’ «guillemets»", `"curly" 'quotes' "guillemets"`},
		{"a–b—c‑d−e", "a-b-c-d-e"},
		{"Straße\u00A0Ⅳ ①２", "strasse iv 12"},
		{"ÅNGSTRÖM Å \u212B", "angstrom a a"},
		{"كِتاب ۱۲", "كتاب 12"},
		{"یک", "يك"},
		{"ｶﾞ が か\u3099", "ガ が が"},
		{"हिन्दी", "हिन्दी"},
		{"soft\u00ADhyphen zero\u200Cwidth", "softhyphen zerowidth"},
		{"Σίσυφος", "σισυφοσ"},
		{"\U0001D7D8\U0001D7E1", "09"},
	}
	for _, tt := range tests {
		if got := text.Fold(tt.in); got != tt.want {
			t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestFoldProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkFold(t, rapid.OneOf(nasty(), rapid.String()).Draw(t, "s"))
	})
}

func checkFold(t failer, s string) {
	folded := text.Fold(s)
	if !utf8.ValidString(folded) {
		t.Fatalf("Fold(%q) = %q is not UTF-8", s, folded)
	}
	if again := text.Fold(folded); again != folded {
		t.Fatalf("Fold(%q) = %q, folded again %q", s, folded, again)
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"Trump’s Hamas-led", "日本語 ｶﾞ", "می‌خواهم", "น้ำ", "a\u0301\u0327 s'", "\xff\xfe", "㍿ﷺ½", "İıſ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkWords(t, s)
		checkFold(t, s)
	})
}
