package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/rogpeppe/go-internal/testscript"
)

// site is somebody's web server: the files of a folder, each with an ETag. A file NAME.status holds a status to answer with instead.
type site struct {
	*httptest.Server
	dir string
	mu  sync.Mutex
	log []string // "304 /feed.xml"
}

func newSite(dir string) *site {
	s := &site{dir: dir}
	s.Server = httptest.NewServer(s)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := s.answer(w, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, fmt.Sprintf("%d %s", status, r.URL.Path))
}

func (s *site) answer(w http.ResponseWriter, r *http.Request) int {
	file := filepath.Join(s.dir, filepath.FromSlash(strings.TrimPrefix(r.URL.Path, "/")))
	if text, err := os.ReadFile(file + ".status"); err == nil {
		if status, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			w.WriteHeader(status)
			return status
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return http.StatusNotFound
	}
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("ETag", tag)
	if strings.HasSuffix(file, ".html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified
	}
	_, _ = w.Write(data) // the client is gone
	return http.StatusOK
}

// requests asks what the feed server was asked since the last time: requests '200 /a.xml' '304 /a.xml'.
func (s *scene) requests(ts *testscript.TestScript, args []string) {
	s.site.mu.Lock()
	defer s.site.mu.Unlock()
	slices.Sort(s.site.log) // several hosts' queues run at once
	slices.Sort(args)
	if got, want := strings.Join(s.site.log, ", "), strings.Join(args, ", "); got != want {
		ts.Fatalf("the feed server was asked %q, want %q", got, want)
	}
	s.site.log = nil
}

// post is somebody's mail server.
type post struct {
	*smtp.Server
	mu     sync.Mutex
	mails  [][]byte
	refuse *smtp.SMTPError // at RCPT; nil takes everything
}

// smtp starts the mail server (smtp start, which sets SMTP_PORT), or tells it what to answer to recipients: smtp refuse 451, smtp accept.
func (s *scene) smtp(ts *testscript.TestScript, args []string) {
	switch args[0] {
	case "start":
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		s.post = &post{}
		s.post.Server = smtp.NewServer(s.post)
		s.post.AllowInsecureAuth = true
		go func() { _ = s.post.Serve(l) }() // ends with Close
		ts.Setenv("SMTP_PORT", fmt.Sprint(l.Addr().(*net.TCPAddr).Port))
	case "refuse":
		code, err := strconv.Atoi(args[1])
		ts.Check(err)
		s.post.mu.Lock()
		defer s.post.mu.Unlock()
		s.post.refuse = &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 2, 0}, Message: "not now"}
	case "accept":
		s.post.mu.Lock()
		defer s.post.mu.Unlock()
		s.post.refuse = nil
	}
}

// mails asks how many mails have come, and writes them to mail1, mail2, ...
func (s *scene) mails(ts *testscript.TestScript, args []string) {
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	for i, m := range s.post.mails {
		ts.Check(os.WriteFile(ts.MkAbs(fmt.Sprintf("mail%d", i+1)), m, 0o600))
	}
	if got := fmt.Sprint(len(s.post.mails)); got != args[0] {
		ts.Fatalf("%s mails came, want %s", got, args[0])
	}
}

// NewSession implements smtp.Backend.
func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{post: p}, nil }

type session struct{ post *post }

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession: the password is "letmein".
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, password string) error {
		if password != "letmein" {
			return errors.New("wrong password")
		}
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements smtp.Session.
func (s *session) Rcpt(string, *smtp.RcptOptions) error {
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	if s.post.refuse != nil {
		return s.post.refuse
	}
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	s.post.mails = append(s.post.mails, data)
	return nil
}

// Reset implements smtp.Session.
func (s *session) Reset() {}

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }
