package fetch_test

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"mediawatch/fetch"
)

// cpu returns the processor time this process has used.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkUnchanged is a 304 over a kept connection: client and server together, as the server is in this process.
func BenchmarkUnchanged(b *testing.B) {
	s := serve(b, answer(200, ""))
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Etag", `"5f3-1a2b3c"`)
		w.WriteHeader(http.StatusNotModified)
	})
	c := newClient(b, fetch.Options{})
	r := fetch.Request{URL: s.URL + "/feed.xml", ETag: `"5f3-1a2b3c"`, LastModified: "Tue, 03 Feb 2026 10:00:00 GMT"}
	mustGet(b, c, r)
	b.ReportAllocs()
	b.ResetTimer()
	began := cpu(b)
	for range b.N {
		if resp, err := c.Get(b.Context(), r); err != nil || !resp.NotModified {
			b.Fatal(resp, err)
		}
	}
	b.ReportMetric(float64((cpu(b)-began).Microseconds())/float64(b.N), "µs-cpu/op")
}

// BenchmarkChanged is a feed of 56 KB, gzipped.
func BenchmarkChanged(b *testing.B) {
	var doc strings.Builder
	for i := range 350 {
		fmt.Fprintf(&doc, "<item><title>Harbour news %d</title><link>https://news.example/%d</link><description>Boat %x came in.</description></item>\n", i, i*7, i*i*31)
	}
	packed := zipped(b, doc.String())
	s := serve(b, answer(200, ""))
	s.Config.Handler = answer(200, packed, "Content-Encoding: gzip")
	c := newClient(b, fetch.Options{})
	b.SetBytes(int64(doc.Len()))
	b.ReportAllocs()
	b.ResetTimer()
	began := cpu(b)
	for range b.N {
		if resp, err := c.Get(b.Context(), fetch.Request{URL: s.URL}); err != nil || len(resp.Body) != doc.Len() {
			b.Fatal(resp, err)
		}
	}
	b.ReportMetric(float64((cpu(b)-began).Microseconds())/float64(b.N), "µs-cpu/op")
}
