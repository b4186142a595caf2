package seeds_test

import (
	"slices"
	"strings"
	"testing"

	"mediawatch/seeds"
)

// Within the text only what can be nothing else is cut. Each line stands between two paragraphs, as a sub-heading or a sentence does.
func TestMiddleKeepsWhatMayBeText(t *testing.T) {
	parts := strings.SplitN(body, "\n\n", 2)
	for _, s := range []string{
		"Listen to the wind", "Listen to the wind.", "Save the kettles", "Share the quay", "Send the news", "Today", "Yesterday", "Telegram", "Threads", "Further reading", "Latest", "More news", "Other topics",
		"Video-Beweis in der Kritik", "Hören und sehen", "Themen", "Vor der Abfahrt", "Слушать разрешается", "Сохранить и отправить", "Главное", "Популярное", "قبل العاصفة", "منذ البداية", "Écouter la mer", "Réactions", "Discussion",
		"Responses", "Imprimer sa marque", "Compartir la mesa", "Escuchar el mar", "Guardar la calma", "Kanal jetzt wieder offen", "Follow the channel", "Download the app and wait", "Ascolta il mare", "Posłuchaj ciszy", "保存の道", "Dinle küçük adam",
		"“Follow us on Telegram,” the captain said.", "Start the engines and try the new app.",
	} {
		a := read(t, "x.txt", "Ferry early again this week\n2026-11-03\n\n"+parts[0]+"\n\n"+s+"\n\n"+parts[1], seeds.Options{})
		if !slices.Contains(bodyOf(a.Content), s) || len(bodyOf(a.Content)) != 4 || len(a.Cut) != 0 {
			t.Errorf("%q is lost: body %d, cut %q, caption %q", s, len(bodyOf(a.Content)), a.Cut, a.Caption)
		}
	}
}

// What is certainly a prompt is still cut there.
func TestMiddleCutsPrompts(t *testing.T) {
	parts := strings.SplitN(body, "\n\n", 2)
	for _, s := range []string{
		"Advertisement", "ANZEIGE", "Share this article", "Listen to this article", "Subscribe to our newsletter", "Follow us on Telegram", "READ MORE: Ferry was late in May", "Lire aussi : Le bac était en retard",
		"Подписывайтесь на наш канал", "Abonnieren Sie unseren Newsletter", "Lesen Sie auch: Fähre kam zu spät", "Already a subscriber? Log in", "اشترك في نشرتنا البريدية", "立即下載App，看更多社區新聞", "Article continues below advertisement",
	} {
		a := read(t, "x.txt", "Ferry early again this week\n2026-11-03\n\n"+parts[0]+"\n\n"+s+"\n\n"+parts[1], seeds.Options{})
		if len(bodyOf(a.Content)) != 3 || !slices.Contains(a.Cut, s) {
			t.Errorf("%q is kept: %q", s, bodyOf(a.Content))
		}
	}
}

// Notices of the site go, also in whole sentences.
func TestClosingNotices(t *testing.T) {
	for _, s := range []string{
		"A version of this article appeared in the print edition of November 4, 2026.", "Dieser Artikel erschien in der gedruckten Ausgabe vom 4. November.", "Paru dans l'édition papier du 4 novembre.", "この記事は11月4日の朝刊に掲載されました。",
		"We may earn a commission when you buy through links on this page.", "Wenn Sie über einen Affiliate-Link kaufen, erhalten wir eine kleine Provision.", "Este artículo contiene enlaces de afiliados.",
		"Comments are now closed.", "Please read our comment policy: our rules are short and apply to everyone who writes below.", "Bitte beachten Sie beim Kommentieren unsere Netiquette.",
		"If you have a complaint about this story, write to the editor.", "Wenn Sie eine Beschwerde über diesen Artikel haben, wenden Sie sich an die Redaktion.", "We abide by the Editors' Code of Practice and answer within a week.",
		"By subscribing, you accept our terms and the privacy policy of the site.", "En vous inscrivant, vous acceptez nos conditions générales.", "Нажимая на кнопку, вы соглашаетесь с правилами обработки данных.",
		"Have you seen the ferry? Email the newsroom at desk@karsholmpacket.example and tell us.", "jo.hale@karsholmpacket.example", "Like or forward this page: Ferry early again this week",
	} {
		a := read(t, "x.txt", "Ferry early again this week\n2026-11-03\n\n"+body+"\n\n"+s+"\n", seeds.Options{})
		if len(bodyOf(a.Content)) != 3 || !slices.Contains(a.Cut, s) {
			t.Errorf("%q is kept", s)
		}
	}
}

// A last paragraph that shares words with such notices is the article's.
func TestClosingKeepsTheLastParagraph(t *testing.T) {
	for _, s := range []string{
		"The Times will publish its last print edition in May, the publisher said.", "The commission will decide in May on the purchase of the second ship.", "By signing the treaty, the two towns agree to share the quay.",
		"The community said that the rules for the quay were unfair to its older members.", "He complained to this newspaper, and the company answered within a day.", "The editor of the island paper said that the article would be corrected.",
		"The council will license the ferry for another year, if its permission is renewed.", "Die Kommission will die Provision für die Fährleute im Mai erhöhen.", "In her comments on the plan she asked the council to moderate its hopes.",
		"“If you have a complaint about the article, contact the editor,” the mayor said.", "La comunidad pidió que se respeten las normas del puerto.", "HERE THE SHIP TURNED BACK. NOBODY KNOWS WHY.",
	} {
		a := read(t, "x.txt", "Ferry early again this week\n2026-11-03\n\n"+body+"\n\n"+s+"\n", seeds.Options{})
		if !slices.Contains(bodyOf(a.Content), s) || len(a.Cut) != 0 {
			t.Errorf("%q is lost: cut %q, caption %q", s, a.Cut, a.Caption)
		}
	}
}

func TestCaptionCredits(t *testing.T) {
	for _, s := range []string{
		"Passengers wait on the quay at Karsholm on Tuesday. JO HALE", "Le bac à quai mardi. JO HALE / AGENCE DU NORD", "Les passagers sur le quai mardi. Jo Hale / Agence du Nord", "港で待つ乗客ら＝2026年11月3日、軽帆町、羽礼錠撮影",
		"Image source, Jo Hale", "Der leere Kai am Dienstag. Foto: Jo Hale", "الركاب على الرصيف (عدسة: كريم النجار)", "The quay on Tuesday. (Courtesy photo)",
	} {
		a := read(t, "x.txt", "Ferry early again this week\n2026-11-03\n\n"+s+"\n\n"+body, seeds.Options{})
		if a.Caption != s || len(bodyOf(a.Content)) != 3 {
			t.Errorf("%q: caption %q, body %d", s, a.Caption, len(bodyOf(a.Content)))
		}
	}
	a := read(t, "x.txt", "Ferry early again this week\n2026-11-03\n\nPhoto: Jo Hale\nPassengers on the empty quay\n\n"+body, seeds.Options{})
	if a.Caption != "Photo: Jo Hale Passengers on the empty quay" || len(bodyOf(a.Content)) != 3 {
		t.Errorf("credit above: %q, body %d", a.Caption, len(bodyOf(a.Content)))
	}
}

func TestBylines(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"By Jo Hale, Chief Reporter", "Jo Hale"}, {"By Jo Hale, Shipping Correspondent, and Per Olsen", "Jo Hale, Per Olsen"}, {"By Jo Hale and Harold Stafford", "Jo Hale, Harold Stafford"}, {"Von Jo Hale, Leitende Redakteurin", "Jo Hale"},
		{"كتبت: ليلى النجار", "ليلى النجار"}, {"كتبت - ليلى النجار", "ليلى النجار"}, {"كتب: كريم النجار", "كريم النجار"}, {"羽礼　錠子", "羽礼　錠子"}, {"羽礼錠子", "羽礼錠子"}, {"会員限定記事", ""}, {"张海波", "张海波"}, {"김바다", "김바다"},
	} {
		text := body
		if c.line[0] > 0x7f && strings.ContainsAny(c.line, "羽会") {
			text = "　新しい船は五日続けて定刻より早く港に着き、会社は乗客に謝罪した。\n\n　店主らは、戸も開けずに客を迎えることになったと話している。"
		}
		a := read(t, "x.txt", "Ferry early again this week\n2026-11-03 18:20\n"+c.line+"\n\n"+text, seeds.Options{})
		var got []string
		for _, p := range a.Authors {
			got = append(got, p.Name)
		}
		if s := strings.Join(got, ", "); strings.Join(strings.Fields(s), " ") != strings.Join(strings.Fields(c.want), " ") || strings.Contains(a.Content, c.line) {
			t.Errorf("%q: %q, want %q; body %q", c.line, s, c.want, bodyOf(a.Content))
		}
	}
}

func TestTagsBelowTheirLabel(t *testing.T) {
	for _, s := range []string{"Topics:\nFerries   Quays   Time tables", "Tags\nFerries, Quays, Time tables", "Filed under\nFerries\nQuays\nTime tables", "More:   Ferries   Quays   Time tables", "Keywords: Ferries · Quays · Time tables"} {
		a := read(t, "x.txt", "Ferry early again this week\n2026-11-03\n\n"+body+"\n\n"+s+"\n\nShare\n", seeds.Options{})
		if strings.Join(a.Categories, "|") != "Ferries|Quays|Time tables" || len(bodyOf(a.Content)) != 3 {
			t.Errorf("%q: %q, body %d", s, a.Categories, len(bodyOf(a.Content)))
		}
	}
}

func TestHeadAboveTheHeadline(t *testing.T) {
	for _, above := range []string{"Skip to content\n", "Zum Inhalt springen\nMenü\n", "Aller au contenu principal\n", "Saltar al contenido\n", "Перейти к содержимому\n", "انتقل إلى المحتوى\n"} {
		a := read(t, "x.txt", above+"Ferry early again this week\n2026-11-03\n\n"+body, seeds.Options{})
		if a.Title != "Ferry early again this week" || len(bodyOf(a.Content)) != 3 {
			t.Errorf("%q: title %q", above, a.Title)
		}
	}
	a := read(t, "x.txt", "News\nHarbour\nFerry early again this week\n3 November 2026\n\n"+body, seeds.Options{})
	if strings.Join(a.Section, "/") != "News/Harbour" || a.Title != "Ferry early again this week" {
		t.Errorf("section %q, title %q", a.Section, a.Title)
	}
	a = read(t, "x.txt", "Sport\n\nBig win\n\nThe ferry club beat its neighbours by nine goals\n\n3 November 2026\n\n"+body, seeds.Options{})
	if strings.Join(a.Section, "/") != "Sport" || a.Title != "Big win" {
		t.Errorf("section %q, title %q", a.Section, a.Title)
	}
}

func TestOutletNamedInTheCopyrightLine(t *testing.T) {
	for _, c := range []struct{ tail, want string }{
		{"© 2026 The Island Packet. All rights reserved", "The Island Packet"}, {"© L'Écho de l'Île, 2026 – www.echo-ile.example", "L'Écho de l'Île"},
		{"The Island Packet\nwww.islandpacket.example", "The Island Packet"}, {"Our Standards: The Northwind Principles\n© 2026 Northwind News Agency. All rights reserved", "Northwind News Agency"},
		{"© 2026 Northwind News Agency. All rights reserved", ""}, {"www.islandpacket.example\n© 2026 Northwind News Agency", "islandpacket.example"},
	} {
		a := read(t, "x.txt", "Ferry early again this week\n2026-11-03\n\n"+body+"\n\n"+c.tail+"\n", seeds.Options{})
		if a.Outlet != c.want || len(bodyOf(a.Content)) != 3 {
			t.Errorf("%q: outlet %q (%s)", c.tail, a.Outlet, a.OutletEvidence)
		}
	}
}
