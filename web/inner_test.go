package web

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mediawatch/follow"
	"mediawatch/news"
	"mediawatch/query"
)

// TestNamesOfOtherPackages holds names that are written twice, because no import may go sideways.
func TestNamesOfOtherPackages(t *testing.T) {
	if allWatch != follow.All {
		t.Error("the followers have other names")
	}
}

func apply(edits []edit) (old, new string) {
	for _, e := range edits {
		if !e.Added {
			old += e.Text
		}
		if !e.Removed {
			new += e.Text
		}
	}
	return old, new
}

func TestCompare(t *testing.T) {
	long := strings.Repeat("word ", 40)
	for name, c := range map[string]struct {
		old, new string
		want     []edit
	}{
		"equal":    {"a b", "a  b\n", nil},
		"word":     {"the old town", "the new town", []edit{{Text: "the "}, {Text: "old ", Removed: true}, {Text: "new ", Added: true}, {Text: "town "}}},
		"appended": {"one", "one two", []edit{{Text: "one "}, {Text: "two ", Added: true}}},
		"emptied":  {"one", "", []edit{{Text: "one ", Removed: true}}},
		"cut":      {long + "x " + long, long + "y " + long, []edit{{Text: "… " + strings.Repeat("word ", 8)}, {Text: "x ", Removed: true}, {Text: "y ", Added: true}, {Text: strings.Repeat("word ", 8) + "… "}}},
		"unspaced": {"東京の港", "東京の空港", []edit{{Text: "東京の"}, {Text: "空", Added: true}, {Text: "港 "}}},
	} {
		if diff := cmp.Diff(c.want, compare(c.old, c.new)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestCompareTellsBothTexts(t *testing.T) {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 10)
	rapid.Check(t, func(t *rapid.T) {
		a, b := strings.Join(words.Draw(t, "old"), " "), strings.Join(words.Draw(t, "new"), " ")
		edits := compare(a, b)
		if a == b {
			if edits != nil {
				t.Fatalf("equal texts give %v", edits)
			}
			return
		}
		old, new := apply(edits)
		if strings.TrimSpace(old) != a || strings.TrimSpace(new) != b {
			t.Fatalf("%q → %q is told as %q → %q", a, b, old, new)
		}
	})
}

func TestCompareOfVeryMuchIsQuick(t *testing.T) {
	a, b := strings.Repeat("a b c ", 10_000), strings.Repeat("c d ", 10_000)
	if edits := compare(a, b); len(edits) != 2 || !edits[0].Removed || !edits[1].Added {
		t.Errorf("%d edits", len(edits))
	}
}

func quotesOf(t *testing.T, src, title, body string) []string {
	t.Helper()
	q, err := query.Parse(src, query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	doc := query.NewDocument(&news.Item{Revision: news.Revision{Title: title, Content: body, Lang: "en"}}, query.Facts{})
	_, evidence := q.Match(doc)
	var out []string
	for _, pieces := range quotes(doc, title, evidence) {
		var b strings.Builder
		writePieces(&b, pieces)
		out = append(out, b.String())
	}
	return out
}

func TestQuotes(t *testing.T) {
	long := strings.Repeat("filler words here ", 30)
	for name, c := range map[string]struct {
		query, title, body string
		want               []string
	}{
		"bold":              {"harbour", "", "<p>A dry day. The <i>harbour</i> &amp; town. Rain.</p>", []string{"The <b>harbour</b> &amp; town."}},
		"two in a sentence": {"harbour AND town", "", "<p>The harbour and the town.</p>", []string{"The <b>harbour</b> and the <b>town</b>."}},
		"at most two":       {"harbour", "", "<p>Harbour one. Harbour two. Harbour three.</p>", []string{"<b>Harbour</b> one.", "<b>Harbour</b> two."}},
		"in order of text":  {"town OR harbour", "", "<p>The harbour. The town.</p>", []string{"The <b>harbour</b>.", "The <b>town</b>."}},
		"headline only":     {"harbour", "The harbour", "<p>Rain.</p>", nil},
		"headline repeated": {"harbour", "The harbour", "<p>The harbour</p><p>Rain on the harbour.</p>", []string{"Rain on the <b>harbour</b>."}},
		"a fact":            {"lang:en", "", "<p>Harbour.</p>", nil},
		"markup in words":   {"harbour", "", "<p>The harbour &lt;script&gt; x.</p>", []string{"The <b>harbour</b> &lt;script&gt; x."}},
	} {
		if diff := cmp.Diff(c.want, quotesOf(t, c.query, c.title, c.body)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	cut := quotesOf(t, "harbour", "", "<p>"+long+"the harbour "+long+"</p>")
	if len(cut) != 1 || !strings.HasPrefix(cut[0], "… ") || !strings.HasSuffix(cut[0], " …") || !strings.Contains(cut[0], " the <b>harbour</b> filler") || len(cut[0]) > maxQuoted+50 {
		t.Errorf("a long sentence is cut to %q", cut)
	}
}

func TestQuotesNeverBreakCharacters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		filler := rapid.StringMatching(`[éü 東京…a]{0,300}`)
		body := filler.Draw(t, "before") + " harbour " + filler.Draw(t, "after")
		q, err := query.Parse("harbour", query.Options{})
		if err != nil {
			t.Fatal(err)
		}
		doc := query.NewDocument(&news.Item{Revision: news.Revision{Content: "<p>" + body + "</p>"}}, query.Facts{})
		_, evidence := q.Match(doc)
		for _, pieces := range quotes(doc, "", evidence) {
			if s := plainPieces(pieces); s != strings.ToValidUTF8(s, "") || !strings.Contains(s, "harbour") {
				t.Fatalf("%q", s)
			}
		}
	})
}

func TestOldEvidenceMarksNothing(t *testing.T) {
	doc := query.NewDocument(&news.Item{Revision: news.Revision{Content: "<p>Short now.</p>"}}, query.Facts{})
	evidence := []news.Evidence{{Field: "body", Start: 400, End: 407, Words: "harbour"}, {Field: "body", Start: 0, End: 5, Words: "Other"}, {Field: "body", Start: -1, End: 3, Words: "x"}}
	if q := quotes(doc, "", evidence); len(q) != 0 {
		t.Errorf("quotes %v", q)
	}
	if diff := cmp.Diff([]piece{{Text: "Short now."}}, markField(doc, "body", []news.Match{{Evidence: evidence}})); diff != "" {
		t.Error(diff)
	}
}

func TestWhen(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	now := time.Date(2026, 11, 20, 0, 30, 0, 0, berlin)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{now.Add(-10 * time.Minute), "00:20"}, {now.Add(-time.Hour), "19 Nov, 23:30"}, {now.AddDate(-1, 0, 0), "20 Nov 2025, 00:30"},
		{time.Date(2026, 11, 19, 23, 10, 0, 0, time.UTC), "00:10"},
	} {
		if got := whenOf(c.at, now).Short; got != c.want {
			t.Errorf("%v is shown as %q, want %q", c.at, got, c.want)
		}
	}
	if whenOf(time.Time{}, now) != nil {
		t.Error("no time is shown")
	}
	day := news.Stamp{Time: time.Date(2026, 11, 19, 0, 0, 0, 0, time.UTC), Certainty: news.CertaintyDay}
	if w := stampWhen(day, now); w.Short != "19 Nov 2026" || w.ISO != "2026-11-19" {
		t.Errorf("a day is shown as %+v", w)
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Hour: "hour", 90 * time.Minute: "90 minutes", 48 * time.Hour: "2 days", 45 * time.Second: "45 seconds"} {
		if got := spoken(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	now := time.Now()
	for d, want := range map[time.Duration]string{-time.Hour: "just now", 61 * time.Second: "1 minute ago", 3 * time.Hour: "3 hours ago", 72 * time.Hour: "3 days ago"} {
		if got := ago(now.Add(-d), now); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestRoot(t *testing.T) {
	for path, want := range map[string]string{"/": "./", "": "./", "/search": "./", "/watches/": "../", "/watches/x": "../", "/digests/a/1": "../../"} {
		if got := rootOf(path); got != want {
			t.Errorf("from %s the root is %s, want %s", path, got, want)
		}
	}
}
