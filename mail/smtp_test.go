package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	server "github.com/emersion/go-smtp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sender returns an SMTP for a server on this machine. Where a test needs the server's silence to be noticed, patience
// is short; elsewhere it is never used up.
func sender(t testing.TB, port int, change func(*Options)) *SMTP {
	t.Helper()
	o := Options{Host: "127.0.0.1", Port: port, Security: NoTLS, From: "mediawatch@example.org"}
	if change != nil {
		change(&o)
	}
	s, err := NewSMTP(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func message(t testing.TB) []byte {
	t.Helper()
	eml, err := Build(sample())
	if err != nil {
		t.Fatal(err)
	}
	return eml
}

// Every way a mail server is known to misbehave in. Whatever it does: a message it has taken is never counted as
// refused, and a later attempt with the same bytes reaches a server that behaves.
func TestG02_SMTPMisbehaviour(t *testing.T) {
	login := func(o *Options) { o.Username, o.Password = "desk", "secret" }
	impatient := func(o *Options) {
		o.Timeouts = Timeouts{Command: 50 * time.Millisecond, Block: 50 * time.Millisecond, Final: 50 * time.Millisecond}
	}
	starttls := func(o *Options) { o.Security = StartTLS }
	for _, c := range []struct {
		name   string
		script map[string]string
		extra  []string
		change func(*Options)
		large  bool
		state  State
		code   int
	}{
		{name: "a good server", state: StateSent, code: 250},
		{name: "greeting 421", script: map[string]string{"greeting": "421 busy"}, state: StateRetry, code: 421},
		{name: "greeting 554", script: map[string]string{"greeting": "554 not today"}, state: StateRetry, code: 554},
		{name: "greeting dropped", script: map[string]string{"greeting": drop}, state: StateRetry},
		{name: "greeting reset", script: map[string]string{"greeting": reset}, state: StateRetry},
		{name: "greeting never comes", script: map[string]string{"greeting": silent}, change: impatient, state: StateRetry},
		{name: "greeting without end", script: map[string]string{"greeting": "220-hello\n" + strings.Repeat("220-hello\n", 120_000) + "220 end"}, state: StateRetry},
		{name: "greeting is garbage", script: map[string]string{"greeting": garbage}, state: StateRetry},
		{name: "EHLO 421 and HELO 421", script: map[string]string{"EHLO": "421 busy", "HELO": "421 busy"}, state: StateRetry, code: 421},
		{name: "EHLO unknown, HELO fine", script: map[string]string{"EHLO": "502 what?"}, state: StateSent, code: 250},
		{name: "EHLO dropped", script: map[string]string{"EHLO": drop}, state: StateRetry},
		{name: "EHLO without end", script: map[string]string{"EHLO": endless}, state: StateRetry},
		{name: "MAIL 421", script: map[string]string{"MAIL": "421 busy"}, state: StateRetry, code: 421},
		{name: "MAIL 451", script: map[string]string{"MAIL": "451 later"}, state: StateRetry, code: 451},
		{name: "MAIL 550", script: map[string]string{"MAIL": "550 sender refused"}, state: StateFailed, code: 550},
		{name: "MAIL 530: login wanted", script: map[string]string{"MAIL": "530 5.7.0 authentication required"}, state: StateRetry, code: 530},
		{name: "MAIL 552: too large", script: map[string]string{"MAIL": "552 too large"}, extra: []string{"SIZE 100"}, state: StateFailed, code: 552},
		{name: "MAIL dropped", script: map[string]string{"MAIL": drop}, state: StateRetry},
		{name: "MAIL garbage", script: map[string]string{"MAIL": garbage}, state: StateRetry},
		{name: "MAIL silent", script: map[string]string{"MAIL": silent}, change: impatient, state: StateRetry},
		{name: "RCPT 421", script: map[string]string{"RCPT": "421 busy"}, state: StateRetry, code: 421},
		{name: "RCPT 451: greylisted", script: map[string]string{"RCPT": "451 4.7.1 greylisted"}, state: StateRetry, code: 451},
		{name: "RCPT 550", script: map[string]string{"RCPT": "550 5.1.1 no such user"}, state: StateFailed, code: 550},
		{name: "RCPT 550 in three lines", script: map[string]string{"RCPT": "550-no\n550-such\n550 user"}, state: StateFailed, code: 550},
		{name: "RCPT 251: will forward", script: map[string]string{"RCPT": "251 will forward"}, state: StateSent, code: 250},
		{name: "RCPT dropped", script: map[string]string{"RCPT": drop}, state: StateRetry},
		{name: "DATA 421", script: map[string]string{"DATA": "421 busy"}, state: StateRetry, code: 421},
		{name: "DATA 451", script: map[string]string{"DATA": "451 later"}, state: StateRetry, code: 451},
		{name: "DATA 550", script: map[string]string{"DATA": "550 no"}, state: StateFailed, code: 550},
		{name: "DATA dropped", script: map[string]string{"DATA": drop}, state: StateRetry},
		{name: "drop in DATA", script: map[string]string{"in DATA": reset}, large: true, state: StateRetry},
		{name: "stops reading in DATA", script: map[string]string{"in DATA": silent}, large: true, change: impatient, state: StateRetry},
		{name: "dot 421", script: map[string]string{"message": "421 busy"}, state: StateRetry, code: 421},
		{name: "dot 451", script: map[string]string{"message": "451 later"}, state: StateRetry, code: 451},
		{name: "dot 550", script: map[string]string{"message": "550 spam"}, state: StateFailed, code: 550},
		{name: "dot 554", script: map[string]string{"message": "554 no"}, state: StateFailed, code: 554},
		{name: "drop after the dot", script: map[string]string{"message": drop}, state: StateUnknown},
		{name: "reset after the dot", script: map[string]string{"message": reset}, state: StateUnknown},
		{name: "silent after the dot", script: map[string]string{"message": silent}, change: func(o *Options) { o.Timeouts.Final = 50 * time.Millisecond }, state: StateUnknown},
		{name: "half an answer after the dot", script: map[string]string{"message": half}, state: StateUnknown},
		{name: "garbage after the dot", script: map[string]string{"message": garbage}, state: StateUnknown},
		{name: "QUIT dropped", script: map[string]string{"QUIT": drop}, state: StateSent, code: 250},
		{name: "QUIT 421", script: map[string]string{"QUIT": "421 busy"}, state: StateSent, code: 250},
		{name: "a slow server", script: map[string]string{"greeting": "SLOW", "EHLO": "SLOW", "MAIL": "SLOW", "RCPT": "SLOW", "DATA": "", "message": "SLOW"}, state: StateSent, code: 250},
		{name: "no STARTTLS", change: starttls, state: StateRetry},
		{name: "STARTTLS 454", script: map[string]string{"STARTTLS": "454 no TLS now"}, extra: []string{"STARTTLS"}, change: starttls, state: StateRetry, code: 454},
		{name: "STARTTLS 501", script: map[string]string{"STARTTLS": "501 no"}, extra: []string{"STARTTLS"}, change: starttls, state: StateRetry, code: 501},
		{name: "STARTTLS, then dropped", script: map[string]string{"handshake": drop}, extra: []string{"STARTTLS"}, change: starttls, state: StateRetry},
		{name: "STARTTLS, then no TLS", script: map[string]string{"handshake": "250 surprise"}, extra: []string{"STARTTLS"}, change: starttls, state: StateRetry},
		{name: "STARTTLS with an untrusted certificate", extra: []string{"STARTTLS"}, change: starttls, state: StateRetry},
		{name: "no AUTH", change: login, state: StateRetry},
		{name: "AUTH 535", script: map[string]string{"AUTH": "535 wrong"}, extra: []string{"AUTH PLAIN"}, change: login, state: StateRetry, code: 535},
		{name: "AUTH 454", script: map[string]string{"AUTH": "454 later"}, extra: []string{"AUTH PLAIN"}, change: login, state: StateRetry, code: 454},
		{name: "AUTH dropped", script: map[string]string{"AUTH": drop}, extra: []string{"AUTH LOGIN PLAIN"}, change: login, state: StateRetry},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.script["DATA"] == "" {
				delete(c.script, "DATA")
			}
			bad := serve(t, c.script, c.extra...)
			bad.cert, _ = certificate(t, "127.0.0.1")
			eml := message(t)
			if c.large { // more than the sockets' buffers hold
				eml = append(eml, bytes.Repeat([]byte(strings.Repeat("x", 76)+"\r\n"), 400_000)...)
			}
			o := sender(t, bad.port(), c.change).Send(t.Context(), "mediawatch@example.org", "desk@example.org", eml)
			if o.State != c.state || o.Code != c.code {
				t.Errorf("got %+v, want %s %d", o, c.state, c.code)
			}
			if o.Answer == "" || strings.ContainsAny(o.Answer, "\r\n") {
				t.Errorf("answer %q", o.Answer)
			}
			bad.mu.Lock()
			accepted := bad.accepted
			for _, cmd := range bad.commands {
				if strings.Contains(cmd, "MAIL FROM") && c.name == "no STARTTLS" {
					t.Error("the transaction went on in clear")
				}
			}
			bad.mu.Unlock()
			if accepted > 0 && o.State != StateSent && o.State != StateUnknown {
				t.Errorf("the server has the message, but the outcome is %s", o.State)
			}
			if o.State == StateSent && accepted != 1 {
				t.Errorf("sent, but the server accepted %d", accepted)
			}
			if o.State == StateSent || c.large {
				return
			}
			good := serve(t, nil)
			if o := sender(t, good.port(), nil).Send(t.Context(), "mediawatch@example.org", "desk@example.org", eml); o.State != StateSent {
				t.Fatalf("the next attempt: %+v", o)
			}
			if !bytes.Equal(good.messages[0], eml) {
				t.Error("the next attempt has other bytes")
			}
		})
	}
}

func TestG02_NobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	if o := sender(t, port, nil).Send(t.Context(), "a@example.org", "b@example.org", message(t)); o.State != StateRetry || o.Code != 0 {
		t.Errorf("%+v", o)
	}
}

// G3: a daemon that is told to stop while it sends.
func TestG03_Cancelled(t *testing.T) {
	for stage, want := range map[string]State{"greeting": StateRetry, "EHLO": StateRetry, "RCPT": StateRetry, "message": StateUnknown} {
		t.Run(stage, func(t *testing.T) {
			bad := serve(t, map[string]string{stage: silent})
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			wg.Go(func() {
				for at := range bad.reached {
					if at == stage {
						cancel()
						return
					}
				}
			})
			o := sender(t, bad.port(), nil).Send(ctx, "a@example.org", "b@example.org", message(t))
			wg.Wait()
			cancel()
			if o.State != want || !strings.Contains(o.Answer, context.Canceled.Error()) {
				t.Errorf("got %+v, want %s", o, want)
			}
		})
	}
}

func TestG08_UnknownIsRepeatedWithTheSameBytes(t *testing.T) {
	bad := serve(t, map[string]string{"message": drop})
	s := sender(t, bad.port(), nil)
	for range 3 {
		eml := message(t) // built anew each time, as after a restart
		if o := s.Send(t.Context(), "a@example.org", "b@example.org", eml); o.State != StateUnknown {
			t.Fatalf("%+v", o)
		}
	}
	bad.mu.Lock()
	defer bad.mu.Unlock()
	if len(bad.messages) != 3 || !bytes.Equal(bad.messages[0], bad.messages[1]) || !bytes.Equal(bad.messages[1], bad.messages[2]) {
		t.Error("the copies differ")
	}
}

// backend is a real server's: it keeps what it gets and refuses one recipient.
type backend struct {
	mu   sync.Mutex
	got  map[string][]byte // by recipient
	user string
}

type session struct {
	b  *backend
	to []string
}

func (b *backend) NewSession(*server.Conn) (server.Session, error) { return &session{b: b}, nil }

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "desk" || password != "secret" {
			return errors.New("wrong")
		}
		s.b.mu.Lock()
		s.b.user = user
		s.b.mu.Unlock()
		return nil
	}), nil
}

func (s *session) Mail(string, *server.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *server.RcptOptions) error {
	if strings.HasPrefix(to, "nobody@") {
		return &server.SMTPError{Code: 550, EnhancedCode: server.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	for _, to := range s.to {
		s.b.got[to] = data
	}
	return nil
}

func (s *session) Reset()        { s.to = nil }
func (s *session) Logout() error { return nil }

// realServer starts go-smtp with STARTTLS or TLS and a login.
func realServer(t *testing.T, security Security) (*backend, func(*Options), int) {
	t.Helper()
	b := &backend{got: make(map[string][]byte)}
	config, pool := certificate(t, "127.0.0.1")
	srv := server.NewServer(b)
	srv.Domain = "mail.example"
	srv.TLSConfig = config
	srv.AllowInsecureAuth = security == NoTLS
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if security == TLS {
		l = tlsListener(l, config)
	}
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(l) })
	t.Cleanup(func() {
		srv.Close()
		wg.Wait()
	})
	return b, func(o *Options) {
		o.Security, o.RootCAs, o.Username, o.Password = security, pool, "desk", "secret"
	}, port
}

func TestRealServer(t *testing.T) {
	for _, security := range []Security{StartTLS, TLS, NoTLS} {
		t.Run(string(security), func(t *testing.T) {
			b, change, port := realServer(t, security)
			s := sender(t, port, change)
			eml := message(t)
			// A line that begins with a dot must arrive as it was.
			eml = append(eml, "..a line\r\n.\r\n. another\r\n"...)
			if o := s.Send(t.Context(), "Media Watch <mediawatch@example.org>", "desk@EXAMPLE.org", eml); o.State != StateSent || o.Code != 250 {
				t.Fatalf("%+v", o)
			}
			if got := b.got["desk@example.org"]; !bytes.Equal(got, eml) {
				t.Errorf("arrived with other bytes:\n%q\nwant\n%q", got, eml)
			}
			if b.user != "desk" {
				t.Error("nobody logged in")
			}
		})
	}
}

func TestG12_OneBadRecipient(t *testing.T) {
	b, change, port := realServer(t, StartTLS)
	s := sender(t, port, change)
	var got []string
	for _, to := range []string{"one@example.org", "nobody@example.org", "two@example.org"} {
		got = append(got, string(s.Send(t.Context(), "mediawatch@example.org", to, message(t)).State))
	}
	if want := "sent failed sent"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if len(b.got) != 2 {
		t.Errorf("%d messages arrived", len(b.got))
	}
}

func TestWrongPasswordAndWrongName(t *testing.T) {
	_, change, port := realServer(t, StartTLS)
	wrong := sender(t, port, func(o *Options) { change(o); o.Password = "guess" })
	if o := wrong.Send(t.Context(), "a@example.org", "b@example.org", message(t)); o.State != StateRetry || o.Code != 535 && o.Code != 454 {
		t.Errorf("wrong password: %+v", o)
	}
	elsewhere := sender(t, port, func(o *Options) { change(o); o.Host = "localhost" })
	if o := elsewhere.Send(t.Context(), "a@example.org", "b@example.org", message(t)); o.State != StateRetry || !strings.Contains(o.Answer, "certificate") {
		t.Errorf("a certificate for another name: %+v", o)
	}
}

func TestSendRefuses(t *testing.T) {
	good := serve(t, nil)
	s := sender(t, good.port(), nil)
	eml := message(t)
	for name, c := range map[string]struct {
		from, to string
		eml      []byte
	}{
		"sender with CRLF":    {"a@example.org>\r\nRCPT TO:<x@example.org", "b@example.org", eml},
		"recipient with CRLF": {"a@example.org", "b@example.org>\r\nDATA", eml},
		"bare LF":             {"a@example.org", "b@example.org", []byte("Subject: x\r\n\r\nx\n.\nMAIL FROM:<x>\r\n")},
		"bare CR":             {"a@example.org", "b@example.org", []byte("Subject: x\r\n\r\nx\r.\r\n")},
		"no end of line":      {"a@example.org", "b@example.org", []byte("Subject: x")},
		"long line":           {"a@example.org", "b@example.org", []byte(strings.Repeat("x", 999) + "\r\n")},
		"empty":               {"a@example.org", "b@example.org", nil},
	} {
		if o := s.Send(t.Context(), c.from, c.to, c.eml); o.State != StateFailed {
			t.Errorf("%s: %+v", name, o)
		}
	}
	good.mu.Lock()
	defer good.mu.Unlock()
	if len(good.commands) > 0 {
		t.Errorf("the server was told %q", good.commands)
	}
}

func TestNewSMTP(t *testing.T) {
	for _, c := range []struct {
		o    Options
		addr string // "" is an error
	}{
		{Options{Host: "mail.example.org"}, "mail.example.org:587"},
		{Options{Host: "mail.example.org", Security: TLS}, "mail.example.org:465"},
		{Options{Host: "localhost", Security: NoTLS}, "localhost:25"},
		{Options{Host: "::1", Security: NoTLS, Port: 2525}, "[::1]:2525"},
		{Options{Host: "mail.example.org", Security: NoTLS}, ""},
		{Options{Host: "10.0.0.1", Security: NoTLS}, ""},
		{Options{Host: ""}, ""},
		{Options{Host: "mail.example.org\r\n"}, ""},
		{Options{Host: "mail.example.org", Security: "ssl"}, ""},
		{Options{Host: "mail.example.org", Port: 70000}, ""},
		{Options{Host: "mail.example.org", Hello: "a b"}, ""},
	} {
		s, err := NewSMTP(c.o)
		if (err == nil) != (c.addr != "") {
			t.Errorf("%+v: %v", c.o, err)
			continue
		}
		if err == nil && s.addr != c.addr {
			t.Errorf("%+v leads to %s, want %s", c.o, s.addr, c.addr)
		}
	}
}

func TestTestReportsEachStage(t *testing.T) {
	b, change, port := realServer(t, StartTLS)
	steps := sender(t, port, change).Test(t.Context(), "desk@example.org")
	var names []string
	for _, s := range steps {
		if !s.OK {
			t.Errorf("%+v", s)
		}
		names = append(names, fmt.Sprint(s.Name, " ", s.Code))
	}
	if want := "connect 0, greeting 220, EHLO 250, STARTTLS 220, AUTH 235, MAIL 250, RCPT 250, DATA 354, message 250, QUIT 221"; strings.Join(names, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(names, ", "), want)
	}
	if len(b.got) != 1 {
		t.Error("no message arrived")
	}
	refused := sender(t, port, change).Test(t.Context(), "nobody@example.org")
	if last := refused[len(refused)-1]; last.Name != "RCPT" || last.OK || last.Code != 550 || !strings.Contains(last.Answer, "no such user") {
		t.Errorf("%+v", last)
	}
	if steps := Test(t.Context(), Options{Host: "mail.example.org", Security: NoTLS}, "desk@example.org"); len(steps) != 1 || steps[0].OK || steps[0].Name != "configuration" {
		t.Errorf("%+v", steps)
	}
	for _, s := range steps {
		if strings.Contains(s.Answer, "secret") {
			t.Errorf("the password is shown: %+v", s)
		}
	}
}

func TestRetry(t *testing.T) {
	first := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		attempts int
		after    time.Duration
		want     time.Duration // from first
		giveUp   bool
	}{
		{0, 0, time.Minute, false},
		{1, 0, time.Minute, false},
		{2, time.Minute, 3 * time.Minute, false},
		{3, 3 * time.Minute, 7 * time.Minute, false},
		{8, time.Hour, time.Hour + 128*time.Minute, false},
		{9, time.Hour, 5 * time.Hour, false},
		{1 << 30, time.Hour, 5 * time.Hour, false},
		{30, 71 * time.Hour, 72 * time.Hour, false},
		{31, 72 * time.Hour, 0, true},
		{1, 100 * time.Hour, 0, true},
	} {
		next, giveUp := Retry(c.attempts, first, first.Add(c.after))
		if giveUp != c.giveUp || !giveUp && !next.Equal(first.Add(c.want)) || giveUp && !next.IsZero() {
			t.Errorf("%d attempts after %s: %s, %t", c.attempts, c.after, next.Sub(first), giveUp)
		}
	}
	// As a sender lives it: the attempts of one delivery that never succeeds.
	attempts := 0
	for at := first; ; {
		attempts++
		next, giveUp := Retry(attempts, first, at)
		if giveUp {
			break
		}
		if !next.After(at) || next.Sub(at) > LongestGap || next.Sub(first) > GiveUpAfter {
			t.Fatalf("from %s to %s", at, next)
		}
		at = next
	}
	if attempts < 20 || attempts > 40 {
		t.Errorf("%d attempts in 72 hours", attempts)
	}
}
