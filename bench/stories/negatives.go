package main

import (
	"fmt"
	"strings"
)

// family is a kind of text of which many are alike and none are the same.
type family struct {
	name  string
	write func(w writer) article
}

// families are the hard negatives, from templates of our own.
var families = []family{
	{"weather", weather}, {"market", market}, {"earnings", earnings}, {"obituaries", obituary}, {"sport results", match}, {"dividends", dividend},
}

func lines(title string, paragraphs ...string) article {
	return article{title: title, paragraphs: paragraphs}
}

func weather(w writer) article {
	city, day := w.invented(), pick(w, days)
	wind := pick(w, strings.Fields("north south east west"))
	return lines("Weather for "+city+" on "+day,
		fmt.Sprintf("%s will see %s skies on %s with temperatures between %d and %d degrees, the weather service in %s said.", city, pick(w, []string{"clear", "cloudy", "grey", "changing"}), day, w.IntN(12), 12+w.IntN(18), city),
		fmt.Sprintf("Winds from the %s will reach %d kilometres an hour, with gusts of up to %d kilometres an hour along the coast of %s.", wind, 5+w.IntN(30), 40+w.IntN(60), w.invented()),
		fmt.Sprintf("The chance of rain is %d per cent in the morning and %d per cent in the afternoon. Drivers are asked to take care on bridges.", w.IntN(100), w.IntN(100)),
		fmt.Sprintf("Sunrise is at %d:%02d and sunset at %d:%02d. The outlook for the following days remains unsettled.", 5+w.IntN(3), w.IntN(60), 17+w.IntN(4), w.IntN(60)))
}

func market(w writer) article {
	index, up := w.invented(), pick(w, []string{"rose", "fell"})
	return lines(fmt.Sprintf("%s shares close %s", index, pick(w, []string{"higher", "lower", "mixed"})),
		fmt.Sprintf("The %s index %s %d.%d per cent to %d,%03d points on %s in moderate trading, brokers said.", index, up, w.IntN(4), w.IntN(10), 1+w.IntN(30), w.IntN(1000), pick(w, days)),
		fmt.Sprintf("Shares of %s gained %d.%02d to %d.%02d, while %s lost %d.%02d to %d.%02d.", w.invented(), w.IntN(5), w.IntN(100), 10+w.IntN(90), w.IntN(100), w.invented(), w.IntN(5), w.IntN(100), 10+w.IntN(90), w.IntN(100)),
		fmt.Sprintf("Turnover was %d million shares, compared with %d million shares on the previous day. Advancing issues outnumbered declining ones by %d to %d.", 20+w.IntN(400), 20+w.IntN(400), 100+w.IntN(400), 50+w.IntN(300)),
		fmt.Sprintf("The currency was quoted at %d.%04d to the crown. Yields on ten-year bonds stood at %d.%02d per cent.", w.IntN(9), w.IntN(10000), 1+w.IntN(6), w.IntN(100)))
}

func earnings(w writer) article {
	company := w.invented() + " " + pick(w, []string{"Industries", "Holding", "Group", "Systems"})
	money := func() string { return fmt.Sprintf("%d.%d million crowns", 1+w.IntN(900), w.IntN(10)) }
	return lines(company+" reports quarterly results",
		fmt.Sprintf("%s said on %s that its net profit for the quarter was %s, compared with %s in the same period of the previous year.", company, pick(w, days), money(), money()),
		fmt.Sprintf("Revenue was %s against %s. Earnings a share came to %d cents, compared with %d cents.", money(), money(), 5+w.IntN(200), 5+w.IntN(200)),
		fmt.Sprintf("%s, the chief executive, said that the company expected revenue of %s for the year as a whole and would propose a dividend of %d cents a share.", w.person(), money(), 1+w.IntN(60)),
		fmt.Sprintf("The company employs %d people in %s. Its shares closed at %d.%02d.", 100+w.IntN(9000), w.invented(), 5+w.IntN(90), w.IntN(100)))
}

func obituary(w writer) article {
	name, born := w.person(), 1925+w.IntN(40)
	work := pick(w, []string{"painter", "novelist", "surgeon", "coach", "senator", "judge"})
	return lines(name+", "+work+", dies at "+fmt.Sprint(2026-born),
		fmt.Sprintf("%s, a %s known for %s and %s, has died at the age of %d, the family said on %s.", name, work, pick(w, nouns), pick(w, nouns), 2026-born, pick(w, days)),
		fmt.Sprintf("Born in %s in %d, the %s studied in %s before moving to %s in %d.", w.invented(), born, work, w.invented(), w.invented(), born+20+w.IntN(10)),
		fmt.Sprintf("The first great success came in %d with %s, which was followed by a long career that ended in %d.", born+25+w.IntN(15), w.invented(), 1995+w.IntN(25)),
		"Friends and colleagues paid tribute to a life of work and kindness. The funeral will be held in private.")
}

func match(w writer) article {
	home, away := w.invented(), w.invented()
	return lines(fmt.Sprintf("%s %d, %s %d", home, w.IntN(5), away, w.IntN(5)),
		fmt.Sprintf("%s beat %s %d to %d at the %s stadium on %s in front of %d spectators.", home, away, 1+w.IntN(5), w.IntN(2), w.invented(), pick(w, days), 1000+w.IntN(30000)),
		fmt.Sprintf("%s scored the first goal after %d minutes, and %s made it two before the break. %s had the best chance for the visitors in the second half.", w.person(), 1+w.IntN(40), w.person(), w.person()),
		fmt.Sprintf("The home side is now in place %d of the table with %d points. Its next match is against %s on %s.", 1+w.IntN(18), w.IntN(60), w.invented(), pick(w, days)))
}

func dividend(w writer) article {
	company := w.invented() + " " + pick(w, []string{"Bank", "Mills", "Foods", "Lines"})
	return lines(company+" declares dividend",
		fmt.Sprintf("The board of %s declared a quarterly dividend of %d cents a share, payable on %s %d to holders of record on %s %d.", company, 5+w.IntN(60), pick(w, []string{"March", "April", "May"}), 1+w.IntN(30), pick(w, []string{"January", "February"}), 1+w.IntN(28)))
}

// twice is one event written by two people: the same names and figures, other sentences.
func twice(w writer) (article, article) {
	s := w.subject()
	n := 150 + w.IntN(200)
	return w.article(s, n), w.article(s, n)
}
