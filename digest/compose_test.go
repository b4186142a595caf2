package digest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mediawatch/news"
)

// many returns a desk with n stories of one article each.
func many(t testing.TB, n int) *desk {
	d := newDesk(t)
	d.in.Links.Edition = "https://news.example/digests/morning/7"
	for i := range n {
		name := fmt.Sprintf("story-%03d", i)
		d.add(article{name: name, title: fmt.Sprintf("Council of district %d votes on its budget", i+1), body: "The council votes on its budget. It is the third vote.",
			outlet: fmt.Sprintf("District Paper %d", i+1), at: hour(6, 0).Add(-time.Duration(i) * time.Minute)})
		watch := "energy"
		if i%3 == 0 {
			watch = "transport"
		}
		d.match(watch, name, "votes")
	}
	return d
}

// stories returns the headlines of all stories told in full, by section.
func stories(c Composed) map[string][]string {
	out := make(map[string][]string)
	for _, s := range c.Sections {
		for _, st := range s.Stories {
			out[s.Watch] = append(out[s.Watch], st.Headline)
		}
	}
	return out
}

func TestComposeRegular(t *testing.T) {
	c := week(t).compose()
	want := map[string][]string{
		"energy":    {"Parliament of Norland adopts a carbon tax, refunds a third", "Heat pumps outsell gas boilers for the first time", "البرلمان يناقش ضريبة الكربون في جلسة طويلة"},
		"transport": {"Bridge over the Ostra closed to lorries until further notice", "铁路公司宣布新的夜间列车"},
	}
	got := stories(c)
	for watch, w := range want {
		if len(got[watch]) != len(w) || got[watch][0] != w[0] {
			t.Errorf("%s: got %q, want %q", watch, got[watch], w)
		}
	}
	if want := (news.EditionCounts{Stories: 5, Articles: 11, Spreading: 1, Changed: 1, Backlog: 412}); c.Counts != want {
		t.Errorf("counts: got %+v, want %+v", c.Counts, want)
	}
	if c.Folded != 6 || c.Empty || c.Capped {
		t.Errorf("folded %d, empty %t, capped %t", c.Folded, c.Empty, c.Capped)
	}
	tax := c.Sections[0].Stories[0]
	if tax.Articles != 7 || tax.Outlets != 7 || tax.Outside != 1 || len(tax.Also) != 5 || tax.MoreAlso != 1 {
		t.Errorf("tax story: %d articles, %d outlets, %d outside, also %d (+%d)", tax.Articles, tax.Outlets, tax.Outside, len(tax.Also), tax.MoreAlso)
	}
	if want := []string{"Transport"}; !reflect.DeepEqual(tax.AlsoIn, want) {
		t.Errorf("also in: got %q, want %q", tax.AlsoIn, want)
	}
	if len(tax.Edits) != 1 || tax.Edits[0].Old != "Parliament of Norland adopts a carbon tax after a night of debate" || tax.Edits[0].When != "06:52" {
		t.Errorf("edits: %+v", tax.Edits)
	}
	if g := c.Spreading[0]; g.Plus != 2 || g.Outlets != 3 || g.Number != 6 || g.Headline != "Grid operator warns of winter shortfall" {
		t.Errorf("spreading: %+v", g)
	}
	if e := c.Changed[0]; e.Old != "Dam repairs delayed to spring" || e.New != "Dam repairs delayed to summer" {
		t.Errorf("changed: %+v", e)
	}
	if want := []string{"Public health"}; !reflect.DeepEqual(c.Quiet, want) {
		t.Errorf("quiet: %q", c.Quiet)
	}
}

func TestReportedOnceThenSpreading(t *testing.T) {
	d := newDesk(t)
	d.add(article{name: "a", title: "A dam breaks", body: "A dam breaks.", outlet: "One"})
	d.match("energy", "a", "dam")
	d.told(1)
	if c := d.compose(); !c.Empty || len(c.Reported) != 0 {
		t.Fatalf("nothing happened, but the edition says %+v", c.Counts)
	}
	for n := 2; n < 5; n++ {
		name := fmt.Sprint("copy", n)
		d.add(article{name: name, title: "A dam breaks", body: "A dam breaks.", outlet: name, copyOf: "a"})
		d.match("energy", name, "dam")
		c := d.compose()
		if c.Counts != (news.EditionCounts{Spreading: 1}) || c.Empty {
			t.Fatalf("edition %d: %+v", n, c.Counts)
		}
		if g := c.Spreading[0]; g.Plus != 1 || g.Outlets != n || g.Number != 1 {
			t.Errorf("edition %d: %+v", n, g)
		}
		if want := []news.Reported{{Group: d.id("a"), Number: 1, Items: n}}; !reflect.DeepEqual(c.Reported, want) {
			t.Errorf("edition %d reports %+v, want %+v", n, c.Reported, want)
		}
		d.told(n)
	}
}

// A story that was told under an id of its own and was then taken over by an older one is not told again.
func TestMergedStoryIsNotToldAgain(t *testing.T) {
	d := newDesk(t)
	d.add(article{name: "older", title: "Older", body: "x", outlet: "One"})
	d.add(article{name: "younger", title: "Younger", body: "x", outlet: "Two"})
	d.match("energy", "younger")
	d.told(1)
	merged := d.stories[d.id("older")]
	merged.Members = append(merged.Members, d.stories[d.id("younger")].Members...)
	d.stories[d.id("younger")] = merged
	d.match("energy", "older")
	c := d.compose()
	if c.Counts.Stories != 0 || c.Counts.Spreading != 1 {
		t.Fatalf("got %+v, want one that spreads", c.Counts)
	}
	if c.Reported[0].Group != d.id("younger") {
		t.Errorf("it is remembered under another id than it was told under")
	}
}

func TestBacklogIsOnlyCounted(t *testing.T) {
	d := newDesk(t)
	d.add(article{name: "old", title: "Old", body: "x", outlet: "One"})
	d.backlog("energy", "old")
	d.backlog("transport", "old")
	d.revise("old", "Old, corrected", now)
	d.event("energy", "old", news.ChangeRevised, false)
	c := d.compose()
	if !c.Empty || c.Counts.Backlog != 1 || c.QuietEdits != 1 || len(c.Reported) != 0 {
		t.Errorf("empty %t, %+v, %d quiet edits, reported %v", c.Empty, c.Counts, c.QuietEdits, c.Reported)
	}
	for _, ref := range d.in.Refs() {
		if ref.N == 0 && ref.Item != d.id("old") {
			t.Errorf("asked for %v", ref)
		}
	}
}

// An old story of the backlog that a new article copies is news: the new article stands for it.
func TestFreshCopyOfBacklogIsTold(t *testing.T) {
	d := newDesk(t)
	d.add(article{name: "old", title: "Old", body: "x", outlet: "One", at: now.AddDate(0, -1, 0)})
	d.backlog("energy", "old")
	d.add(article{name: "new", title: "New", body: "x", outlet: "Two", copyOf: "old", at: now.Add(-time.Hour)})
	d.match("energy", "new")
	c := d.compose()
	if c.Counts.Stories != 1 || c.Sections[0].Stories[0].Headline != "New" || c.Sections[0].Stories[0].Articles != 2 {
		t.Fatalf("%+v", c.Sections)
	}
	if c.Reported[0] != (news.Reported{Group: d.id("old"), Number: 7, Items: 2}) {
		t.Errorf("reported %+v", c.Reported)
	}
}

func TestG11_ArrivalDuringRendering(t *testing.T) {
	d := newDesk(t)
	d.add(article{name: "a", title: "A", body: "x", outlet: "One"})
	d.match("energy", "a")
	to := d.seq
	d.add(article{name: "b", title: "B", body: "x", outlet: "Two", copyOf: "a"})
	d.match("energy", "b") // a copy, matched after the window was chosen
	d.add(article{name: "c", title: "C", body: "x", outlet: "Two"})
	d.match("energy", "c")
	d.in.To = to
	first := d.compose()
	st := first.Sections[0].Stories
	if len(st) != 1 || st[0].Articles != 1 || st[0].Outside != 0 {
		t.Fatalf("the first edition tells %+v", st)
	}
	for _, r := range first.Reported {
		d.past[r.Group] = r
	}
	d.in.From, d.in.To = to, d.seq
	second := d.compose()
	if second.Counts != (news.EditionCounts{Stories: 1, Articles: 1, Spreading: 1}) || second.Sections[0].Stories[0].Headline != "C" || second.Spreading[0].Plus != 1 {
		t.Errorf("the second edition tells %+v", second)
	}
}

func TestG14_EmptyWindow(t *testing.T) {
	d := newDesk(t)
	d.section("energy")
	c := d.compose()
	if !c.Empty {
		t.Fatal("not empty")
	}
	r, err := Render(c)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Morning briefing: nothing new — Fri 20 Nov 2026"; r.Subject != want {
		t.Errorf("subject %q, want %q", r.Subject, want)
	}
}

func TestForgottenAndUnmatchedAreCounted(t *testing.T) {
	d := newDesk(t)
	for _, name := range []string{"gone", "changed", "stays"} {
		d.add(article{name: name, title: name, body: "x", outlet: "One"})
		d.match("energy", name)
	}
	d.revs[Ref{Item: d.id("gone")}] = news.Item{}
	d.matches[d.id("changed")] = nil
	c := d.compose()
	if c.Counts.Stories != 1 || c.Withdrawn != 2 || c.Sections[0].Stories[0].Headline != "stays" {
		t.Errorf("%d withdrawn, %+v", c.Withdrawn, c.Sections)
	}
}

func TestAboveTheLimit(t *testing.T) {
	at := many(t, MaxFull).compose()
	if at.Capped || len(at.Sections[0].Stories)+len(at.Sections[1].Stories) != MaxFull {
		t.Errorf("%d stories are already capped", MaxFull)
	}
	c := many(t, MaxFull+31).compose()
	shown, total := 0, 0
	for _, s := range c.Sections {
		shown += len(s.Stories)
		total += s.Total
	}
	if !c.Capped || shown != Top || total != MaxFull+31 || c.Counts.Stories != total {
		t.Errorf("capped %t: %d of %d shown, %d counted", c.Capped, shown, total, c.Counts.Stories)
	}
	if len(c.Reported) != total {
		t.Errorf("%d of %d are remembered as told", len(c.Reported), total)
	}
}

func TestWelcome(t *testing.T) {
	d := newDesk(t)
	for i := range Top + 5 {
		name := fmt.Sprint("b", i)
		d.add(article{name: name, title: name, body: "x", outlet: "One", at: now.Add(-time.Duration(i) * time.Hour)})
		d.backlog("energy", name)
	}
	d.section("energy").Older = 100
	d.in.Kind, d.in.Number, d.in.Since = Welcome, 0, time.Time{}
	c := d.compose()
	if c.Counts.Stories != Top || c.Counts.Backlog != 105 || c.Empty {
		t.Fatalf("%+v", c.Counts)
	}
	if first := c.Sections[0].Stories[0].Headline; first != "b0" {
		t.Errorf("the newest is %q", first)
	}
	if len(c.Reported) != Top {
		t.Errorf("%d reported", len(c.Reported))
	}
}

func TestWatchesThatFoldAndThatDoNot(t *testing.T) {
	for _, order := range [][2]string{{"energy", "items"}, {"items", "energy"}} {
		d := newDesk(t)
		d.section(order[0])
		d.section(order[1])
		d.section("items").ByItem = true
		d.add(article{name: "a", title: "A", body: "x", outlet: "One"})
		d.add(article{name: "b", title: "B", body: "x", outlet: "Two", copyOf: "a"})
		for _, watch := range order {
			d.match(watch, "a")
			d.match(watch, "b")
		}
		c := d.compose()
		if len(c.Sections) != 1 || c.Sections[0].Watch != order[0] || c.Counts.Articles != 2 {
			t.Errorf("%v: %+v", order, c.Sections)
			continue
		}
		for _, s := range c.Sections[0].Stories {
			if len(s.AlsoIn) == 0 {
				t.Errorf("%v: %s does not say that the other watch has it", order, s.Headline)
			}
		}
	}
}

// However events arrive in windows, every announced item is told in exactly one edition: in full, or as growth of a
// story told in full before.
func TestEveryStoryInExactlyOneEdition(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := newDesk(t)
		toldFull := make(map[news.ItemID]int)
		grown, announced, articles := 0, 0, 0
		var names []string
		for edition := 1; edition <= rapid.IntRange(1, 5).Draw(rt, "editions"); edition++ {
			for range rapid.IntRange(0, 6).Draw(rt, "arrivals") {
				name := fmt.Sprint("n", len(names))
				a := article{name: name, title: name, body: "words of " + name, outlet: fmt.Sprint("o", rapid.IntRange(0, 3).Draw(rt, "outlet"))}
				if len(names) > 0 && rapid.Bool().Draw(rt, "copy") {
					a.copyOf = rapid.SampledFrom(names).Draw(rt, "of")
				}
				d.add(a)
				names = append(names, name)
				watches := rapid.SampledFrom([][]string{{"energy"}, {"transport"}, {"energy", "transport"}}).Draw(rt, "watches")
				for _, w := range watches {
					d.match(w, name)
				}
				announced++
			}
			d.in.To, d.in.Number = d.seq, edition
			c := d.compose()
			if again := d.compose(); !reflect.DeepEqual(c, again) {
				rt.Fatal("two compositions of one input differ")
			}
			for _, s := range c.Sections {
				for _, st := range s.Stories {
					toldFull[st.Group]++
				}
			}
			articles += c.Counts.Articles
			for _, g := range c.Spreading {
				grown += g.Plus
			}
			d.told(edition)
		}
		for g, n := range toldFull {
			if n != 1 {
				rt.Fatalf("%s was told in full %d times", g, n)
			}
		}
		if articles+grown != announced {
			rt.Fatalf("%d told + %d grown, but %d became relevant", articles, grown, announced)
		}
	})
}

func TestWhen(t *testing.T) {
	at := time.Date(2026, 11, 20, 5, 14, 0, 0, time.UTC)
	seen := at.Add(30 * time.Minute)
	for _, c := range []struct {
		published time.Time
		certainty news.Certainty
		want      string
	}{
		{at, news.CertaintyExact, "06:14"},
		{at.AddDate(0, 0, -1), news.CertaintyExact, "Thu 19 Nov 06:14"},
		{at.AddDate(-1, 0, 0), news.CertaintyExact, "Thu 20 Nov 2025 06:14"},
		{at, news.CertaintyZone, "06:14 (zone assumed)"},
		{at, news.CertaintyInferred, "06:14 (inferred)"},
		{time.Date(2026, 11, 19, 0, 0, 0, 0, time.UTC), news.CertaintyDay, "Thu 19 Nov, day only"},
		{time.Time{}, news.CertaintyNone, "seen 06:44"},
		{at.AddDate(0, 1, 0), news.CertaintyExact, "dated Sun 20 Dec 06:14, seen 06:44"},
	} {
		b := newBuilder(&Input{Now: now, Location: berlin(t)})
		it := news.Item{Seen: seen, Revision: news.Revision{Published: news.Stamp{Time: c.published, Certainty: c.certainty}}}
		if got := b.when(&it); got != c.want {
			t.Errorf("%v %s: got %q, want %q", c.published, c.certainty, got, c.want)
		}
	}
}

func TestWindow(t *testing.T) {
	loc := berlin(t)
	summer := time.Date(2026, 7, 3, 5, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		in   Input
		want string
	}{
		{Input{Now: now, Since: now.Add(-24 * time.Hour), Location: loc}, "Thu 19 Nov 07:00 to Fri 20 Nov 07:00 (Europe/Berlin, CET)"},
		{Input{Now: summer, Since: summer.Add(-24 * time.Hour), Location: loc}, "Thu 2 Jul 07:00 to Fri 3 Jul 07:00 (Europe/Berlin, CEST)"},
		{Input{Now: now, Since: now.AddDate(-1, 0, 0)}, "Thu 20 Nov 2025 06:00 to Fri 20 Nov 2026 06:00 (UTC)"},
		{Input{Now: now}, "Everything new until Fri 20 Nov 06:00 (UTC)"},
		{Input{Now: now, Kind: Welcome, Location: time.FixedZone("", 3*3600)}, "What was there on Fri 20 Nov 09:00 (UTC+03:00)"},
	} {
		if got := newBuilder(&c.in).window(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestDays(t *testing.T) {
	loc := berlin(t)
	days := Days([]time.Time{
		now, now.Add(-8 * time.Hour), // 23:00 the evening before, in Berlin
		now.AddDate(0, 0, -14), now.AddDate(0, 0, 1),
	}, now, loc, ChartDays)
	if len(days) != ChartDays || days[13].Count != 1 || days[12].Count != 1 {
		t.Fatalf("%+v", days)
	}
	total := 0
	for _, d := range days {
		total += d.Count
	}
	if total != 2 {
		t.Errorf("times outside are counted: %d", total)
	}
	// A zone whose midnight does not exist on the day of the clock change.
	cairo, err := time.LoadLocation("Africa/Cairo")
	if err != nil {
		t.Skip("no zone Africa/Cairo")
	}
	noon := time.Date(2026, 4, 25, 12, 0, 0, 0, cairo)
	seen := make(map[string]bool)
	for _, b := range bars(Days(nil, noon, cairo, ChartDays), cairo) {
		seen[b.Label] = true
	}
	if len(seen) != ChartDays {
		t.Errorf("days are missing or doubled: %v", seen)
	}
}
