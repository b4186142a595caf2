package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"mediawatch/config"
	"mediawatch/search"
	"mediawatch/store"
	"mediawatch/text"
)

// Options are what a Server shows.
type Options struct {
	Store   store.Store
	Config  func() *config.Config // the one in force
	Facts   search.Facts
	Status  func(context.Context) Status
	Metrics http.Handler // for GET /metrics; nil: there are none
	Version string
	Now     func() time.Time
}

// Status is how the running program is doing.
type Status struct {
	Started    time.Time
	Ready      bool
	Queued     int // feeds that wait or are being read
	LastPass   string
	LastPassAt time.Time
	Problems   []string
	NoNetwork  string   // the one of Problems that says since when no server answers; empty while one does
	Progress   []string // of long work under way, one line each
}

// Server answers HTTP. It is safe for concurrent use.
type Server struct {
	o     Options
	store store.Store
	views Views
	cache feedCache
	turns *turns
	mux   *http.ServeMux

	patterns []string // of mux
}

// New returns a server.
func New(o Options) *Server {
	s := &Server{o: o, store: o.Store, views: Views{o.Store}, turns: newTurns(), mux: http.NewServeMux()}
	s.routes()
	return s
}

func (s *Server) routes() {
	listings := map[string]func(*http.Request) (any, error){
		"/items":                   s.items,
		"/items/{id}":              s.item,
		"/stories":                 s.storyList,
		"/stories/{id}":            s.story,
		"/watches":                 s.watchList,
		"/subscriptions":           s.subscriptionList,
		"/outlets":                 s.outletList,
		"/digests":                 s.editionList,
		"/digests/{name}/{number}": s.edition,
		"/stats":                   s.stats,
	}
	for path, answer := range listings {
		s.handle("GET /api/v1"+path, s.api(s.answer, answer))
	}
	queries := map[string]func(*http.Request) (any, error){
		"/search":                      s.search,
		"/count":                       s.count,
		"/backtest":                    s.backtest,
		"/watches/{name}/explain/{id}": s.explain,
	}
	for path, answer := range queries {
		s.handle("GET /api/v1"+path, s.api(s.query, answer))
	}
	s.handle("GET /api/v1/subscriptions.opml", s.opml)
	s.handle("GET /api/", s.api(s.answer, func(*http.Request) (any, error) {
		return nil, &Error{Status: http.StatusNotFound, Msg: "no such address in the API; docs/api.md lists them"}
	}))
	s.handle("GET /feeds/{file}", s.feed)
	s.handle("GET /healthz", s.healthz)
	s.handle("GET /readyz", s.readyz)
	if s.o.Metrics != nil {
		s.handle("GET /metrics", s.o.Metrics.ServeHTTP)
	}
	s.pages()
}

// handle adds an address.
func (s *Server) handle(pattern string, h http.HandlerFunc) {
	s.patterns = append(s.patterns, pattern)
	s.mux.HandleFunc(pattern, h)
}

// ServeHTTP implements http.Handler for the network: it answers only requests that ask for one of our names.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handles(r)
	secure(w.Header())
	if !s.knownHost(r) {
		http.Error(w, "mediawatch does not answer for this name; if it is one of this machine's, add it to [web] hosts", http.StatusMisdirectedRequest)
		return
	}
	s.mux.ServeHTTP(paced{w, s.turns.write}, r)
}

// Owner answers whoever owns the store: over the socket, and commands in their own process.
func (s *Server) Owner() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		s.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), ownerKey{}, true)))
	})
}

type ownerKey struct{}

// isOwner reports whether a request came over the socket or from this process.
func isOwner(r *http.Request) bool { return r.Context().Value(ownerKey{}) != nil }

// healthz answers 200 while the program does its work, else 503 with what is wrong, one line each.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	st := s.o.Status(r.Context())
	if _, err := s.store.Head(r.Context()); err != nil {
		st.Problems = append(st.Problems, "the store: "+err.Error())
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if len(st.Problems) > 0 {
		http.Error(w, text.HideSecrets(strings.Join(st.Problems, "\n")), http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n")) // the client is gone
}

// readyz answers 200 once the first pass over the seed folders is through.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if !s.o.Status(r.Context()).Ready {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n")) // the client is gone
}

// hasWatch reports whether there is a watch of that name; "all" always is.
func (s *Server) hasWatch(name string) bool {
	if name == allWatch {
		return true
	}
	_, ok := s.o.Config().Watch(name)
	return ok
}

// allWatch matches everything.
const allWatch = "all"
