package daemon

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mediawatch/digest"
	"mediawatch/news"
	"mediawatch/store"
)

const lateDigest = `
[[digest]]
name = "late"
watches = ["all", "ports"]
at = "daily 07:00"
dir = "digests"
`

// told returns how many headlines that begin with what each edition of a digest tells, the welcome edition first.
func (n *newsroom) told(name, what string) []int {
	n.t.Helper()
	list, err := n.store.Editions(context.Background(), name, 0, 100)
	if err != nil {
		n.t.Fatal(err)
	}
	out := make([]int, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		e, err := n.store.Edition(context.Background(), name, list[i].Number)
		if err != nil {
			n.t.Fatal(err)
		}
		headlines := make(map[string]bool) // some stand in the contents, too
		for line := range strings.Lines(string(e.Text)) {
			if _, headline, ok := strings.Cut(line, ". "); ok && strings.HasPrefix(headline, what) {
				headlines[headline] = true
			}
		}
		out = append(out, len(headlines))
	}
	return out
}

func (n *newsroom) reload(config string) {
	n.t.Helper()
	n.configure(config)
	if _, err := n.d.Reload(context.Background()); err != nil {
		n.t.Fatal(err)
	}
}

// TestT08B18_ADigestAddedToARunningStoreTellsNothingTwice adds a digest to a store that has announced 30 items; the
// welcome edition tells the newest, and the first regular edition what came since.
func TestT08B18_ADigestAddedToARunningStoreTellsNothingTwice(t *testing.T) {
	n := newNewsroom(t)
	n.pass()
	for i := range 30 {
		n.clock = n.clock.Add(time.Minute)
		n.publish(fmt.Sprint(i), fmt.Sprintf("Bulletin %d of the quay", i), fmt.Sprintf("Bulletin %d tells of pier %d.", i, i*7))
	}
	n.pass()
	n.reload(fmt.Sprintf(newsroomConfig, n.server.URL) + lateDigest)
	n.pass()
	if got := fmt.Sprint(n.told("late", "Bulletin")); got != "[20]" {
		t.Fatalf("stories told by each edition after the welcome edition: %s, want [20]", got)
	}
	welcome, err := n.store.Edition(t.Context(), "late", 0)
	if err != nil || len(welcome.Stories) != digest.Top {
		t.Errorf("%d stories recorded as reported (%v), want all 20 that were told", len(welcome.Stories), err)
	}
	if c := welcome.Counts; c.Stories != 20 || c.Articles != 20 || c.Backlog != 10 {
		t.Errorf("counts %+v, want 20 stories told and 10 older: 30 together", c)
	}
	if !strings.Contains(string(welcome.Text), "30 articles in 14 days") || strings.Contains(string(welcome.Text), "Nothing new: Everything") {
		t.Errorf("the welcome edition contradicts itself:\n%s", welcome.Text)
	}
	var done Done
	n.get(http.MethodPost, "/control/digests/late/send", &done)
	if !strings.Contains(done.Summary, "nothing to send") {
		t.Errorf("sent by hand after the welcome edition: %q, want nothing to send", done.Summary)
	}
	n.publish("new", "Bulletin that is new", "It tells of a pier without a number.")
	n.pass()
	n.at(17, 7)
	n.pass()
	if got := fmt.Sprint(n.told("late", "Bulletin")); got != "[20 1]" {
		t.Errorf("stories told by each edition: %s, want [20 1]", got)
	}
}

// TestT08B18_SendByHandMakesTheWelcomeEdition: the first edition of a digest is the welcome edition, also when all there is came before.
func TestT08B18_SendByHandMakesTheWelcomeEdition(t *testing.T) {
	n := newNewsroom(t)
	n.publish("old", "Bulletin of old", "It was there before.")
	n.pass()
	n.reload(fmt.Sprintf(newsroomConfig, n.server.URL) + lateDigest)
	var done Done
	n.get(http.MethodPost, "/control/digests/late/send", &done)
	if !strings.HasPrefix(done.Summary, "the first edition made: Welcome to ") {
		t.Errorf("sent by hand: %q, want the welcome edition", done.Summary)
	}
	if got := fmt.Sprint(n.told("late", "Bulletin")); got != "[1]" {
		t.Errorf("stories told by each edition: %s, want [1]", got)
	}
	n.get(http.MethodPost, "/control/digests/late/send", &done)
	if done.Summary != "nothing to send: no new article matches yet" {
		t.Errorf("sent by hand again: %q", done.Summary)
	}
	n.get(http.MethodPost, "/control/digests/late/send?since=24h", &done)
	if done.Summary != "nothing to send: no new article matches in that time" {
		t.Errorf("an extra edition: %q", done.Summary)
	}
}

// TestT08D31_WithAnnounceAllNothingIsToldTwice begins a new store with a source whose past is to be announced.
func TestT08D31_WithAnnounceAllNothingIsToldTwice(t *testing.T) {
	n := newNewsroom(t)
	n.reload(strings.Replace(fmt.Sprintf(newsroomConfig, n.server.URL), `outlet = "The Gazette"`, "outlet = \"The Gazette\"\nannounce = \"all\"", 1))
	for i := range 5 {
		n.publish(fmt.Sprint(i), fmt.Sprintf("Harbour news %d", i), fmt.Sprintf("The harbour has pier %d.", i))
	}
	n.pass()
	n.at(16, 7)
	n.pass()
	if got := fmt.Sprint(n.told("morning", "Harbour")); got != "[5]" {
		t.Errorf("stories told by each edition: %s, want [5]: the welcome edition told them", got)
	}
	n.publish("9", "Harbour news 9", "The harbour has pier 9.")
	n.pass()
	n.at(17, 7)
	n.pass()
	if got := fmt.Sprint(n.told("morning", "Harbour")); got != "[5 1]" {
		t.Errorf("stories told by each edition: %s, want [5 1]", got)
	}
}

// TestT08B18_TheWelcomeEditionWaitsForTheFeeds goes through the first ticks of a new installation with a sample on disk.
func TestT08B18_TheWelcomeEditionWaitsForTheFeeds(t *testing.T) {
	for _, slow := range []bool{false, true} {
		t.Run(fmt.Sprintf("slow=%v", slow), func(t *testing.T) {
			n := newNewsroom(t)
			ctx := t.Context()
			sample := "Harbour sample\n\nBy The Coastal Courier\n\n" + plan + "\n"
			if err := os.WriteFile(filepath.Join(n.dir, "saved", "sample.txt"), []byte(sample), 0o644); err != nil {
				t.Fatal(err)
			}
			n.publish("1", "Harbour from the feed", "The harbour is open.")
			if err := n.d.adopt(ctx); err != nil {
				t.Fatal(err)
			}
			n.d.firstPass(ctx)
			if err := n.d.welcomeWhenRead(ctx); err != nil {
				t.Fatal(err)
			}
			if got := n.told("morning", "Harbour"); len(got) != 0 {
				t.Fatalf("an edition was written before the feed was read")
			}
			want := "[2]"
			if slow { // a feed that does not answer for a minute
				n.clock = n.clock.Add(welcomeWait)
				want = "[1]"
			} else {
				if err := n.d.feedTick(ctx); err != nil {
					t.Fatal(err)
				}
				if err := n.d.queue.Drain(ctx); err != nil {
					t.Fatal(err)
				}
				n.d.writer.Flush()
			}
			if err := n.d.feedTick(ctx); err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(n.told("morning", "Harbour")); got != want {
				t.Errorf("stories told by each edition: %s, want %s", got, want)
			}
		})
	}
}

// TestT08B18_ADigestThatFoundNothingBeginsWithoutAnEdition holds that the first news of a quiet watch are news, and told at their time.
func TestT08B18_ADigestThatFoundNothingBeginsWithoutAnEdition(t *testing.T) {
	n := newNewsroom(t)
	n.pass()
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	if got := n.told("morning", "Harbour"); len(got) != 0 {
		t.Errorf("%v: news were told as a welcome, want them to wait for their time", got)
	}
	n.at(16, 7)
	n.pass()
	if got := fmt.Sprint(n.told("morning", "Harbour")); got != "[1]" {
		t.Errorf("stories told by each edition: %s, want [1]", got)
	}
}

// TestT08B18_WhatAnEarlierVersionWelcomedIsNotToldAgain opens the state that the first version left: a welcome edition,
// and the cursor at the beginning.
func TestT08B18_WhatAnEarlierVersionWelcomedIsNotToldAgain(t *testing.T) {
	n := newNewsroom(t)
	n.pass()
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	ctx := t.Context()
	head, err := n.store.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	old := news.DigestState{Digest: "old", Welcomed: true, LastSlot: n.clock}
	e := news.Edition{Digest: "old", Slot: welcomeSlot, To: head, Date: n.clock, Subject: "Welcome", Text: []byte("1. Harbour plan agreed\n")}
	if err := n.store.CommitEdition(ctx, store.EditionCommit{From: news.DigestState{Digest: "old"}, To: old, Edition: &e}); err != nil {
		t.Fatal(err)
	}
	n.reload(fmt.Sprintf(newsroomConfig, n.server.URL) + strings.Replace(lateDigest, "late", "old", 1))
	n.publish("2", "Harbour widened", "It is wider by a pier.")
	n.pass()
	n.at(16, 7)
	n.pass()
	if got := fmt.Sprint(n.told("old", "Harbour")); got != "[1 1]" {
		t.Errorf("stories told by each edition: %s, want [1 1]", got)
	}
}
