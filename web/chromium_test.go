package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// TestPagesFitSmallScreens shows every page in Chromium, 320 pixels wide, and asks how wide it would be.
func TestPagesFitSmallScreens(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is not installed, and this is CI: .ci/run installs it")
		}
		t.Skip("chromium is not installed; apt-get install chromium to run this test")
	}
	w := newWorld(t, basicConfig)
	w.read(article{guid: "1"}, article{feed: courierFeed, guid: "c", outlet: "Courier of the Northern Harbour Towns", url: "https://courier.example/c", title: "Plan for the harbour", html: "<p>" + prose("1") + "</p>"})
	w.sampleEdition(1, article{guid: "1"}.id())
	id := article{guid: "1"}.id().String()
	paths := []string{"/", "/watches/", "/watches/ports", "/items/" + id, "/stories/" + id, "/search?q=harbour", "/subscriptions", "/outlets", "/digests/", "/digests/morning/1"}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		rec := w.get(r.URL.RequestURI())
		rw.Header().Set("Content-Type", rec.Header().Get("Content-Type")) // and none of the headers that forbid frames
		rw.WriteHeader(rec.Code)
		_, _ = rw.Write(rec.Body.Bytes())
	})
	mux.HandleFunc("/frames", func(rw http.ResponseWriter, _ *http.Request) {
		for i, p := range paths {
			fmt.Fprintf(rw, `<iframe width="320" height="600" src="%s"></iframe><p id="w%d">?</p>`, html.EscapeString(p), i)
		}
		fmt.Fprint(rw, `<script>onload = () => document.querySelectorAll("iframe").forEach((f, i) => {
			document.getElementById("w" + i).textContent = f.contentDocument.documentElement.scrollWidth + " " + f.contentDocument.title
		})</script>`)
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	cmd := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--virtual-time-budget=20000", "--dump-dom", srv.URL+"/frames")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range paths {
		_, rest, _ := strings.Cut(string(out), fmt.Sprintf(`<p id="w%d">`, i))
		got, _, _ := strings.Cut(rest, "</p>")
		width, title, _ := strings.Cut(got, " ")
		if n, err := strconv.Atoi(width); err != nil || title == "" || strings.Contains(title, "not found") {
			t.Errorf("%s: no page: %q", p, got)
		} else if n > 320 {
			t.Errorf("%s (%s) is %d pixels wide on a screen of 320", p, title, n)
		}
	}
}
