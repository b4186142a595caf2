package follow_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mediawatch/follow"
	"mediawatch/news"
)

// TestT08A3_AWatchThatReturnsIsMatchedOverWhatItMissed takes a watch out of the configuration, in the running program
// and over a restart, and puts it back with the same query.
func TestT08A3_AWatchThatReturnsIsMatchedOverWhatItMissed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	ports, everything := watch(t, "ports", "ferries"), follow.Watch{Name: follow.All, Version: "all"}
	h := open(t, path, ports)
	h.append(ferry(1).document())
	h.catchUp()

	h.matcher.SetWatches([]follow.Watch{everything})
	h.append(ferry(2).document(), ferry(3).document())
	h.catchUp()
	h.matcher.SetWatches([]follow.Watch{everything, ports})
	h.append(ferry(4).document())
	h.catchUp()
	if got, want := told(t, h, "ports"), "1 new, 4 new, 2 older, 3 older"; got != want {
		t.Errorf("after a reload the watch has %s, want %s", got, want)
	}

	reopen := func(watches ...follow.Watch) {
		if err := h.store.Close(); err != nil {
			t.Fatal(err)
		}
		h = open(t, path, watches...)
	}
	reopen()
	h.append(ferry(5).document())
	h.catchUp()
	reopen()
	h.append(ferry(6).document())
	h.catchUp()
	reopen(ports)
	h.catchUp()
	if got, want := told(t, h, "ports"), "1 new, 4 new, 2 older, 3 older, 5 older, 6 older"; got != want {
		t.Errorf("after a restart the watch has %s, want %s", got, want)
	}
}

// TestT08A3_AnyComingAndGoingOfWatchesMissesNothing compares a watch that comes and goes at random with one of the same
// query that was always there.
func TestT08A3_AnyComingAndGoingOfWatchesMissesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(t.TempDir(), "s.db")
		steady, guest := watch(t, "steady", "ferries"), watch(t, "guest", "ferries")
		h := open(t, path, steady, guest)
		n := 0
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			switch rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0, 1:
				n++
				h.append(ferry(n).document())
			case 2:
				if n > 0 { // an edit
					a := ferry(rapid.IntRange(1, n).Draw(rt, "edited"))
					a.text += fmt.Sprintf(" Correction %d.", rapid.IntRange(1, 3).Draw(rt, "edit"))
					h.append(a.document())
				}
			case 3:
				step(t, h, rapid.IntRange(1, 3).Draw(rt, "rounds"))
			case 4:
				h.matcher.SetWatches([]follow.Watch{steady})
				step(t, h, rapid.IntRange(0, 3).Draw(rt, "rounds"))
			case 5:
				h.matcher.SetWatches([]follow.Watch{steady, guest})
				step(t, h, rapid.IntRange(0, 3).Draw(rt, "rounds"))
			}
		}
		h.matcher.SetWatches([]follow.Watch{steady, guest})
		h.catchUp()
		matched := func(name string) map[news.ItemID]int {
			out := make(map[news.ItemID]int)
			for _, m := range matchesOf(t, h, name) {
				out[m.Item] = len(m.Evidence)
			}
			return out
		}
		if diff := cmp.Diff(matched("steady"), matched("guest")); diff != "" {
			rt.Fatalf("the watch that came and went (+) and the one that stayed (-) differ:\n%s", diff)
		}
		if err := h.store.Close(); err != nil {
			rt.Fatal(err)
		}
	})
}

// step lets the followers take a few steps, whether they have caught up by then or not.
func step(t *testing.T, h *house, rounds int) {
	t.Helper()
	for range rounds {
		for _, f := range []follow.Follower{h.linker, h.matcher} {
			if _, err := f.Step(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// ferry is an article about ferries, with words of its own.
func ferry(n int) article {
	return article{
		feed: "f", guid: fmt.Sprint(n), outlet: "A", title: fmt.Sprintf("Ferries %d", n), text: prose(fmt.Sprintf("ferries pier%d", n)),
		at: time.Duration(n) * time.Minute,
	}
}

// told is the log of a watch: which articles it got, in order, and whether they were announced.
func told(t *testing.T, h *house, watch string) string {
	t.Helper()
	events, err := h.store.MatchEvents(context.Background(), watch, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	out := ""
	for _, ev := range events {
		for n := range 100 {
			if ferry(n).id() == ev.Item {
				out += fmt.Sprintf(", %d %s", n, map[bool]string{true: "older", false: "new"}[ev.Backlog])
			}
		}
	}
	if out == "" {
		return "nothing"
	}
	return out[2:]
}
