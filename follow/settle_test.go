package follow_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mediawatch/dedupe"
	"mediawatch/follow"
	"mediawatch/news"
	"mediawatch/store"
)

// underSite is a text with the lines that a made-up outlet and its owner put under everything.
func underSite(outlet, text string) string {
	return text + "</p><p>" + long("about-"+outlet, 0, 3) + "</p><p>" + long("group", 0, 4)
}

// sited is an article between the lines of its outlet, on a day of its own.
func sited(outlet, topic string, day int) article {
	return article{
		feed: outlet, guid: topic, outlet: outlet, title: "About " + topic, text: underSite(outlet, long(topic, 0, 5)), url: "https://" + outlet + ".example/" + topic,
		at: time.Duration(day) * 24 * time.Hour,
	}
}

func (h *house) settle() int {
	h.t.Helper()
	n, err := h.linker.Settle(context.Background(), start)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) boilerplate() []store.Boilerplate {
	h.t.Helper()
	list, err := h.store.Boilerplate(context.Background(), "", 0)
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

// Two outlets of one owner print the same lines under different texts. Step by step they are taken for one story; what
// settle learns takes them apart, finds the copy that the lines hid, and holds from then on, also in a new process.
func TestSettleLearnsTheLinesOfSites(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "s.db"))
	for day, topic := range []string{"cranes", "ferries", "roads", "bridges"} {
		h.append(sited("north", topic, day).document(), sited("south", "other-"+topic, day).document())
	}
	copied := sited("south", "cranes", 4)
	copied.title, copied.text = "Cranes in brief", underSite("south", long("cranes", 0, 3))
	h.append(copied.document())
	h.catchUp()
	h.settle()
	learned := h.boilerplate()
	if len(learned) != 2 || learned[0].Outlet != "north" || len(learned[0].Lines) != 2 || learned[0].Lines[0].Version != 1 {
		t.Fatalf("learned %+v, want two lines of each outlet in version 1", learned)
	}
	want := map[string]bool{"cranes north, cranes south": true}
	for _, topic := range []string{"ferries", "roads", "bridges"} {
		want[topic+" north"] = true
	}
	for _, topic := range []string{"cranes", "ferries", "roads", "bridges"} {
		want["other-"+topic+" south"] = true
	}
	check := func(when string) {
		t.Helper()
		got := h.stories()
		if len(got) != len(want) {
			t.Errorf("%s: stories %q, want %v", when, got, want)
		}
		for _, s := range got {
			if !want[s] {
				t.Errorf("%s: story %q is none", when, s)
			}
		}
	}
	check("settled")
	head, err := h.store.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if n := h.settle(); n != 0 || len(h.boilerplate()) != 2 {
		t.Errorf("settling again moves %d", n)
	}
	if again, err := h.store.Head(context.Background()); err != nil || again != head {
		t.Errorf("settling again tells of %d events (%v)", again-head, err)
	}
	for i, topic := range []string{"tunnels", "canals"} { // a step knows them now
		if i == 1 {
			h.items = follow.NewItems(h.store)
			h.linker = follow.NewLinker(h.store, h.items, dedupe.Window{})
		}
		h.append(sited("north", topic, 5).document(), sited("south", "other-"+topic, 5).document())
		h.catchUp()
		want[topic+" north"], want["other-"+topic+" south"] = true, true
		check("arrived later: " + topic)
	}
	if err := follow.Reset(context.Background(), h.store, nil); err != nil {
		t.Fatal(err)
	}
	h.catchUp()
	check("set back")
}

// It is time to settle at first, after five hundred events, after the linker was set back, and every night.
func TestSettleDue(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "s.db"))
	now := start
	due := func(when string, want, daily bool) {
		t.Helper()
		for grown, want := range map[bool]bool{true: want, false: daily} {
			if got, err := h.linker.SettleDue(context.Background(), now, grown); err != nil || got != want {
				t.Errorf("%s: due %v (%v), want %v; grown %v", when, got, err, want, grown)
			}
		}
	}
	add := func(from, to int) {
		var docs []store.Document
		for i := from; i < to; i++ {
			docs = append(docs, article{feed: "f", guid: fmt.Sprint(i), title: fmt.Sprint("No ", i), text: long(fmt.Sprint("topic", i), 0, 2)}.document())
		}
		h.append(docs...)
		h.catchUp()
	}
	due("before the linker ever stepped", false, false)
	add(0, 10)
	due("never settled", true, false)
	now = time.Date(2026, 11, 3, 2, 39, 0, 0, time.UTC)
	due("before the first night is over", true, false)
	now = now.Add(time.Minute)
	due("after the first night", true, true)
	now = start
	h.settle()
	due("just settled", false, false)
	now = start.Add(24 * time.Hour)
	due("nothing new for a day", false, false)
	now = start
	add(10, 200)
	due("a little more", false, false)
	now = start.Add(24 * time.Hour)
	due("a little more on the next day", true, true)
	now = start
	add(200, 600)
	due("much more", true, false)
	h.settle()
	due("settled again", false, false)
	if err := follow.Reset(context.Background(), h.store, nil); err != nil {
		t.Fatal(err)
	}
	due("not caught up", false, false)
	h.catchUp()
	due("recomputed", true, false)
}

// stories is who belongs together: topics and outlets of each story.
func (h *house) stories() []string {
	h.t.Helper()
	ctx := context.Background()
	all, err := h.store.Stories(ctx, allItems(h.t, h))
	if err != nil {
		h.t.Fatal(err)
	}
	seen := make(map[news.ItemID]bool)
	var out []string
	for _, s := range all {
		if seen[s.ID] {
			continue
		}
		seen[s.ID] = true
		var names []string
		for _, m := range s.Members {
			items, err := h.store.Items(ctx, []store.Ref{{Item: m.Item}})
			if err != nil {
				h.t.Fatal(err)
			}
			names = append(names, items[0].Identity+" "+items[0].Outlet)
		}
		out = append(out, strings.Join(names, ", "))
	}
	return out
}

// TestAThousandOrders lets one set of items, copies and briefs between the lines of their sites, arrive in many orders,
// batches and settlings, with crashes and recomputations: they end in one partition.
func TestAThousandOrders(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand orders take half a minute")
	}
	var all []article
	for i, topic := range []string{"cranes", "ferries", "roads", "bridges", "tunnels"} {
		for j, outlet := range []string{"north", "south", "west"} {
			a := sited(outlet, topic, (i+j)%5)
			a.title = fmt.Sprint(topic, " seen from the ", outlet)
			a.text = underSite(outlet, forms[1+(i+j)%(len(forms)-1)](topic))
			all = append(all, a)
		}
	}
	all = append(all, article{feed: "wire", guid: "1", title: "Cranes", text: long("cranes", 0, 6)}, article{feed: "wire", guid: "2", title: "Roads", text: long("roads", 2, 12)})
	want := ""
	rapid.Check(t, func(rt *rapid.T) { // a hundred times
		for range 10 {
			got := settled(rt, t, rapid.Permutation(all).Draw(rt, "order"))
			if want == "" {
				want = got
			} else if got != want {
				rt.Fatalf("%s\nwant\n%s", got, want)
			}
		}
	})
	t.Logf("%d stories", strings.Count(want, "\n")+1)
}

// Steps go on while the window is settled: nothing that they link is lost, and settling once more makes it what it is without them.
func TestStepsBesideSettle(t *testing.T) {
	quiet, busy := open(t, filepath.Join(t.TempDir(), "s.db")), open(t, filepath.Join(t.TempDir(), "s.db"))
	var all []article
	for i := range 120 {
		topic := fmt.Sprintf("topic%c", 'a'+i%24)
		a := sited([]string{"north", "south", "west"}[i%3], fmt.Sprint(topic, i), i%7)
		a.text = underSite(a.outlet, forms[1+i%(len(forms)-1)](topic))
		all = append(all, a)
	}
	for _, a := range all {
		quiet.append(a.document())
		quiet.catchUp()
	}
	quiet.settle()

	done := make(chan struct{})
	var settling sync.WaitGroup
	settling.Go(func() {
		for n := 0; ; n++ {
			if _, err := busy.linker.Settle(context.Background(), start); err != nil {
				t.Error(err)
			}
			select {
			case <-done:
				t.Logf("settled %d times beside the steps", n)
				return
			default:
			}
		}
	})
	for _, a := range all {
		busy.append(a.document())
		if _, err := busy.linker.Step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	settling.Wait()
	busy.catchUp()
	busy.settle()
	if got, want := partitionOf(t, busy), partitionOf(t, quiet); got != want {
		t.Fatalf("%s\nwant\n%s", got, want)
	}
}
