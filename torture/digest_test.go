package torture_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// post is a mail server that keeps what it accepted and takes its time.
type post struct {
	mu    sync.Mutex
	rng   *rand.Rand
	mails [][]byte
}

// newPost starts a mail server and returns it with its port.
func newPost(t *testing.T, seed uint64) (*post, int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{rng: rand.New(rand.NewPCG(seed, 3))}
	s := smtp.NewServer(p)
	t.Cleanup(func() { s.Close() })
	go func() { _ = s.Serve(l) }() // ends with Close
	return p, l.Addr().(*net.TCPAddr).Port
}

// NewSession implements smtp.Backend.
func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return session{p}, nil }

type session struct{ post *post }

// Mail implements smtp.Session.
func (s session) Mail(string, *smtp.MailOptions) error { s.post.dawdle(10); return nil }

// Rcpt implements smtp.Session.
func (s session) Rcpt(string, *smtp.RcptOptions) error { s.post.dawdle(10); return nil }

// Data implements smtp.Session. The mail counts as accepted once the final dot is there; the answer comes later.
func (s session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.post.mu.Lock()
	s.post.mails = append(s.post.mails, data)
	s.post.mu.Unlock()
	s.post.dawdle(60)
	return nil
}

// Reset implements smtp.Session.
func (s session) Reset() {}

// Logout implements smtp.Session.
func (s session) Logout() error { return nil }

// dawdle waits up to so many milliseconds.
func (p *post) dawdle(most int) {
	p.mu.Lock()
	d := time.Duration(p.rng.IntN(most)) * time.Millisecond
	p.mu.Unlock()
	time.Sleep(d)
}

// received returns what was accepted so far.
func (p *post) received() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.mails)
}

var headline = regexp.MustCompile(`Headline (\d+) of the flood`)

// edition is a line of the list of digests.
type edition struct {
	ID         string
	Number     int
	Deliveries []struct{ State, Answer string }
}

func (h home) editions() []edition {
	h.t.Helper()
	var all []edition
	dec := json.NewDecoder(strings.NewReader(h.run("digest", "list", "--json", "--limit", "0")))
	for dec.More() {
		var e edition
		if err := dec.Decode(&e); err != nil {
			h.t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// TestG1_KillDuringDigests kills the daemon while it makes and mails editions. Every story is in exactly one digest; a mail that came more than once
// came with the same bytes under the same Message-ID.
func TestG1_KillDuringDigests(t *testing.T) {
	n := cycles(t, 25, 500)
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 4))
	server, port := newPost(t, seed)
	h := newHome(t, t.TempDir(), fmt.Sprintf(`
[[digest]]
name = "flood"
title = "Flood"
watches = ["harbour"]
at = "daily 07:00"
to = ["desk@example.org"]

[smtp]
host = "127.0.0.1"
port = %d
tls = "none"
from = "mediawatch@example.org"
`, port)+seedFolder+watches)
	stories := 0
	for range n {
		for range 1 + rng.IntN(2) {
			stories++
			h.write(fmt.Sprintf("seeds/%04d.txt", stories), fmt.Sprintf("Headline %d of the flood\n\n%s\n", stories, prose(fmt.Sprintf("flood-%d", stories), true)))
		}
		p := h.start("serve")
		if rng.IntN(4) > 0 {
			p.await("/readyz")
			go func() { _, _ = p.order("/control/digests/flood/send", nil) }() // killed on the way
		}
		time.Sleep(time.Duration(rng.IntN(250)) * time.Millisecond)
		p.kill()
	}
	h.deliverAll()
	checkMails(t, server.received(), stories)
	for i, e := range h.regular() {
		if e.Number != i+1 {
			t.Errorf("edition %d of the list has number %d: a hole", i+1, e.Number)
		}
	}
	if out := h.run("verify"); strings.TrimSpace(out) != "sound" {
		t.Errorf("verify: %s", out)
	}
	t.Logf("%d stories in %d editions, %d mails", stories, len(h.regular()), len(server.received()))
}

// regular returns the editions with a number, the oldest first.
func (h home) regular() []edition {
	var list []edition
	for _, e := range h.editions() {
		if e.Number > 0 {
			list = append(list, e)
		}
	}
	slices.Reverse(list)
	return list
}

// deliverAll makes the last edition and sees every delivery through. One whose lease a dead daemon holds is sent again by hand, as its bytes were.
func (h home) deliverAll() {
	h.t.Helper()
	p := h.start("serve")
	p.await("/readyz")
	if d, err := p.order("/control/digests/flood/send", nil); err != nil || d.Error != "" {
		h.t.Fatalf("the last edition: %v %s", err, d.Error)
	}
	for _, e := range h.editions() {
		if len(e.Deliveries) != 1 {
			h.t.Fatalf("edition %s has %d deliveries, want 1", e.ID, len(e.Deliveries))
		}
		if e.Deliveries[0].State == "sent" {
			continue
		}
		if d, err := p.order("/control/resend", url.Values{"id": {e.ID}}); err != nil || d.Error != "" {
			h.t.Fatalf("resend %s: %v %s", e.ID, err, d.Error)
		}
	}
	for _, e := range h.editions() {
		if e.Deliveries[0].State != "sent" {
			h.t.Errorf("edition %s is %s: %s", e.ID, e.Deliveries[0].State, e.Deliveries[0].Answer)
		}
	}
	p.stop()
}

// checkMails asks that each of the stories is in one digest, whatever was sent how often. The newcomer's edition stands outside the promise.
func checkMails(t *testing.T, mails [][]byte, stories int) {
	t.Helper()
	byID := make(map[string][]byte)
	digestOf := make(map[string]string)
	for _, data := range mails {
		id, subject, words := readMail(t, data)
		if first, again := byID[id]; again {
			if !bytes.Equal(first, data) {
				t.Errorf("%s came twice with different bytes", id)
			}
			continue
		}
		byID[id] = data
		if strings.HasPrefix(subject, "Welcome") {
			continue
		}
		for _, m := range headline.FindAllStringSubmatch(words, -1) {
			if other, told := digestOf[m[1]]; told && other != id {
				t.Errorf("headline %s is in %s and in %s", m[1], other, id)
			}
			digestOf[m[1]] = id
		}
	}
	for k := range stories {
		if _, told := digestOf[fmt.Sprint(k+1)]; !told {
			t.Errorf("headline %d is in no digest", k+1)
		}
	}
}

// readMail returns the Message-ID, the subject and the plain text of a mail.
func readMail(t *testing.T, data []byte) (id, subject, words string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextPart()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(part)
	if err != nil {
		t.Fatal(err)
	}
	return m.Header.Get("Message-ID"), subject, string(plain)
}
