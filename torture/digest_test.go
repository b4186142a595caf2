package torture_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
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

// post is a mail server that keeps what it accepted. At one stage of a conversation it can be made to stand still.
type post struct {
	mu    sync.Mutex
	mails [][]byte
	stage string        // where to stand still; "" nowhere
	hit   chan struct{} // closed when that stage was reached
	free  chan struct{} // closed when it may go on
	talks int           // conversations under way

	server *smtp.Server
}

// The stages of a conversation.
var stages = []string{"MAIL", "RCPT", "DATA", "in the text", "after the dot"}

// arm makes the next conversation stand still at a stage until free is closed.
func (p *post) arm(stage string) (hit <-chan struct{}, free chan<- struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stage, p.hit, p.free = stage, make(chan struct{}), make(chan struct{})
	return p.hit, p.free
}

// reached is called at each stage.
func (p *post) reached(stage string) {
	p.mu.Lock()
	armed, hit, free := p.stage == stage, p.hit, p.free
	if armed {
		p.stage = ""
	}
	p.mu.Unlock()
	if armed {
		close(hit)
		<-free
	}
}

// newPost starts a mail server and returns it with its port.
func newPost(t *testing.T) (*post, int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{}
	s := smtp.NewServer(p)
	p.server = s
	s.ErrorLog = log.New(io.Discard, "", 0) // of conversations that end with the client's death
	t.Cleanup(func() { s.Close() })
	go func() { _ = s.Serve(l) }() // ends with Close
	return p, l.Addr().(*net.TCPAddr).Port
}

// NewSession implements smtp.Backend.
func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) {
	p.talk(1)
	return session{p}, nil
}

// talk counts conversations and returns how many there are.
func (p *post) talk(more int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.talks += more
	return p.talks
}

type session struct{ post *post }

// Mail implements smtp.Session.
func (s session) Mail(string, *smtp.MailOptions) error { s.post.reached("MAIL"); return nil }

// Rcpt implements smtp.Session.
func (s session) Rcpt(string, *smtp.RcptOptions) error { s.post.reached("RCPT"); return nil }

// Data implements smtp.Session. The mail counts as accepted once the final dot is there; the answer comes later.
func (s session) Data(r io.Reader) error {
	s.post.reached("DATA")
	first := make([]byte, 200)
	n, err := io.ReadFull(r, first)
	if err != nil {
		return err
	}
	s.post.reached("in the text")
	rest, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.post.mu.Lock()
	s.post.mails = append(s.post.mails, append(first[:n], rest...))
	s.post.mu.Unlock()
	s.post.reached("after the dot")
	return nil
}

// Reset implements smtp.Session.
func (s session) Reset() {}

// Logout implements smtp.Session.
func (s session) Logout() error { s.post.talk(-1); return nil }

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

// floodDigest sends what the watch harbour finds to a mail server at a port.
const floodDigest = `
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
`

// TestG1_KillDuringDigests kills the daemon while it makes and mails editions. Every story is in exactly one digest; a
// mail that came more than once came with the same bytes under the same Message-ID.
func TestG1_KillDuringDigests(t *testing.T) {
	n := cycles(t, 25, 500)
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 4))
	server, port := newPost(t)
	h := newHome(t, t.TempDir(), fmt.Sprintf(floodDigest, port)+seedFolder+watches)
	stories, stood := 0, 0
	for range n {
		for range 1 + rng.IntN(2) {
			stories++
			h.write(fmt.Sprintf("seeds/%04d.txt", stories), fmt.Sprintf("Headline %d of the flood\n\n%s\n", stories, prose(fmt.Sprintf("flood-%d", stories), true)))
		}
		hit, free := server.arm(append(stages, "")[rng.IntN(len(stages)+1)])
		p := h.start("serve")
		go func() {
			for running(p) { // as soon as it listens, and until it is killed
				if _, err := p.order("/control/digests/flood/send", nil); err != nil {
					time.Sleep(2 * time.Millisecond)
				}
			}
		}()
		wait := time.Duration(rng.IntN(500)) * time.Millisecond
		if rng.IntN(4) > 0 {
			wait = 2 * time.Second // the stage comes before
		}
		select {
		case <-hit:
			stood++
		case <-time.After(wait):
		}
		p.kill()
		close(free)
	}
	server.arm("")
	if stood < n/4 {
		t.Errorf("%d of %d kills were in the middle of a mail: the test has lost its teeth", stood, n)
	}
	h.deliverAll()
	checkMails(t, server.received(), stories)
	for i, e := range h.regular() {
		if e.Number != i+1 {
			t.Errorf("edition %d of the list has number %d: a hole", i+1, e.Number)
		}
	}
	if out := h.run("verify"); !strings.HasPrefix(out, "sound: ") {
		t.Errorf("verify: %s", out)
	}
	t.Logf("%d stories in %d editions, %d mails; %d kills in the middle of a mail", stories, len(h.regular()), len(server.received()), stood)
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

// deliverAll makes the last edition and sees every delivery through. One whose lease a dead daemon holds is sent again
// by hand, as its bytes were.
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

// checkMails asks that each of the stories is in one digest, whatever was sent how often.
func checkMails(t *testing.T, mails [][]byte, stories int) {
	t.Helper()
	byID := make(map[string][]byte)
	digestOf := make(map[string]string)
	for _, data := range mails {
		id, words := readMail(t, data)
		if first, again := byID[id]; again {
			if !bytes.Equal(first, data) {
				t.Errorf("%s came twice with different bytes", id)
			}
			continue
		}
		byID[id] = data
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

// readMail returns the Message-ID and the plain text of a mail.
func readMail(t *testing.T, data []byte) (id, words string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
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
	return m.Header.Get("Message-ID"), string(plain)
}
