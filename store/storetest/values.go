package storetest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// start is the first moment of every test: a Monday morning.
var start = time.Date(2026, 11, 16, 6, 0, 0, 0, time.UTC)

// at is a moment so many minutes after the start.
func at(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }

// hash is a value that follows from its arguments.
func hash(parts ...any) news.Hash { return sha256.Sum256([]byte(fmt.Sprint(parts...))) }

// feed is a web feed by its number.
func feed(n int) news.Feed {
	address := fmt.Sprintf("https://outlet-%d.example/feed", n)
	return news.Feed{
		ID: news.NewFeedID(news.KindFeed, address), Kind: news.KindFeed, Address: address, Location: address,
		Title: fmt.Sprintf("Outlet %d", n), NextDue: at(60), Interval: time.Hour,
	}
}

// folder is a seed folder by its name.
func folder(name string) news.Feed {
	return news.Feed{ID: news.NewFeedID(news.KindSeed, name), Kind: news.KindSeed, Address: name}
}

// article is an item of a feed by its number, in a state by its letter. Another state has another headline, text, and content key; the URL
// stays.
func article(of news.Feed, n int, state string) store.News {
	identity := fmt.Sprintf("article-%d", n)
	url := fmt.Sprintf("https://outlet.example/%s/%d", of.ID, n)
	text := fmt.Sprintf("<p>Report %d of %s in state %s.</p>", n, of.Title, state) + strings.Repeat("<p>The harbour board met on Tuesday.</p>", 10)
	return store.News{
		State: hash("state", n, state),
		Item: news.Item{
			ID: news.NewItemID(of.ID, identity), Feed: of.ID, Kind: of.Kind, Identity: identity, URL: url, Outlet: of.Title,
			OutletEvidence: "title of the feed", Seen: at(n), Fingerprint: binary.BigEndian.Uint64(first8(hash("print", n, state))),
			Origin: news.Origin{Raw: hash("raw", of.ID), At: at(n), FinalURL: of.Address, Status: 200},
			Revision: news.Revision{
				At: at(n), Title: fmt.Sprintf("Headline %d (%s)", n, state), Summary: "Short.", Content: text, Lang: "en",
				Published: news.Stamp{Time: at(n - 5), Certainty: news.CertaintyExact},
				Keys:      news.Keys{Version: news.KeyVersion, URL: hash("url", url), Content: hash("content", n, state), Gist: hash("gist", n, state)},
			},
		},
	}
}

func first8(h news.Hash) []byte { return h[:8] }

// document is one read of a feed with items.
func document(of news.Feed, items ...store.News) store.Document {
	return store.Document{Feed: of, Items: items}
}

// add appends one document.
func (f *fixture) add(of news.Feed, items ...store.News) store.Receipt {
	f.t.Helper()
	return must[store.Receipt](f)(f.Append(f.ctx, store.Batch{Documents: []store.Document{document(of, items...)}}))
}

// addMany appends the articles from..to-1 of a feed in state a, and returns their ids.
func (f *fixture) addMany(of news.Feed, from, to int) []news.ItemID {
	f.t.Helper()
	var list []store.News
	var ids []news.ItemID
	for n := from; n < to; n++ {
		list = append(list, article(of, n, "a"))
		ids = append(ids, list[len(list)-1].Item.ID)
	}
	f.add(of, list...)
	return ids
}

// item reads one item in its newest revision.
func (f *fixture) item(id news.ItemID) news.Item {
	f.t.Helper()
	return must[[]news.Item](f)(f.Items(f.ctx, []store.Ref{{Item: id}}))[0]
}

// story reads the story of one item.
func (f *fixture) story(id news.ItemID) news.Story {
	f.t.Helper()
	return must[[]news.Story](f)(f.Stories(f.ctx, []news.ItemID{id}))[0]
}

// head is the newest Seq.
func (f *fixture) head() news.Seq {
	f.t.Helper()
	return must[news.Seq](f)(f.Head(f.ctx))
}

// events is the whole journal after a number.
func (f *fixture) events(after news.Seq) []store.Event {
	f.t.Helper()
	var all []store.Event
	for {
		page := must[[]store.Event](f)(f.Events(f.ctx, after, 7))
		if page == nil {
			return all
		}
		all = append(all, page...)
		after = page[len(page)-1].Seq
	}
}

// derive commits under a follower's present cursor, which stays.
func (f *fixture) derive(d store.Derivation) {
	f.t.Helper()
	if d.Follower == "" {
		d.Follower = "tester"
	}
	d.From = must[store.Cursor](f)(f.Cursor(f.ctx, d.Follower))
	d.To = d.From
	f.ok(f.Commit(f.ctx, d))
}

// matched is a match of revision 1, whose entry gets an id that follows from watch and group.
func matched(watch string, item, group news.ItemID, minute int) store.Matched {
	return store.Matched{
		Match: news.Match{
			Watch: watch, Item: item, Group: group, At: at(minute), Rev: 1,
			Evidence: []news.Evidence{{Clause: "harbour", Field: "body", Start: 4, End: 11, Words: "harbour"}},
		},
		UUID: uuid(watch, group), Time: at(minute),
	}
}

// backlog makes a match one of what was there before.
func backlog(m store.Matched) store.Matched {
	m.Match.Backlog = true
	return m
}

// uuid is an entry id that follows from its arguments.
func uuid(watch string, group news.ItemID) string {
	h := hash("uuid", watch, group)
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// fill gives every field of a value something of its own, so that a field that an engine forgets is noticed. Times have
// whole microseconds, durations whole seconds.
func fill(t tb, v reflect.Value, seed *int) {
	t.Helper()
	*seed++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(start.Add(time.Duration(*seed) * time.Microsecond)))
		return
	case time.Duration:
		v.SetInt(int64(time.Duration(*seed) * time.Second))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), seed)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), seed)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), seed)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d – ü 新聞 \U0001F4F0", *seed))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1 / float64(*seed))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(*seed%100 + 1))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*seed%100 + 1))
	default:
		t.Fatalf("no way to fill a %s", v.Kind())
	}
}

// filled is a value of which every field is set.
func filled[T any](t tb, seed int) T {
	t.Helper()
	var v T
	fill(t, reflect.ValueOf(&v).Elem(), &seed)
	return v
}
