package digest

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"mediawatch/news"
	"mediawatch/text"
)

// tell writes the story of g: its lead is the first of its members that became relevant in this window.
func (b *builder) tell(g *group) {
	g.lead = b.leadOf(g)
	it := &g.lead
	s := Story{
		Group: g.key.id, Headline: b.headline(it), URL: b.address(it), Outlet: outlet(it),
		When: b.when(it), Lang: it.Lang, Articles: len(g.matching), Outlets: b.outlets(g.matching), Outside: g.outside,
	}
	s.Hits = hits(it, b.evidence(g, it.ID))
	b.also(g, &s)
	for _, r := range g.revised {
		if it := b.in.Items[Ref{Item: r.item}]; !it.ID.IsZero() {
			s.Edits = append(s.Edits, b.edit(r, &it))
		}
	}
	g.story1 = s
}

// leadOf returns the item that stands for g: the first fresh one, for a watch's reader has not seen the earlier ones.
func (b *builder) leadOf(g *group) news.Item {
	ids := g.matching
	if _, told := b.reported(g); !told {
		ids = g.fresh
	}
	var lead news.Item
	for _, id := range ids {
		it := b.in.Items[Ref{Item: id}]
		if it.ID.IsZero() {
			continue
		}
		if lead.ID.IsZero() || it.Seq < lead.Seq {
			lead = it
		}
	}
	return lead
}

// also names the other outlets of g, each once, and says who printed a shorter or a longer text.
func (b *builder) also(g *group, s *Story) {
	seen := map[string]bool{s.Outlet: true}
	relations := g.story.RelationsTo(g.lead.ID)
	for _, id := range g.matching {
		it := b.in.Items[Ref{Item: id}]
		if it.ID.IsZero() || it.ID == g.lead.ID {
			continue
		}
		name := outlet(&it)
		if seen[name] {
			continue
		}
		seen[name] = true
		if len(s.Also) == MaxAlso {
			s.MoreAlso++
			continue
		}
		s.Also = append(s.Also, Also{Outlet: name, URL: b.address(&it), Note: lengthNote(relations[id])})
	}
}

// lengthNote says that a copy is shorter or longer than the text that is shown.
func lengthNote(r news.Relation) string {
	switch r {
	case news.Abridges:
		return "shortened"
	case news.AbridgedBy:
		return "longer"
	}
	return ""
}

// evidence returns why item matched: the evidence of the section's own watch first.
func (b *builder) evidence(g *group, item news.ItemID) []news.Evidence {
	var own, other []news.Evidence
	for _, m := range b.in.Matches[item] {
		switch {
		case m.Watch == b.in.Sections[g.section].Watch:
			own = append(own, m.Evidence...)
		case b.watches[m.Watch] && slices.ContainsFunc(g.alsoIn, func(i int) bool { return b.in.Sections[i].Watch == m.Watch }):
			other = append(other, m.Evidence...)
		}
	}
	return append(own, other...)
}

// edit says how it was changed in the window.
func (b *builder) edit(r revised, it *news.Item) Edit {
	e := Edit{When: b.clock(it.At), Outlet: outlet(it), New: b.headline(it), URL: b.address(it), Times: r.times}
	if old := b.in.Items[Ref{Item: r.item, N: r.first - 1}]; r.first > 1 && !old.ID.IsZero() {
		if was := text.Line(old.Title); was != "" && was != e.New {
			e.Old = was
		}
	}
	return e
}

// outlets counts the different known outlets of items; unknown is never equal to unknown, and not counted. It is at least 1.
func (b *builder) outlets(items []news.ItemID) int {
	names := make(map[string]bool)
	for _, id := range items {
		if it := b.in.Items[Ref{Item: id}]; it.Outlet != "" {
			names[it.Outlet] = true
		}
	}
	return max(1, len(names))
}

// headline returns the title of it, or when it has none its first words.
func (b *builder) headline(it *news.Item) string { return headlineOf(it) }

// noHeadline stands for the headline of an article without any words.
const noHeadline = "(without a headline)"

func headlineOf(it *news.Item) string {
	if t := text.Line(it.Title); t != "" {
		return t
	}
	if first := text.Line(text.FirstParagraph(it.HTML())); first != "" {
		return text.Truncate(first, 90)
	}
	return noHeadline
}

// address returns where a reader finds it: its own address, else its page.
func (b *builder) address(it *news.Item) string {
	if address := webAddress(it); address != "" {
		return address
	}
	if b.in.Links.Items != "" && !it.ID.IsZero() {
		return b.in.Links.Items + it.ID.String()
	}
	return ""
}

// outlet returns who published it, in words; the host when nobody knows.
func outlet(it *news.Item) string {
	if name := text.Line(it.Outlet); name != "" {
		return name
	}
	if u, err := url.Parse(it.URL); err == nil && u.Hostname() != "" {
		return strings.TrimPrefix(u.Hostname(), "www.")
	}
	return "unknown outlet"
}

// head fills what stands around the stories.
func (b *builder) head() Composed {
	in := b.in
	now := in.Now.In(b.loc)
	out := Composed{
		Digest: in.Digest, Title: cmp.Or(text.Line(in.Title), in.Digest), Number: in.Number, Kind: in.Kind,
		Now: now, Date: now.Format("Monday 2 January 2006"), Window: b.window(),
		Chart: bars(in.Chart, b.loc), Links: in.Links, Version: in.Version,
	}
	for _, s := range in.Silent {
		out.Silent = append(out.Silent, text.Line(s))
	}
	for _, s := range in.Trouble {
		out.Trouble = append(out.Trouble, text.Line(s))
	}
	for _, f := range in.Failed {
		f.Date = f.Date.In(b.loc)
		f.Answer = text.Line(f.Answer)
		out.Failed = append(out.Failed, f)
	}
	return out
}

// window says what the edition covers, with the time zone.
func (b *builder) window() string {
	const layout = "Mon 2 Jan 15:04"
	now := b.in.Now.In(b.loc)
	end := now.Format(layout) + " (" + zoneName(now) + ")"
	switch {
	case b.in.Kind == Welcome:
		return "What was there on " + end
	case b.in.Since.IsZero():
		return "Everything new until " + end
	}
	since := b.in.Since.In(b.loc)
	if since.Year() != now.Year() {
		return since.Format("Mon 2 Jan 2006 15:04") + " to " + now.Format("Mon 2 Jan 2006 15:04") + " (" + zoneName(now) + ")"
	}
	return since.Format(layout) + " to " + end
}

// zoneName names the zone of t and, where the zone has one, its abbreviation: "Europe/Berlin, CET", "UTC".
func zoneName(t time.Time) string {
	name, _ := t.Zone()
	loc := t.Location().String()
	switch {
	case loc == "" || loc == "Local":
		return "UTC" + t.Format("-07:00")
	case loc == name:
		return name
	case name == "" || name[0] == '+' || name[0] == '-':
		return loc + ", UTC" + t.Format("-07:00")
	}
	return loc + ", " + name
}

// when says when it was published, in local time, and how far that can be trusted.
func (b *builder) when(it *news.Item) string {
	p := it.Published
	switch {
	case p.IsZero() || p.Certainty == news.CertaintyNone:
		return "seen " + b.clock(it.Seen)
	case p.Certainty == news.CertaintyDay:
		day := p.Time.UTC() // the day as printed: it has no zone to convert from
		if day.Year() != b.in.Now.In(b.loc).Year() {
			return day.Format("Mon 2 Jan 2006") + ", day only"
		}
		return day.Format("Mon 2 Jan") + ", day only"
	case !it.Seen.IsZero() && p.Time.After(it.Seen):
		return "dated " + b.clock(p.Time) + ", seen " + b.clock(it.Seen)
	case p.Certainty == news.CertaintyZone:
		return b.clock(p.Time) + " (zone assumed)"
	case p.Certainty == news.CertaintyInferred:
		return b.clock(p.Time) + " (inferred)"
	}
	return b.clock(p.Time)
}

// clock returns a local time as short as it stays clear: "09:12", "Thu 19 Nov 18:20", "Wed 31 Dec 2025 23:10".
func (b *builder) clock(t time.Time) string {
	t = t.In(b.loc)
	now := b.in.Now.In(b.loc)
	switch {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		return t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("Mon 2 Jan 15:04")
	}
	return t.Format("Mon 2 Jan 2006 15:04")
}

// bars scales days to eight levels.
func bars(days []Day, loc *time.Location) []Bar {
	most := 0
	for _, d := range days {
		most = max(most, d.Count)
	}
	var out []Bar
	for _, d := range days {
		// A day's first instant is noted; where midnight does not exist it lies on the day before.
		bar := Bar{Label: d.Date.In(loc).Add(2 * time.Hour).Format("Mon 2 Jan"), Count: d.Count}
		if d.Count > 0 {
			bar.Level = max(1, (d.Count*8+most/2)/most)
		}
		out = append(out, bar)
	}
	return out
}

// webAddress is the address of an item if a reader can follow it, else "".
func webAddress(it *news.Item) string {
	if u, err := url.Parse(it.URL); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
		return u.String()
	}
	return ""
}
