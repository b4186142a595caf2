package mail

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a scripted server may do instead of answering.
const (
	drop    = "DROP"    // close the connection
	reset   = "RESET"   // close it with RST
	silent  = "SILENT"  // say nothing, keep the connection
	garbage = "GARBAGE" // something that is no SMTP
	endless = "ENDLESS" // an answer without end
	half    = "HALF"    // half an answer, then close
)

// scripted is a mail server that answers each command as told, and as a good server would where it was told nothing.
// Keys are verbs, "greeting", "message" (the reply to the final dot), "in DATA" (after the first bytes of the message)
// and "handshake" (after 220 to STARTTLS).
type scripted struct {
	t        testing.TB
	script   map[string]string
	extra    []string // further EHLO lines
	cert     *tls.Config
	listener net.Listener
	wg       sync.WaitGroup

	mu       sync.Mutex
	conns    []net.Conn
	messages [][]byte // complete ones: the dot arrived
	accepted int      // messages that were answered with 250, or would have been
	commands []string
	reached  chan string
}

func serve(t testing.TB, script map[string]string, extra ...string) *scripted {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{t: t, script: script, extra: extra, listener: l, reached: make(chan string, 100)}
	s.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, conn)
			s.mu.Unlock()
			s.wg.Go(func() { s.talk(conn) })
		}
	})
	t.Cleanup(s.stop)
	return s
}

func (s *scripted) stop() {
	s.listener.Close()
	s.mu.Lock()
	for _, c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

func (s *scripted) port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// answer does what the script says at stage, else says usual. It reports whether the conversation goes on.
func (s *scripted) answer(conn net.Conn, stage, usual string) bool {
	say, ok := s.script[stage]
	if !ok {
		say = usual
	}
	select {
	case s.reached <- stage:
	default:
	}
	switch say {
	case drop:
		conn.Close()
		return false
	case reset:
		abort(conn)
		return false
	case silent:
		// The other side gives up, or the test ends.
		_, _ = conn.Read(make([]byte, 1))
		return false
	case garbage:
		_, _ = conn.Write([]byte("\x00\xff\x00 what?\r\n"))
		return true
	case half:
		_, _ = conn.Write([]byte("25"))
		conn.Close()
		return false
	case endless:
		for {
			if _, err := conn.Write(bytes.Repeat([]byte("250-and another thing\r\n"), 1000)); err != nil {
				return false
			}
		}
	case "SLOW":
		for _, c := range []byte(usual + "\r\n") {
			if _, err := conn.Write([]byte{c}); err != nil {
				return false
			}
		}
		return true
	}
	_, err := conn.Write([]byte(strings.ReplaceAll(say, "\n", "\r\n") + "\r\n"))
	return err == nil
}

func abort(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}

func (s *scripted) talk(conn net.Conn) {
	defer conn.Close()
	if !s.answer(conn, "greeting", "220 mail.example ESMTP") {
		return
	}
	r := bufio.NewReader(conn)
	for {
		cmd, err := r.ReadString('\n')
		if err != nil {
			return
		}
		cmd = strings.TrimRight(cmd, "\r\n")
		s.mu.Lock()
		s.commands = append(s.commands, cmd)
		s.mu.Unlock()
		verb, _, _ := strings.Cut(strings.ToUpper(cmd), " ")
		usual := "250 2.0.0 fine"
		switch verb {
		case "EHLO":
			usual = "250-mail.example"
			for _, e := range s.extra {
				usual += "\n250-" + e
			}
			usual += "\n250 8BITMIME"
		case "STARTTLS":
			usual = "220 go ahead"
		case "AUTH":
			usual = "235 welcome"
		case "DATA":
			usual = "354 go on"
		case "QUIT":
			usual = "221 bye"
		}
		if !s.answer(conn, verb, usual) {
			return
		}
		switch {
		case verb == "QUIT":
			return
		case verb == "STARTTLS" && s.script["STARTTLS"] == "":
			if s.script["handshake"] != "" {
				s.answer(conn, "handshake", "")
				return
			}
			secure := tls.Server(conn, s.cert)
			if secure.Handshake() != nil {
				return
			}
			conn, r = secure, bufio.NewReader(secure)
		case verb == "DATA" && s.script["DATA"] == "":
			if !s.data(conn, r) {
				return
			}
		}
	}
}

// data reads a message up to the dot and answers it.
func (s *scripted) data(conn net.Conn, r *bufio.Reader) bool {
	var body bytes.Buffer
	if s.script["in DATA"] != "" {
		_, _ = r.ReadString('\n')
		return s.answer(conn, "in DATA", "")
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		body.WriteString(strings.TrimPrefix(line, "."))
	}
	s.mu.Lock()
	s.messages = append(s.messages, body.Bytes())
	if say := s.script["message"]; say == "" || say == drop || say == reset || say == silent || say == half || say == garbage || say == "SLOW" {
		s.accepted++
	}
	s.mu.Unlock()
	return s.answer(conn, "message", "250 2.0.0 queued as 12345")
}

// certificate returns a certificate for host and the pool that trusts it.
func certificate(t testing.TB, host string) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, pool
}
