package digest

import (
	"strings"
	"testing"
	"time"

	"mediawatch/news"
	"mediawatch/text"
)

var now = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC) // Friday, 07:00 in Berlin

func berlin(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zone database: " + err.Error())
	}
	return loc
}

// desk is a store in miniature: what it is told in order, it answers as the real one would.
type desk struct {
	t       testing.TB
	seq     news.Seq
	in      Input
	ids     map[string]news.ItemID
	revs    map[Ref]news.Item
	stories map[news.ItemID]*news.Story // by member
	matches map[news.ItemID][]news.Match
	past    map[news.ItemID]news.Reported
}

func newDesk(t testing.TB) *desk {
	return &desk{
		t: t, ids: make(map[string]news.ItemID), revs: make(map[Ref]news.Item),
		stories: make(map[news.ItemID]*news.Story), matches: make(map[news.ItemID][]news.Match), past: make(map[news.ItemID]news.Reported),
		in: Input{
			Digest: "morning", Title: "Morning briefing", Number: 7, Slot: "2026-11-20T07:00", Now: now, Location: berlin(t),
			Since: now.Add(-24 * time.Hour), Version: "1.0.0",
		},
	}
}

// article is an item to be told to the desk.
type article struct {
	name, title, body, outlet, url, lang string
	at                                   time.Time // published; zero: not stated
	certainty                            news.Certainty
	relation                             news.Relation
	copyOf                               string
}

func (d *desk) id(name string) news.ItemID {
	id, ok := d.ids[name]
	if !ok {
		id = news.NewItemID(news.NewFeedID(news.KindFeed, "https://feeds.example/"), name)
		d.ids[name] = id
	}
	return id
}

// add appends an article and its place in a story.
func (d *desk) add(a article) news.ItemID {
	d.t.Helper()
	id := d.id(a.name)
	d.seq++
	if a.certainty == 0 && !a.at.IsZero() {
		a.certainty = news.CertaintyExact
	}
	if a.url == "" {
		a.url = "https://" + strings.ToLower(strings.ReplaceAll(a.outlet, " ", "-")) + ".example/" + a.name
	}
	seen := now.Add(-20 * time.Minute)
	if !a.at.IsZero() && a.at.Before(seen) {
		seen = a.at.Add(10 * time.Minute)
	}
	it := news.Item{
		ID: id, Seq: d.seq, URL: a.url, Outlet: a.outlet, Seen: seen,
		Revision: news.Revision{N: 1, At: seen, Title: a.title, Content: text.Paragraphs(strings.Split(a.body, "\n\n")...), Lang: a.lang,
			Published: news.Stamp{Time: a.at, Certainty: a.certainty}},
	}
	d.revs[Ref{id, 1}], d.revs[Ref{id, 0}] = it, it
	story := &news.Story{ID: id}
	if a.copyOf != "" {
		story = d.stories[d.id(a.copyOf)]
	}
	story.Members = append(story.Members, news.Member{Item: id, Seq: d.seq, Relation: a.relation})
	d.stories[id] = story
	return id
}

// revise gives an article a new headline.
func (d *desk) revise(name, title string, at time.Time) {
	id := d.id(name)
	it := d.revs[Ref{id, 0}]
	it.N++
	it.Title, it.At = title, at
	d.revs[Ref{id, it.N}], d.revs[Ref{id, 0}] = it, it
}

// section returns the desk's section of watch, made when it is new.
func (d *desk) section(watch string) *Section {
	for i := range d.in.Sections {
		if d.in.Sections[i].Watch == watch {
			return &d.in.Sections[i]
		}
	}
	d.in.Sections = append(d.in.Sections, Section{Watch: watch, Title: titles[watch]})
	return &d.in.Sections[len(d.in.Sections)-1]
}

var titles = map[string]string{"energy": "Energy and climate", "transport": "Transport", "health": "Public health"}

// match makes an article relevant to a watch by the given words of its body; "title:…" are words of its headline.
func (d *desk) match(watch, name string, words ...string) {
	d.event(watch, name, news.ChangeNew, false, words...)
}

func (d *desk) backlog(watch, name string) { d.event(watch, name, news.ChangeNew, true) }

func (d *desk) event(watch, name string, change news.Change, backlog bool, words ...string) {
	d.t.Helper()
	id := d.id(name)
	d.seq++
	it := d.revs[Ref{id, 0}]
	group := id
	if s := d.stories[id]; s != nil && !d.section(watch).ByItem {
		group = s.ID
	}
	if change == news.ChangeNew {
		m := news.Match{Watch: watch, Item: id, Group: group, Seq: d.seq, Backlog: backlog, Rev: it.N}
		for _, w := range words {
			e := news.Evidence{Clause: w, Field: "body", Words: w}
			if rest, ok := strings.CutPrefix(w, "title:"); ok {
				e.Field, e.Words = "title", rest
			}
			src := text.Plain(it.HTML())
			if e.Field == "title" {
				src = it.Title
			}
			e.Start = strings.Index(src, e.Words)
			if e.Start < 0 {
				d.t.Fatalf("%q is not in the %s of %s", w, e.Field, name)
			}
			e.End = e.Start + len(e.Words)
			m.Evidence = append(m.Evidence, e)
		}
		d.matches[id] = append(d.matches[id], m)
	}
	s := d.section(watch)
	s.Events = append(s.Events, news.MatchEvent{
		Seq: d.seq, Watch: watch, Item: id, Group: group, Rev: it.N, Change: change, Backlog: backlog, At: it.At,
	})
}

// told begins a new window: what was said before was in edition number.
func (d *desk) told(number int) {
	d.in.Number = number
	d.in.To = d.seq
	d.load()
	for _, r := range Compose(d.in).Reported {
		d.past[r.Group] = r
	}
	d.in.Number = number + 1
	d.in.From, d.in.To = d.seq, 0
	for i := range d.in.Sections {
		d.in.Sections[i].Events = nil
	}
}

// load fills the Input as the daemon does: step by step, only what was asked for.
func (d *desk) load() {
	in := &d.in
	in.Stories = make(map[news.ItemID]news.Story)
	for _, id := range in.Groups() {
		if s := d.stories[id]; s != nil {
			in.Stories[id] = *s
		}
	}
	in.Matches = make(map[news.ItemID][]news.Match)
	in.Reported = make(map[news.ItemID]news.Reported)
	for _, id := range in.Members() {
		in.Matches[id] = d.matches[id]
		in.Reported[id] = d.past[id]
	}
	in.Items = make(map[Ref]news.Item)
	for _, ref := range in.Refs() {
		in.Items[ref] = d.revs[ref]
	}
}

func (d *desk) compose() Composed {
	d.load()
	return Compose(d.in)
}

// hour returns a time on the morning of the edition, in Berlin.
func hour(h, m int) time.Time { return time.Date(2026, 11, 20, h-1, m, 0, 0, time.UTC) }

// week fills a desk with an ordinary edition: all that an edition can show.
func week(t testing.TB) *desk {
	d := newDesk(t)
	yesterday := hour(18, 20).AddDate(0, 0, -1)
	d.add(article{name: "grid", title: "Grid operator warns of winter shortfall", body: "The grid operator of Norland warned of a shortfall.", outlet: "Norland Post", at: yesterday.AddDate(0, 0, -1)})
	d.match("energy", "grid", "shortfall")
	d.add(article{name: "dam", title: "Dam repairs delayed to spring", body: "Repairs will wait until spring.", outlet: "River Times", at: yesterday.AddDate(0, 0, -1)})
	d.match("energy", "dam", "Repairs")
	d.add(article{name: "old-ferry", title: "Ferry timetable for last year", body: "A ferry.", outlet: "Harbour News", at: yesterday.AddDate(-1, 0, 0)})
	d.told(6)

	d.add(article{name: "tax", title: "Parliament of Norland adopts a carbon tax after a night of debate",
		body:   "The chamber voted early on Friday. The carbon tax will start at 40 crowns a tonne, Mr. A. Lind of the finance committee said, and rise each year. Opposition members called the vote hasty.\n\nHouseholds will get a third of the carbon tax back with their winter bills.",
		outlet: "Norland Post", at: hour(6, 14), lang: "en"})
	for _, o := range []string{"River Times", "Harbour News", "Wire North", "Südblatt", "City Gazette", "Evening Call", "Plain Dealer of Overton"} {
		relation := map[string]news.Relation{"River Times": news.Abridges, "Wire North": news.AbridgedBy}[o]
		d.add(article{name: "tax-" + o, title: "Carbon tax adopted", body: "The carbon tax will start at 40 crowns a tonne.", outlet: o, at: hour(6, 40), copyOf: "tax", relation: relation})
	}
	d.match("energy", "tax", "title:carbon tax", "carbon tax", "Households")
	for _, o := range []string{"River Times", "Harbour News", "Wire North", "Südblatt", "City Gazette", "Evening Call"} {
		d.match("energy", "tax-"+o, "carbon tax")
	}
	d.revise("tax", "Parliament of Norland adopts a carbon tax, refunds a third", hour(6, 52))
	d.event("energy", "tax", news.ChangeRevised, false)
	d.add(article{name: "pump", title: "Heat pumps outsell gas boilers for the first time", body: "Sales of heat pumps passed those of boilers in October.",
		outlet: "City Gazette", at: yesterday, certainty: news.CertaintyZone, lang: "en"})
	d.match("energy", "pump", "heat pumps")
	d.add(article{name: "arabic", title: "البرلمان يناقش ضريبة الكربون في جلسة طويلة", body: "ناقش البرلمان مساء الخميس ضريبة الكربون في جلسة طويلة. وقال رئيس اللجنة إن التصويت سيجري غدا.",
		outlet: "صحيفة الشمال", url: "https://north.example/ar/1", at: yesterday, lang: "ar"})
	d.match("energy", "arabic", "ضريبة الكربون")

	d.match("transport", "tax", "Households")
	d.add(article{name: "rail", title: "铁路公司宣布新的夜间列车", body: "铁路公司星期四宣布，明年春天将开通三条新的夜间列车线路。票价尚未公布。", outlet: "北方日报", url: "https://north.example/zh/2",
		at: yesterday, lang: "zh", certainty: news.CertaintyDay})
	d.match("transport", "rail", "夜间列车")
	d.add(article{name: "bridge", title: "Bridge over the Ostra closed to lorries until further notice", body: "The bridge over the Ostra was closed to lorries on Thursday after inspectors found cracks in two of its piers.",
		outlet: "", url: "https://www.ostra-valley.example/bridge?id=12&lang=en&long=a-rather-long-address-that-must-not-be-broken-in-the-plain-text"})
	d.match("transport", "bridge", "lorries")
	d.backlog("transport", "old-ferry")
	d.section("transport").Older = 411

	d.add(article{name: "grid-2", title: "Grid operator warns", body: "x", outlet: "Wire North", copyOf: "grid"})
	d.match("energy", "grid-2")
	d.add(article{name: "grid-3", title: "Grid operator warns", body: "x", outlet: "Evening Call", copyOf: "grid"})
	d.match("energy", "grid-3")
	d.revise("dam", "Dam repairs delayed to summer", hour(5, 30))
	d.event("energy", "dam", news.ChangeRevised, false)
	d.section("health")

	var times []time.Time
	for i, n := range []int{9, 14, 22, 4, 3, 17, 12, 31, 41, 18, 0, 6, 19, 27} {
		for range n {
			times = append(times, now.AddDate(0, 0, i-13))
		}
	}
	d.in.Chart = Days(times, now, d.in.Location, ChartDays)
	d.in.Silent = []string{"Mountain Echo", "Le Phare"}
	d.in.Trouble = []string{"https://feeds.example/echo.xml: answers 503 since Tue 17 Nov, asked daily"}
	d.in.Failed = []Earlier{{Number: 5, Date: now.AddDate(0, 0, -2), URL: "https://news.example/digests/morning/5", Answer: "550 no such user"}}
	d.in.Links = Links{
		Edition: "https://news.example/digests/morning/7", Home: "https://news.example/digests/morning", Feed: "https://news.example/digests/morning.atom",
		Items: "https://news.example/items/", Contact: "desk@news.example",
	}
	return d
}
