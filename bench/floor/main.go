// Command floor is the least that a feed reader must do, as a yardstick: ask, parse with gofeed, compress, keep with fsync.
//
// It does no more: no duplicates, no matching, no index, no politeness, no cleaning of what it reads, and errors end
// it. Pinned so that figures can be compared over time: gofeed without its search for images, zstd at the product's
// level, batches of the product's size, the product's own GOGC.
package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/mmcdole/gofeed"
	"go.etcd.io/bbolt"
)

const (
	gogc       = 100  // as the product, which leaves it at its default
	workers    = 16   // as daemon.fetchWorkers
	batchItems = 1000 // with batchDocs and batchWait pinned: a yardstick does not follow the tuning of ingest
	batchDocs  = 1000
	batchWait  = 200 * time.Millisecond
)

func main() {
	debug.SetGCPercent(gogc)
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: floor OPML STORE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

// result is one answer; feed is nil when it was 304.
type result struct {
	number int
	state  state
	feed   *gofeed.Feed
	err    error
}

// state is what is kept of a feed.
type state struct{ ETag, LastModified string }

var feedsTable, itemsTable = []byte("feeds"), []byte("items")

func run(opml, path string) error {
	urls, err := readURLs(opml)
	if err != nil {
		return err
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoStatistics: true})
	if err != nil {
		return err
	}
	states := make([]state, len(urls))
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err1 := tx.CreateBucketIfNotExists(itemsTable)
		b, err2 := tx.CreateBucketIfNotExists(feedsTable)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		return b.ForEach(func(k, v []byte) error { return json.Unmarshal(v, &states[binary.BigEndian.Uint32(k)]) })
	})
	if err != nil {
		return err
	}
	w := &writer{db: db, in: make(chan result, 256)}
	if w.zip, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)); err != nil {
		return err
	}
	go fetchAll(urls, states, w.in)
	if err := w.run(); err != nil {
		return err
	}
	fmt.Printf("{\"items\":%d,\"unchanged\":%d}\n", w.items, w.unchanged)
	return db.Close()
}

func readURLs(opml string) ([]string, error) {
	data, err := os.ReadFile(opml)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Outlines []struct {
			URL string `xml:"xmlUrl,attr"`
		} `xml:"body>outline"`
	}
	err = xml.Unmarshal(data, &doc)
	urls := make([]string, len(doc.Outlines))
	for i, o := range doc.Outlines {
		urls[i] = o.URL
	}
	return urls, err
}

// fetchAll asks for all feeds and closes out.
func fetchAll(urls []string, states []state, out chan<- result) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConns: len(urls), MaxIdleConnsPerHost: workers, DisableCompression: true}, Timeout: time.Minute}
	numbers := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			p := gofeed.NewParser()
			p.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
			var unzip gzip.Reader
			for i := range numbers {
				r := result{number: i, state: states[i]}
				r.err = get(client, urls[i], &r, p, &unzip)
				out <- r
			}
		})
	}
	for i := range urls {
		numbers <- i
	}
	close(numbers)
	wg.Wait()
	close(out)
}

// get asks for a feed, conditionally if it is known, and parses it.
func get(c *http.Client, url string, r *result, p *gofeed.Parser, unzip *gzip.Reader) error {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	if r.state.ETag != "" {
		req.Header.Set("If-None-Match", r.state.ETag)
		req.Header.Set("If-Modified-Since", r.state.LastModified)
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusNotModified:
		return nil
	case http.StatusOK:
	default:
		return errors.New(url + ": " + resp.Status)
	}
	r.state = state{resp.Header.Get("ETag"), resp.Header.Get("Last-Modified")}
	var body io.Reader = resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		if err := unzip.Reset(resp.Body); err != nil {
			return err
		}
		body = unzip
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	r.feed, err = p.Parse(bytes.NewReader(data))
	return err
}

// writer keeps results in batches.
type writer struct {
	db               *bbolt.DB
	zip              *zstd.Encoder
	in               chan result
	items, unchanged int
}

func (w *writer) run() error {
	for r := range w.in {
		batch := []result{r}
		items, late := 0, time.After(batchWait)
	gather:
		for items < batchItems && len(batch) < batchDocs {
			select {
			case r, open := <-w.in:
				if !open {
					break gather
				}
				batch = append(batch, r)
				if r.feed != nil {
					items += len(r.feed.Items)
				}
			case <-late:
				break gather
			}
		}
		if err := w.db.Update(func(tx *bbolt.Tx) error { return w.keep(tx, batch) }); err != nil {
			return err
		}
	}
	return nil
}

// keep writes the items that are new and the validators, in one transaction.
func (w *writer) keep(tx *bbolt.Tx, batch []result) error {
	items := tx.Bucket(itemsTable)
	for _, r := range batch {
		if r.err != nil {
			return r.err
		}
		number := binary.BigEndian.AppendUint32(nil, uint32(r.number))
		if r.feed == nil {
			w.unchanged++
			continue
		}
		for _, it := range r.feed.Items {
			key := append(number[:4:4], cmp.Or(it.GUID, it.Link)...)
			if items.Get(key) != nil {
				continue
			}
			head := it.Title + "\n" + it.Link + "\n" + it.Published + "\n" + it.Description + "\n" // the body last
			if err := items.Put(key, w.zip.EncodeAll([]byte(head+it.Content), nil)); err != nil {
				return err
			}
			w.items++
		}
		value, err := json.Marshal(r.state)
		if err != nil {
			return err
		}
		if err := tx.Bucket(feedsTable).Put(number, value); err != nil {
			return err
		}
	}
	return nil
}
