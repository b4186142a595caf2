package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"mediawatch/web"
)

// listing is a page of the API.
type listing[T any] struct {
	Items []T
	Next  string
}

func listOf[T any](w *world, path string) listing[T] {
	w.t.Helper()
	var l listing[T]
	if err := json.Unmarshal([]byte(w.body(path)), &l); err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
	return l
}

// TestUpsertsEndWhereAListingIs has a client that reads pages of changes while things happen; in the end it knows what
// a full listing tells.
func TestUpsertsEndWhereAListingIs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, basicConfig)
		known := make(map[string]web.ItemView)
		after := "0"
		sync := func(limit int) bool {
			page := listOf[web.ItemView](w, fmt.Sprintf("/api/v1/items?after=%s&limit=%d", after, limit))
			for _, it := range page.Items {
				known[it.ID] = it
				if it.Forgotten {
					delete(known, it.ID)
				}
			}
			moved := page.Next != after
			after = page.Next
			return moved
		}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			w.now = w.now.Add(time.Minute)
			a := article{feed: rapid.SampledFrom([]string{gazetteFeed, courierFeed}).Draw(rt, "feed"), guid: fmt.Sprint(rapid.IntRange(0, 3).Draw(rt, "item"))}
			a.url = "https://" + strings.Fields(strings.NewReplacer("/", " ", ":", " ", "@", " ").Replace(a.feed))[1] + ".example/" + a.guid
			switch rapid.SampledFrom([]string{"read", "read", "edit", "forget", "sync", "reindex"}).Draw(rt, "what") {
			case "read":
				a.html = "<p>" + prose(fmt.Sprint("topic ", rapid.IntRange(0, 1).Draw(rt, "topic"))) + "</p>"
				w.read(a)
			case "edit":
				a.title = fmt.Sprint("Dock ", rapid.IntRange(0, 9).Draw(rt, "title"))
				w.read(a)
			case "forget":
				_ = w.store.Forget(t.Context(), a.id(), "asked for", w.now) // it may not be there
			case "sync":
				sync(rapid.IntRange(1, 5).Draw(rt, "limit"))
			case "reindex":
				w.reindex()
			}
		}
		for sync(rapid.IntRange(1, 5).Draw(rt, "last limit")) {
		}
		want := make(map[string]web.ItemView)
		for _, it := range listOf[web.ItemView](w, "/api/v1/items?limit=0").Items {
			want[it.ID] = it
		}
		for id, it := range known {
			it.Seq = want[id].Seq // of the change in one, of the item in the other
			known[id] = it
		}
		if diff := cmp.Diff(want, known); diff != "" {
			rt.Fatalf("listing and upserts differ (-listing +upserts)\n%s", diff)
		}
		_ = w.store.Close()
	})
}

func TestListingsPageToTheEnd(t *testing.T) {
	w := newWorld(t, basicConfig)
	var list []article
	for i := range 23 {
		list = append(list, article{guid: fmt.Sprint(i)}, article{feed: courierFeed, guid: fmt.Sprint(i), outlet: "Courier", url: fmt.Sprint("https://courier.example/", i), html: "<p>" + prose(fmt.Sprint(i)) + "</p>"})
	}
	w.read(list...)
	for _, c := range []struct {
		path string
		want int
	}{{"/api/v1/items?", 46}, {"/api/v1/items?watch=ports&", 46}, {"/api/v1/items?watch=gazette&", 23}, {"/api/v1/items?watch=all&", 46}, {"/api/v1/stories?", 23}} {
		whole := listOf[struct{ ID string }](w, c.path+"limit=0")
		if len(whole.Items) != c.want || whole.Next != "" {
			t.Errorf("%s has %d, next %q, want %d", c.path, len(whole.Items), whole.Next, c.want)
		}
		var paged []struct{ ID string }
		before := ""
		for range 100 {
			page := listOf[struct{ ID string }](w, c.path+"limit=7"+before)
			paged = append(paged, page.Items...)
			if page.Next == "" {
				break
			}
			before = "&before=" + page.Next
		}
		if !slices.Equal(paged, whole.Items) {
			t.Errorf("%s: pages give %d, the whole %d", c.path, len(paged), len(whole.Items))
		}
	}
	if n := len(listOf[web.ItemView](w, "/api/v1/items").Items); n != 46 {
		t.Errorf("default limit gives %d", n)
	}
	if n := len(listOf[web.ItemView](w, "/api/v1/items?limit=3").Items); n != 3 {
		t.Errorf("limit=3 gives %d", n)
	}
}

func TestItemMatchedAgainIsListedOnce(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	for _, q := range []string{"nothing", "harbour"} {
		w.configure(strings.Replace(basicConfig, `"harbour OR dock*"`, `"`+q+`"`, 1))
		w.follow()
	}
	if l := listOf[web.ItemView](w, "/api/v1/items?watch=ports"); len(l.Items) != 1 {
		t.Errorf("%d items", len(l.Items))
	}
	if l := listOf[web.WatchView](w, "/api/v1/watches"); l.Items[0].Matches != 1 {
		t.Errorf("%d matches counted", l.Items[0].Matches)
	}
}

func TestAPIErrors(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	for path, status := range map[string]int{
		"/api/v1/items?limit=-1": 400, "/api/v1/items?limit=x": 400, "/api/v1/items?after=x": 400, "/api/v1/items?before=-1": 400, "/api/v1/items?watch=none": 400,
		"/api/v1/items/zz": 400, "/api/v1/items/00000000": 404, "/api/v1/stories/00000000000000000000000000000000": 404, "/api/v1/nothing": 404, "/api/": 404,
		"/api/v1/search?q=%28": 400, "/api/v1/search": 400, "/api/v1/search?q=a&since=soon": 400, "/api/v1/count?q=harbour&by=moon": 400, "/api/v1/digests?digest=none": 400,
		"/api/v1/digests/morning/x": 400, "/api/v1/digests/morning/99": 404, "/api/v1/watches/none/explain/abcd": 400,
	} {
		rec := w.get(path)
		var answer struct{ Error string }
		err := json.Unmarshal(rec.Body.Bytes(), &answer)
		if rec.Code != status || err != nil || answer.Error == "" || rec.Header().Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s: %d %s %s, want %d", path, rec.Code, rec.Header().Get("Content-Type"), rec.Body, status)
		}
	}
}

func TestJSONLines(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"}, article{guid: "2"})
	rec := w.get("/api/v1/items", "Accept", "application/jsonl")
	lines := strings.Split(strings.TrimSpace(rec.Body.String()), "\n")
	if len(lines) != 2 || rec.Header().Get("Content-Type") != "application/jsonl; charset=utf-8" {
		t.Fatalf("%v %q", rec.Header(), lines)
	}
	for _, l := range lines {
		var it map[string]any
		if err := json.Unmarshal([]byte(l), &it); err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{"id", "seq", "url", "title", "outlet", "published", "certainty", "seen", "story", "relation", "revision", "watches", "lang"} {
			if _, ok := it[field]; !ok {
				t.Errorf("a line lacks %q", field)
			}
		}
	}
}

func TestWhatTheAPITells(t *testing.T) {
	w := newWorld(t, basicConfig)
	a := article{guid: "1", published: exact(start.Add(-time.Hour))}
	w.read(a)
	w.read(article{feed: courierFeed, guid: "c", outlet: "-", url: "https://courier.example/c", title: "Plan for the harbour", html: "<p>" + prose("1") + "</p>"})
	w.now = w.now.Add(time.Hour)
	w.read(article{guid: "1", title: "Harbour plan 1, edited", published: exact(start.Add(-time.Hour))})

	var item web.ItemDetail
	if err := json.Unmarshal([]byte(w.body("/api/v1/items/"+a.id().String()[:6])), &item); err != nil {
		t.Fatal(err)
	}
	if item.Revision != 2 || len(item.Revisions) != 2 || item.Revisions[0].Title != "Harbour plan 1" || item.Origin.Status != 200 || !strings.HasPrefix(item.Origin.SHA256, "010203") {
		t.Errorf("item %+v", item)
	}
	if len(item.Matches) != 4 || item.Matches[2].Watch != "ports" || item.Matches[2].Evidence[0].Words == "" {
		t.Errorf("matches %+v", item.Matches)
	}
	var story web.StoryView
	if err := json.Unmarshal([]byte(w.body("/api/v1/stories/"+a.id().String())), &story); err != nil {
		t.Fatal(err)
	}
	if story.Outlets != 2 || len(story.Members) != 2 || story.Members[1].Relation != "same text" || story.Members[1].Of != a.id().String() {
		t.Errorf("story %+v", story)
	}
	found := listOf[web.SearchView](w, "/api/v1/search?q=monday+title:plan")
	if len(found.Items) != 2 || !strings.HasPrefix(found.Items[0].Hit, "The council") {
		t.Errorf("search %+v", found)
	}
	if l := listOf[web.SearchView](w, "/api/v1/search?q=harbour&since=30m"); len(l.Items) != 0 {
		t.Errorf("since is ignored: %+v", l)
	}
	counts := listOf[web.CountView](w, "/api/v1/count?q=harbour&by=outlet")
	if diff := cmp.Diff([]web.CountView{{Key: "Harbour Gazette", Items: 1}, {Key: "unknown", Items: 1}}, counts.Items); diff != "" {
		t.Error(diff)
	}
	var why web.ExplainView
	if err := json.Unmarshal([]byte(w.body("/api/v1/watches/gazette/explain/"+a.id().String())), &why); err != nil {
		t.Fatal(err)
	}
	if !why.Matched || len(why.Clauses) != 2 {
		t.Errorf("explain %+v", why)
	}
	if l := listOf[web.OutletView](w, "/api/v1/outlets"); len(l.Items) != 1 || l.Items[0].Country != "GB" {
		t.Errorf("outlets %+v", l)
	}
	if l := listOf[web.SubscriptionView](w, "/api/v1/subscriptions"); len(l.Items) != 3 || l.Items[0].State != "ok" || l.Items[2].Kind != "seed" {
		t.Errorf("subscriptions %+v", l)
	}
	wants(t, "opml", w.body("/api/v1/subscriptions.opml"), "<opml", "courier.example/feed")
}

// TestNothingChangesByGET asks everything with every method: only GET and HEAD are answered.
func TestNothingChangesByGET(t *testing.T) {
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"})
	head := must(w.store.Head(t.Context()))(t)
	for _, path := range []string{"/", "/watches/ports", "/items/" + (article{guid: "1"}).id().String(), "/search?q=harbour", "/subscriptions", "/feeds/all.atom", "/api/v1/items", "/digests/", "/nothing"} {
		w.get(path)
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
			if rec := w.ask(method, path); rec.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", method, path, rec.Code)
			}
		}
	}
	if now := must(w.store.Head(t.Context()))(t); now != head {
		t.Errorf("the journal went from %d to %d", head, now)
	}
}

func TestHealth(t *testing.T) {
	w := newWorld(t, basicConfig)
	if rec := w.get("/healthz"); rec.Code != 200 || rec.Body.String() != "ok\n" {
		t.Errorf("healthz %d %q", rec.Code, rec.Body)
	}
	w.status.Ready, w.status.Problems = false, []string{"the store: full"}
	for path, want := range map[string]string{"/healthz": "the store: full\n", "/readyz": "starting\n"} {
		rec := w.get(path)
		if rec.Code != 503 || rec.Body.String() != want || rec.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %q %v", path, rec.Code, rec.Body, rec.Header())
		}
	}
	w.status.Ready = true
	if rec := w.get("/readyz"); rec.Code != 200 {
		t.Errorf("readyz %d", rec.Code)
	}
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	if rec := w.get("/healthz"); rec.Code != 503 || !strings.Contains(rec.Body.String(), "closed") {
		t.Errorf("healthz over a closed store: %d %q", rec.Code, rec.Body)
	}
	if rec := w.get("/feeds/all.atom"); rec.Code != 500 {
		t.Errorf("feed over a closed store: %d", rec.Code)
	}
}

// TestDocumentationNamesEveryField holds docs/api.md to what is answered.
func TestDocumentationNamesEveryField(t *testing.T) {
	doc := string(must(os.ReadFile(filepath.Join("..", "docs", "api.md")))(t))
	var check func(reflect.Type)
	check = func(typ reflect.Type) {
		for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() {
			return
		}
		for _, f := range reflect.VisibleFields(typ) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name != "" && !strings.Contains(doc, "`"+name+"`") {
				t.Errorf("docs/api.md does not name %q of %s", name, typ.Name())
			}
			check(f.Type)
		}
	}
	for _, v := range []any{web.ItemView{}, web.ItemDetail{}, web.StoryView{}, web.WatchView{}, web.ExplainView{}, web.SearchView{}, web.CountView{}, web.BacktestView{}, web.SubscriptionView{}, web.OutletView{}, web.EditionView{}, web.StatsView{}} {
		check(reflect.TypeOf(v))
	}
}
