package daemon

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mediawatch/news"
	"mediawatch/store"
)

// TestT08C25_ForgetStopsWhatIsNotSentAndNamesWhatHoldsTheText: an edition that cannot be delivered yet tells of an item that is forgotten.
func TestT08C25_ForgetStopsWhatIsNotSentAndNamesWhatHoldsTheText(t *testing.T) {
	ctx := context.Background()
	n := newNewsroom(t)
	n.reload(n.configuration() + "[backup]\ndir = \"copies\"\n")
	if err := os.WriteFile(filepath.Join(n.dir, "digests"), nil, 0o600); err != nil { // so that nothing can be delivered there
		t.Fatal(err)
	}
	n.publish("a", "A strike closes the harbour of Saltmere for a whole week and the ferries with it", "The harbour is closed.")
	if _, err := n.d.Run(ctx, RunOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	deliveries, err := n.store.Deliveries(ctx, "", 0)
	if err != nil || len(deliveries) == 0 || deliveries[0].State != news.DeliveryPending {
		t.Fatalf("%+v %v", deliveries, err)
	}
	recent, err := n.store.Recent(ctx, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	id := recent[0].ID
	answer := n.forget(id)
	for _, want := range []string{
		"edition morning/0 tells of it; its text is removed from the store; what was not sent of it (1 of 1) is stopped",
		"mediawatch-20261116T060000Z.db may hold it still", "exports and copies",
	} {
		if !strings.Contains(answer, want) {
			t.Errorf("no %q in %s", want, answer)
		}
	}
	deliveries, err = n.store.Deliveries(ctx, "", 0)
	if err != nil || deliveries[0].State != news.DeliveryFailed || !strings.Contains(deliveries[0].Answer, "forgotten") {
		t.Errorf("%+v %v", deliveries, err)
	}
	matches, err := n.store.Matches(ctx, []news.ItemID{id})
	if err != nil || len(matches[0]) == 0 {
		t.Fatalf("%v %v", matches, err)
	}
	for _, m := range matches[0] {
		if len(m.Evidence) > 0 {
			t.Errorf("words of it are in the evidence: %+v", m.Evidence)
		}
	}
}

// order gives an order and returns the answer.
func (n *newsroom) order(path string, params url.Values) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	n.d.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodPost, path+"?"+params.Encode(), nil))
	return rec
}

func (n *newsroom) forget(id news.ItemID) string {
	return n.order("/control/items/"+id.String()+"/forget", url.Values{"reason": {"asked"}}).Body.String()
}

// newest is the id of the item that arrived last.
func (n *newsroom) newest() news.ItemID {
	n.t.Helper()
	recent, err := n.store.Recent(n.t.Context(), 0, 1)
	if err != nil || len(recent) != 1 {
		n.t.Fatalf("%v %v", recent, err)
	}
	return recent[0].ID
}

// TestT08C25_WhatTellsOfAForgottenArticleIsNeverSentAgain: the edition is in the folder when its article is forgotten.
// Its bytes are not in the store any more, the answer names the files, and nobody can send it again.
func TestT08C25_WhatTellsOfAForgottenArticleIsNeverSentAgain(t *testing.T) {
	ctx := t.Context()
	n := newNewsroom(t)
	for _, name := range []string{"data/s.db.replaced", "data/s.db.schema-1", "data/before-the-fair.db"} {
		if err := os.WriteFile(filepath.Join(n.dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(n.dir, "data/feeds.d.imported"), 0o700); err != nil {
		t.Fatal(err)
	}
	n.publish("a", "Harbour plan agreed", plan)
	n.pass()
	n.publish("a", "Quay scheme moves on", plan+" The port widens.") // it was told under another headline
	n.pass()
	before, err := n.store.Edition(ctx, "morning", 0)
	if err != nil || !bytes.Contains(before.HTML, []byte("Harbour plan agreed")) || n.states() != "map[sent:1]" {
		t.Fatalf("%s %s %v", before.HTML, n.states(), err)
	}
	answer := n.forget(n.newest())
	for _, want := range []string{
		"edition morning/0 tells of it; its text is removed", "digests/morning-welcome-2026-11-16.html holds it", "digests/morning-welcome-2026-11-16.txt holds it",
		"digests/morning-welcome-2026-11-16.eml holds it", "data/s.db.replaced may hold", "data/s.db.schema-1 may hold", "data/before-the-fair.db may hold", "feeds.d.imported holds feeds",
	} {
		if !strings.Contains(answer, want) {
			t.Errorf("no %q in %s", want, answer)
		}
	}
	if strings.Contains(answer, "data/s.db may") || strings.Contains(answer, ".owner") {
		t.Errorf("the store itself is named: %s", answer)
	}
	for range 2 {
		e, err := n.store.Edition(ctx, "morning", 0)
		if err != nil || !e.Withdrawn {
			t.Fatalf("%+v %v", e, err)
		}
		for _, data := range [][]byte{e.Text, e.HTML, e.DeskText, e.DeskHTML} {
			if bytes.Contains(data, []byte("Harbour plan")) || bytes.Contains(data, []byte("gazette.example")) {
				t.Errorf("the store holds %s", data)
			}
		}
		if !bytes.Contains(e.Text, []byte("An article of this edition was forgotten")) {
			t.Errorf("it says %q", e.Text)
		}
		if rec := n.order("/control/resend", url.Values{"id": {"morning/0"}}); rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), "an article of edition morning/0 was forgotten") {
			t.Errorf("resend: %d %s", rec.Code, rec.Body)
		}
		if got := n.states(); got != "map[sent:1]" {
			t.Errorf("deliveries %s", got)
		}
		n.restart()
	}
	deliveries, err := n.store.Deliveries(ctx, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	deliveries[0].State, deliveries[0].NextTry = news.DeliveryPending, n.clock // as a resend does that began before
	if err := n.store.Settle(ctx, deliveries[0]); err != nil {
		t.Fatal(err)
	}
	if err := n.d.deliver(ctx); err != nil || n.states() != "map[failed:1]" || len(n.texts()) != 1 {
		t.Errorf("%v, deliveries %s, files %q", err, n.states(), n.texts())
	}
}

// TestT08C25_ForgettingStopsASenderOnItsWay: the mail server is busy with the edition when its article is forgotten.
// The sender then records nothing, and the next delivery is made.
func TestT08C25_ForgettingStopsASenderOnItsWay(t *testing.T) {
	ctx := t.Context()
	n := newNewsroom(t)
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	answers := make(chan string, 1)
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			select {
			case answers <- n.forget(n.newest()):
			default:
			}
			conn.Close()
		}
	}()
	_, port, err := net.SplitHostPort(server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	config := strings.Replace(n.configuration(), "dir = \"digests\"\n", "to = [\"press@example.org\"]\n", 1)
	n.reload(config + "[smtp]\nhost = \"127.0.0.1\"\nport = " + port + "\ntls = \"none\"\nfrom = \"desk@example.org\"\n")
	n.publish("a", "Harbour plan agreed", plan)
	n.pass()
	select {
	case answer := <-answers:
		if !strings.Contains(answer, "being sent to mailto:press@example.org") {
			t.Errorf("the answer is %s", answer)
		}
	default:
		t.Fatal("nothing was sent")
	}
	deliveries, err := n.store.Deliveries(ctx, "", 0)
	if err != nil || len(deliveries) != 1 || deliveries[0].State != news.DeliveryFailed || deliveries[0].Answer != stoppedAnswer {
		t.Errorf("%+v %v", deliveries, err)
	}
	if _, err := n.store.Claim(ctx, n.clock.AddDate(1, 0, 0), n.clock.AddDate(2, 0, 0)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("there is work left: %v", err)
	}
}

// TestT08C25_EditionsAreFoundByTheirStories: an edition that shows neither headline nor address of an article, but told
// its story when it was there.
func TestT08C25_EditionsAreFoundByTheirStories(t *testing.T) {
	n := newNewsroom(t)
	n.publish("a", "Harbour plan agreed", plan)
	n.pass()
	first := n.newest()
	copied := "Quay scheme passes\n\nBy The Coastal Courier\n\n" + plan + "\n"
	if err := os.WriteFile(filepath.Join(n.dir, "saved", "copy.txt"), []byte(copied), 0o644); err != nil {
		t.Fatal(err)
	}
	n.pass()
	w, err := n.d.wanted(t.Context(), n.newest())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		e    news.Edition
		want bool
	}{
		{"told with it", news.Edition{To: 99, Stories: []news.Reported{{Group: first}}}, true},
		{"told under its own id", news.Edition{To: 99, Stories: []news.Reported{{Group: n.newest()}}}, true},
		{"told before it came", news.Edition{To: 1, Stories: []news.Reported{{Group: first}}}, false},
		{"another story", news.Edition{To: 99, Stories: []news.Reported{{Group: news.ItemID{9}}}}, false},
		{"in the desk's text alone", news.Edition{To: 99, DeskHTML: []byte("<p>Quay  scheme passes</p>")}, true},
	} {
		if got := w.in(&c.e); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	n.publish("a", "Harbour plan delayed", plan+" It comes later.")
	n.pass()
	if w, err = n.d.wanted(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	for _, headline := range []string{"Harbour plan agreed", "Harbour plan delayed"} {
		if !w.in(&news.Edition{To: 99, HTML: []byte("<h3>" + headline + "</h3>")}) {
			t.Errorf("%q is not found", headline)
		}
	}
}
