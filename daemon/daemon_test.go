package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mediawatch/config"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/store/bolt"
	"mediawatch/web"
)

// newsroom is a daemon over a real store, a real folder and a publisher on this machine, with a clock that the test moves.
type newsroom struct {
	t       *testing.T
	dir     string
	clock   time.Time
	items   []string // of the feed, newest first
	server  *httptest.Server
	store   *bolt.Store
	d       *Daemon
	out     bytes.Buffer
	version int
}

const newsroomConfig = `
[store]
path = "data/s.db"
min_free = "1MB"
[fetch]
allow_networks = ["127.0.0.0/8"]
host_gap = "0s"
[[seeds]]
dir = "saved"
[[feed]]
url = "%s/feed"
outlet = "The Gazette"
[[watch]]
name = "ports"
title = "Ports"
query = '''harbour OR port'''
[[digest]]
name = "morning"
title = "Morning briefing"
watches = ["ports"]
at = "daily 07:00"
dir = "digests"
`

func newNewsroom(t *testing.T) *newsroom {
	n := &newsroom{t: t, dir: t.TempDir(), clock: time.Date(2026, 11, 16, 6, 0, 0, 0, time.UTC)}
	n.server = httptest.NewServer(http.HandlerFunc(n.feed))
	t.Cleanup(n.server.Close)
	if err := os.Mkdir(filepath.Join(n.dir, "saved"), 0o755); err != nil {
		t.Fatal(err)
	}
	n.configure(fmt.Sprintf(newsroomConfig, n.server.URL))
	n.open()
	return n
}

func (n *newsroom) feed(w http.ResponseWriter, r *http.Request) {
	etag := fmt.Sprintf(`"%d"`, n.version)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("ETag", etag)
	fmt.Fprintf(w, `<rss version="2.0"><channel><title>The Gazette</title><link>https://gazette.example/</link>%s</channel></rss>`, strings.Join(n.items, ""))
}

// publish puts an article into the feed.
func (n *newsroom) publish(guid, title, text string) {
	n.version++
	item := fmt.Sprintf(`<item><guid isPermaLink="false">%s</guid><title>%s</title><link>https://gazette.example/%s</link><description>%s</description></item>`, guid, title, guid, text)
	for i, old := range n.items {
		if strings.Contains(old, ">"+guid+"</guid>") {
			n.items[i] = item
			return
		}
	}
	n.items = append([]string{item}, n.items...)
}

func (n *newsroom) configure(text string) {
	n.t.Helper()
	if err := os.WriteFile(filepath.Join(n.dir, "mediawatch.toml"), []byte(text), 0o644); err != nil {
		n.t.Fatal(err)
	}
}

func (n *newsroom) load() (*config.Config, error) {
	return config.Load(filepath.Join(n.dir, "mediawatch.toml"), config.Options{})
}

// open starts the program: what a restart does.
func (n *newsroom) open() {
	n.t.Helper()
	cfg, err := n.load()
	if err != nil {
		n.t.Fatal(err)
	}
	if n.store, err = bolt.Open(cfg.Store.Path, bolt.Options{}); err != nil {
		n.t.Fatal(err)
	}
	kept := n.store
	n.t.Cleanup(func() { _ = kept.Close() })
	n.d, err = New(Options{
		Config: cfg, Load: n.load, Store: n.store, Log: slog.New(slog.NewTextHandler(n.t.Output(), nil)), Out: &n.out, Version: "test", Now: func() time.Time { return n.clock },
	})
	if err != nil {
		n.t.Fatal(err)
	}
	d := n.d
	n.t.Cleanup(func() { // what is being read ends before the store does
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = d.queue.Drain(ctx) // what never runs is no concern of the test
		d.writer.Flush()
	})
}

func (n *newsroom) restart() {
	n.t.Helper()
	n.d.writer.Stop()
	if err := n.store.Close(); err != nil {
		n.t.Fatal(err)
	}
	n.open()
}

// pass makes one pass at the present time of the clock.
func (n *newsroom) pass() Summary {
	n.t.Helper()
	s, err := n.d.Run(context.Background(), RunOptions{Force: true})
	if err != nil {
		n.t.Fatal(err)
	}
	return s
}

// at moves the clock to an hour of November 2026.
func (n *newsroom) at(day, hour int) { n.clock = time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }

// editions returns the regular editions, oldest first, with their text.
func (n *newsroom) editions() []news.Edition {
	n.t.Helper()
	list, err := n.store.Editions(context.Background(), "morning", 0, 100)
	if err != nil {
		n.t.Fatal(err)
	}
	var out []news.Edition
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Number == 0 {
			continue
		}
		e, err := n.store.Edition(context.Background(), "morning", list[i].Number)
		if err != nil {
			n.t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// get asks the handlers that commands use.
func (n *newsroom) get(method, path string, v any) {
	n.t.Helper()
	rec := httptest.NewRecorder()
	n.d.Handler().ServeHTTP(rec, httptest.NewRequest(method, path, nil))
	if rec.Code != http.StatusOK {
		n.t.Fatalf("%s %s: %d %s", method, path, rec.Code, rec.Body)
	}
	if err := json.Unmarshal(rec.Body.Bytes(), v); err != nil {
		n.t.Fatal(err)
	}
}

const plan = "The council of the harbour town agreed on Monday evening on the plan for three new cranes, which arrive in spring, while the old ones go to a museum across the river, " +
	"where visitors have asked for years to see how ships were unloaded before containers came and changed the town and everybody who worked along its quays for good, as the mayor said."

func TestAFreshInstallationShowsAWelcomeEditionAndAnnouncesNothing(t *testing.T) {
	n := newNewsroom(t)
	n.publish("1", "Harbour plan agreed", plan)
	n.publish("2", "Nothing of note", "A quiet day.")
	if s := n.pass(); s.New != 2 || s.Backlog != 2 {
		t.Errorf("first pass: %v, want two older items", s)
	}
	files, err := filepath.Glob(filepath.Join(n.dir, "digests", "morning-welcome-*"))
	if err != nil || len(files) != 3 {
		t.Errorf("welcome edition: %v (%v), want .html, .txt and .eml", files, err)
	}
	n.at(17, 7)
	n.pass()
	if got := n.editions(); len(got) != 0 {
		t.Errorf("backlog was announced: %s", got[0].Text)
	}
}

// TestFiveDays follows one story over a week: Monday digested, Tuesday a copy, Wednesday an edit, Thursday a changed
// query, Friday a restart.
func TestFiveDays(t *testing.T) {
	n := newNewsroom(t)
	n.pass() // an empty beginning
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	n.at(16, 7)
	n.pass()
	monday := n.editions()
	if len(monday) != 1 || monday[0].Counts.Stories != 1 || !bytes.Contains(monday[0].Text, []byte("Harbour plan agreed")) {
		t.Fatalf("Monday: %d editions, want one that reports the plan", len(monday))
	}
	entry := n.onlyEntry()

	n.at(16, 20)
	copied := "Cranes for the harbour\n\nBy The Coastal Courier\n\n" + plan + "\n"
	if err := os.WriteFile(filepath.Join(n.dir, "saved", "copy.txt"), []byte(copied), 0o644); err != nil {
		t.Fatal(err)
	}
	n.pass()
	n.at(17, 7)
	n.pass()
	tuesday := n.editions()
	if len(tuesday) != 2 || tuesday[1].Counts.Stories != 0 || tuesday[1].Counts.Spreading != 1 {
		t.Fatalf("Tuesday: %+v, want one story spreading and none new", last(tuesday).Counts)
	}
	if got := n.onlyEntry(); got.UUID != entry.UUID || !got.Updated.Equal(entry.Updated) {
		t.Errorf("Tuesday: the entry became %+v, want it unmoved by a copy", got)
	}

	n.at(17, 12)
	n.publish("1", "Harbour plan agreed after all", strings.Replace(plan, "three", "four", 1))
	n.pass()
	n.at(18, 7)
	n.pass()
	wednesday := n.editions()
	if len(wednesday) != 3 || wednesday[2].Counts.Changed != 1 || !bytes.Contains(wednesday[2].Text, []byte("after all")) {
		t.Fatalf("Wednesday: %+v, want one change", last(wednesday).Counts)
	}
	edited := n.onlyEntry()
	if edited.UUID != entry.UUID || !edited.Updated.After(entry.Updated) {
		t.Errorf("Wednesday: the entry became %+v, want the same id with a later updated", edited)
	}

	n.at(18, 12)
	n.publish("2", "Museum extends its hours", "The museum across the river stays open until nine on Thursdays, beginning next week.")
	n.pass()
	n.configure(strings.Replace(fmt.Sprintf(newsroomConfig, n.server.URL), "harbour OR port", "harbour OR port OR museum", 1))
	if _, err := n.d.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	n.pass()
	n.at(19, 7)
	n.pass()
	if thursday := n.editions(); len(thursday) != 3 {
		t.Errorf("Thursday: the past matches of a changed query were announced:\n%s", last(thursday).Text)
	}

	n.restart()
	n.at(20, 7)
	n.pass()
	if friday := n.editions(); len(friday) != 3 {
		t.Errorf("Friday: a restart announced something:\n%s", last(friday).Text)
	}
	if got := n.entries(); len(got) != 2 || got[0].UUID != edited.UUID {
		t.Errorf("Friday: entries %+v, want the plan and, as backlog, the museum", got)
	}
}

func last(e []news.Edition) news.Edition { return e[len(e)-1] }

func (n *newsroom) entries() []news.Entry {
	n.t.Helper()
	entries, err := n.store.Entries(context.Background(), "ports", 0, 10)
	if err != nil {
		n.t.Fatal(err)
	}
	return entries
}

func (n *newsroom) onlyEntry() news.Entry {
	n.t.Helper()
	entries := n.entries()
	if len(entries) != 1 {
		n.t.Fatalf("%d entries, want 1", len(entries))
	}
	return entries[0]
}

func TestG06_DowntimeOverManySlotsGivesOneDigestWithEverything(t *testing.T) {
	n := newNewsroom(t)
	n.pass()
	for day := range 10 {
		n.at(16+day%2, 8)
		n.publish(fmt.Sprint(day), fmt.Sprintf("Port report %d", day), fmt.Sprintf("Report number %d about ships.", day))
		n.pass()
	}
	before := len(n.editions())
	n.restart()
	n.at(29, 12)
	n.pass()
	n.pass()
	after := n.editions()
	if len(after) != before+1 {
		t.Fatalf("%d editions after twelve missed slots, want %d", len(after), before+1)
	}
	told := 0
	for _, e := range after {
		told += e.Counts.Stories
	}
	if told != 10 {
		t.Errorf("%d stories told in all editions, want each of 10 once", told)
	}
}

// A process that is killed while it sends leaves its claim behind; the next one makes the delivery at once, not when the claim has run out.
func TestADeliveryInterruptedByAKillIsMadeAtTheNextStart(t *testing.T) {
	n := newNewsroom(t)
	n.pass()
	n.publish("1", "Port closed", "The harbour is shut.")
	n.pass()
	n.at(16, 7)
	if err := n.d.dueDigests(t.Context()); err != nil { // the edition and its delivery are committed, and nothing is sent
		t.Fatal(err)
	}
	claimed, err := n.store.Claim(t.Context(), n.clock, n.clock.Add(deliveryLease)) // and here it dies
	if err != nil {
		t.Fatal(err)
	}
	n.restart()
	n.clock = n.clock.Add(time.Minute)
	n.pass()
	list, err := n.store.Deliveries(t.Context(), claimed.Digest, claimed.Number)
	if err != nil || len(list) != 1 || list[0].State != news.DeliverySent || list[0].Attempts != 2 {
		t.Fatalf("%+v, %v; want it sent at the second attempt", list, err)
	}
}

func TestPreviewChangesNothing(t *testing.T) {
	n := newNewsroom(t)
	n.pass()
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	head, err := n.store.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	state, err := n.store.Digest(context.Background(), "morning")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var e web.EditionView
		n.get(http.MethodGet, "/control/digests/morning/preview", &e)
		if !strings.Contains(e.Text, "Harbour plan agreed") {
			t.Errorf("preview:\n%s", e.Text)
		}
	}
	if again, err := n.store.Digest(context.Background(), "morning"); err != nil || again != state {
		t.Errorf("the digest went from %+v to %+v (%v)", state, again, err)
	}
	if again, err := n.store.Head(context.Background()); err != nil || again != head {
		t.Errorf("the journal went from %d to %d (%v)", head, again, err)
	}
}

func TestAnExtraEditionLeavesTheDigestsPlace(t *testing.T) {
	n := newNewsroom(t)
	n.pass()
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	state, err := n.store.Digest(context.Background(), "morning")
	if err != nil {
		t.Fatal(err)
	}
	var done Done
	n.get(http.MethodPost, "/control/digests/morning/send?since=24h", &done)
	if !strings.Contains(done.Summary, "morning+extra/1") {
		t.Errorf("answer %q, want an extra edition", done.Summary)
	}
	if again, err := n.store.Digest(context.Background(), "morning"); err != nil || again != state {
		t.Errorf("the digest went from %+v to %+v (%v)", state, again, err)
	}
	n.at(16, 7)
	n.pass()
	if got := n.editions(); len(got) != 1 || got[0].Counts.Stories != 1 {
		t.Errorf("%d regular editions after the extra one, want one that reports the story", len(got))
	}
}

func TestO4_ABadReloadKeepsTheOldConfiguration(t *testing.T) {
	n := newNewsroom(t)
	n.configure("[[watch]]\nname = \"x\"\nquery = '''a AND'''\n")
	var done Done
	n.get(http.MethodPost, "/control/reload", &done)
	if !done.Failed || !strings.Contains(strings.Join(done.Lines, "\n"), "mediawatch.toml:3") {
		t.Errorf("answer %+v, want the mistake with its line", done)
	}
	if _, ok := n.d.config.Load().Watch("ports"); !ok {
		t.Error("the old configuration is gone")
	}
}

func TestAFeedThatLeavesTheConfigurationComesBackAsItself(t *testing.T) {
	n := newNewsroom(t)
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	whole := fmt.Sprintf(newsroomConfig, n.server.URL)
	without := strings.Replace(whole, "[[feed]]\nurl = \""+n.server.URL+"/feed\"\noutlet = \"The Gazette\"\n", "", 1)
	n.configure(without)
	if _, err := n.d.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s := n.pass(); s.Asked != 0 {
		t.Errorf("%d feeds asked, want none", s.Asked)
	}
	n.publish("2", "Port widened", "The port is wider now.")
	n.configure(whole)
	if _, err := n.d.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s := n.pass(); s.New != 1 || s.Backlog != 0 {
		t.Errorf("back again: %v, want one new item that is announced", s)
	}
}

func TestForgettingIsForGood(t *testing.T) {
	n := newNewsroom(t)
	n.publish("1", "Harbour plan agreed", plan)
	n.pass()
	id := news.NewItemID(news.NewFeedID(news.KindFeed, n.server.URL+"/feed"), "1")
	var done Done
	n.get(http.MethodPost, "/control/items/"+id.String()+"/forget?reason=court+order", &done)
	n.publish("1", "Harbour plan agreed again", plan)
	if s := n.pass(); s.New+s.Revised != 0 {
		t.Errorf("after forgetting: %v, want nothing", s)
	}
	items, err := n.store.Items(context.Background(), []store.Ref{{Item: id}})
	if err != nil || !items[0].ID.IsZero() {
		t.Errorf("the item is still there: %+v (%v)", items[0], err)
	}
}
