package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"mediawatch/store"
	"mediawatch/text"
)

var (
	//go:embed ui/*.tmpl
	templates embed.FS
	//go:embed ui/style.css
	style string // the one stylesheet, which each page carries in itself
	//go:embed ui/icon.svg
	icon []byte
)

// looks are the templates of the pages, by name; each is a file in ui.
var looks = parseLooks("overview", "watches", "watch", "story", "item", "search", "subscriptions", "outlets", "digests", "digest", "edition", "error")

func parseLooks(names ...string) map[string]*template.Template {
	out := make(map[string]*template.Template, len(names))
	for _, name := range names {
		out[name] = template.Must(template.ParseFS(templates, "ui/layout.tmpl", "ui/"+name+".tmpl"))
	}
	return out
}

// pagePolicy is what a page may do (CSP level 3): nothing runs, nothing is loaded from elsewhere. The stylesheet is
// named by its hash, so that no other style is applied, whatever gets into a page.
var pagePolicy = policyFor(style)

func policyFor(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}

// editionPolicy is for an edition as it was sent: its styles are in its elements. It is put into a sandbox wherever it is opened.
const editionPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"

// page is what the layout shows around a body.
type page struct {
	Title   string
	Section string      // the entry of the menu it belongs to
	Feeds   []alternate // for autodiscovery
	Body    any
}

// alternate is a published feed that shows what a page shows. Path is relative to the root.
type alternate struct{ Title, Path string }

// frame is a page with everything that is the same on all pages.
type frame struct {
	page
	Root    string // the way back to the root: "./" or "../" and so on. No page knows its own address
	Nav     []navEntry
	Style   template.CSS
	Version string
	Zone    string
}

type navEntry struct {
	Title, Path string
	Here        bool
}

var menu = []navEntry{
	{Title: "Overview", Path: ""}, {Title: "Watches", Path: "watches/"}, {Title: "Digests", Path: "digests/"},
	{Title: "Subscriptions", Path: "subscriptions"}, {Title: "Outlets", Path: "outlets"},
}

func (s *Server) pages() {
	shown := map[string]struct {
		template string
		show     func(*http.Request) (page, error)
	}{
		"/{$}":                     {"overview", s.overviewPage},
		"/watches/{$}":             {"watches", s.watchesPage},
		"/watches/{name}":          {"watch", s.watchPage},
		"/stories/{id}":            {"story", s.storyPage},
		"/items/{id}":              {"item", s.itemPage},
		"/search":                  {"search", s.searchPage},
		"/subscriptions":           {"subscriptions", s.subscriptionsPage},
		"/outlets":                 {"outlets", s.outletsPage},
		"/digests/{$}":             {"digests", s.digestsPage},
		"/digests/{name}/{number}": {"edition", s.editionPage},
	}
	for path, p := range shown {
		take := s.answer
		if p.template == "search" {
			take = s.query
		}
		s.handle("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			t, err := take(r)
			if err != nil {
				s.errorPage(w, r, err)
				return
			}
			content, err := p.show(t.within(r))
			err = s.inTime(t, err)
			t.end()
			if err != nil {
				s.errorPage(w, r, err)
				return
			}
			s.render(w, r, http.StatusOK, p.template, content)
		})
	}
	s.handle("GET /digests/{name}", s.digestFile)
	s.handle("GET /digests/{name}/{number}/raw", s.rawEdition)
	s.handle("GET /icon.svg", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		w.Header().Set("Cache-Control", "max-age=86400")
		_, _ = w.Write(icon) // the client is gone
	})
	s.handle("GET /", func(w http.ResponseWriter, r *http.Request) { s.errorPage(w, r, store.ErrNotFound) })
}

// render writes a page whole or, when its template fails, an error.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, name string, p page) {
	f := frame{page: p, Root: rootOf(r.URL.Path), Style: template.CSS(style), Version: s.o.Version, Zone: s.o.Now().Format("MST")}
	for _, n := range menu {
		n.Here = n.Path == p.Section && name != "error"
		f.Nav = append(f.Nav, n)
	}
	var b bytes.Buffer
	if err := looks[name].Execute(&b, f); err != nil {
		http.Error(w, "this page cannot be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	s.send(w, r, status, b.Bytes())
}

// rootOf is the way from a path back to the root, so that pages work below any address a proxy gives them.
func rootOf(path string) string {
	return cmp.Or(strings.Repeat("../", max(0, strings.Count(path, "/")-1)), "./")
}

// problem is what an error page shows.
type problem struct{ Status, Head, Msg string }

func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, err error) {
	status := statusOf(err)
	p := problem{Status: http.StatusText(status), Head: "This page cannot be shown just now", Msg: text.HideSecrets(err.Error())}
	switch status {
	case http.StatusNotFound:
		p.Head, p.Msg = "There is nothing at this address", "It may have been removed, or the address was not copied whole."
	case http.StatusBadRequest:
		p.Head = "That cannot be answered"
	case http.StatusServiceUnavailable:
		var known *Error
		if errors.As(err, &known) {
			tellRetry(w, known.RetryAfter)
		}
	case statusGone:
		return
	}
	s.render(w, r, status, "error", page{Title: p.Head, Section: "error", Body: p})
}

// statusGone is the status that stands for a client that did not wait.
const statusGone = 499

// statusOf is the HTTP status an error deserves.
func statusOf(err error) int {
	var known *Error
	switch {
	case errors.As(err, &known):
		return known.Status
	case errors.Is(err, store.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, context.Canceled):
		return statusGone
	}
	return http.StatusInternalServerError
}

// watchRef is a watch as pages name it.
type watchRef struct{ Name, Title string }

// watchFeeds are the feeds for autodiscovery: everything, then each watch.
func (s *Server) watchFeeds() []alternate {
	cfg := s.o.Config()
	out := []alternate{{watchTitle(cfg, allWatch), "feeds/all.atom"}}
	for _, w := range cfg.Watches {
		out = append(out, alternate{watchTitle(cfg, w.Name), "feeds/" + w.Name + ".atom"})
	}
	return out
}
