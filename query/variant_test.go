package query

import (
	"strings"
	"testing"

	"mediawatch/news"
)

// matches reports whether a query is true of an item whose text is one paragraph.
func matches(t *testing.T, src, body string) bool {
	t.Helper()
	q, err := Parse(src, Options{})
	if err != nil {
		t.Fatalf("Parse(%s): %v", src, err)
	}
	it := &news.Item{}
	it.Content = "<p>" + body + "</p>"
	ok, _ := q.Match(NewDocument(it, Facts{}))
	return ok
}

func TestVariants(t *testing.T) {
	for _, names := range []string{
		"Raisi Raeisi Raissi Rayeesi رئیسی رئيسي الرئيسي",
		"al-Aqsa Al_Aqsa Alaqsa el-Aqsa الأقصى الاقصی",
		"Muhammad Mohammed Mohamed Mohammad Muhammed محمد Мухаммад",
		"Hussein Husain Hossein Hussain Husayn حسين",
		"Zelensky Zelenskyy Zelenskiy Зеленский Зеленський",
		"Khamenei Khamenai خامنه\u200cای",
		"Qaddafi Gaddafi Kadafi Qadhafi Gheddafi القذافي",
		"ash-Shabab al-Shabab al-Shabaab الشباب",
		"Ismail_Haniyeh Esmail_Haniyeh",
		"Navalny Navalnyy Навальный",
		"Yasser Yaser Yasir ياسر",
		"Rouhani Ruhani Rohani روحانی",
		"Osama Usama أسامة",
		"Ebrahim_Raisi Ibrahim_Raissi ابراهیم_رئیسی",
		"Daoud Dawood Dawud داود",
		"Fatima Fatimah Fatemeh فاطمه",
	} {
		all := strings.Fields(names)
		for _, a := range all {
			for _, b := range all {
				a, b := strings.ReplaceAll(a, "_", " "), strings.ReplaceAll(b, "_", " ")
				if a == all[0] || strings.ReplaceAll(a, " ", "_") == all[0] || b == all[0] {
					if !matches(t, `~"`+a+`"`, "There was "+b+" today.") {
						t.Errorf("~%s does not find %s", a, b)
					}
				}
			}
		}
	}
}

func TestVariantsAreNotOtherWords(t *testing.T) {
	const others = "Raise raise Rise Rose Russia Ross Reza Race Racy Rosi Risi Raisin Iraqi Israeli Haniya Mahmoud Hamad Hassan Hasan Khomeini Khan Zelina Navel Roman Rahmani " +
		"Rohingya Yusuf Nasser Asma Adami راس رسید محمود حسن"
	for _, name := range []string{"Raisi", "Muhammad", "Hussein", "Zelensky", "Khamenei", "Navalny", "Rouhani", "Yasser", "Osama", "رئیسی"} {
		for _, other := range strings.Fields(others) {
			if matches(t, "~"+name, "There was "+other+" today.") {
				t.Errorf("~%s finds %s", name, other)
			}
		}
	}
}
