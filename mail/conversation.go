package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail/smtp"

	"mediawatch/text"
)

// conversation is one connection with a server, from connecting to QUIT. go-mail speaks the greeting, EHLO, STARTTLS
// and AUTH; the mail transaction itself is spoken here, because the answer to each command, and whether the final dot
// went out, decides what may be done next.
type conversation struct {
	smtp   *SMTP
	conn   *limited
	client *gomail.Client
	steps  []Step
}

// maxAnswers is how many bytes a server may say in one conversation.
const maxAnswers = 1 << 20

// errTooLong ends a conversation with a server that does not stop talking.
var errTooLong = errors.New("the server said more than 1 MiB")

// limited bounds what is read from the server.
type limited struct {
	net.Conn
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLong
	}
	n, err := l.Conn.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

func (c *conversation) close() {
	if c.conn != nil {
		_ = c.conn.Close() // nothing depends on it any more
	}
}

// run goes through the whole transaction and says what became of it.
func (c *conversation) run(ctx context.Context, from, to string, eml []byte) Outcome {
	for _, stage := range []func(context.Context) error{c.connect, c.greet, c.startTLS, c.login} {
		if err := stage(ctx); err != nil {
			// The server refuses us, not the message: a person can mend it within the time of the retries.
			return c.outcome(ctx, err, StateRetry)
		}
	}
	stop := context.AfterFunc(ctx, c.close)
	defer stop()
	size := ""
	if ok, _ := c.client.Extension("SIZE"); ok {
		size = " SIZE=" + strconv.Itoa(len(eml))
	}
	if err := c.command("MAIL", 250, "MAIL FROM:<%s>%s", from, size); err != nil {
		return c.outcome(ctx, err, StateFailed)
	}
	if err := c.command("RCPT", 25, "RCPT TO:<%s>", to); err != nil {
		return c.outcome(ctx, err, StateFailed)
	}
	if err := c.command("DATA", 354, "DATA"); err != nil {
		return c.outcome(ctx, err, StateFailed)
	}
	if err := c.data(eml); err != nil {
		return c.outcome(ctx, c.step("message", 0, "", err), StateRetry)
	}
	return c.final(ctx)
}

func (c *conversation) connect(ctx context.Context) error {
	o := &c.smtp.o
	dial, cancel := context.WithTimeout(ctx, o.Timeouts.Connect)
	defer cancel()
	raw, err := o.Dial(dial, "tcp", c.smtp.addr)
	if err != nil {
		return c.step("connect", 0, c.smtp.addr, err)
	}
	c.conn = &limited{Conn: raw, left: maxAnswers}
	if o.Security != TLS {
		return c.step("connect", 0, c.smtp.addr, nil)
	}
	conn := tls.Client(c.conn, o.tlsConfig())
	if err := conn.HandshakeContext(dial); err != nil {
		return c.step("TLS", 0, c.smtp.addr, err)
	}
	_ = c.step("connect", 0, c.smtp.addr+" with "+tls.VersionName(conn.ConnectionState().Version), nil)
	return c.begin(ctx, conn)
}

// begin reads the greeting.
func (c *conversation) begin(ctx context.Context, conn net.Conn) error {
	defer context.AfterFunc(ctx, c.close)()
	if err := c.deadline(c.smtp.o.Timeouts.Command); err != nil {
		return c.step("greeting", 0, "", err)
	}
	client, err := gomail.NewClient(conn, c.smtp.o.Host)
	if err != nil {
		return c.step("greeting", 0, "", err)
	}
	c.client = client
	return c.step("greeting", 220, "", nil)
}

// greet introduces us.
func (c *conversation) greet(ctx context.Context) error {
	if c.client == nil {
		if err := c.begin(ctx, c.conn); err != nil {
			return err
		}
	}
	defer context.AfterFunc(ctx, c.close)()
	if err := c.deadline(c.smtp.o.Timeouts.Command); err != nil {
		return c.step("EHLO", 0, "", err)
	}
	err := c.client.Hello(c.smtp.o.Hello)
	return c.step("EHLO", 250, c.client.HelloResponse(), err)
}

func (c *conversation) startTLS(ctx context.Context) error {
	if c.smtp.o.Security != StartTLS {
		return nil
	}
	defer context.AfterFunc(ctx, c.close)()
	if err := c.deadline(c.smtp.o.Timeouts.Command); err != nil {
		return c.step("STARTTLS", 0, "", err)
	}
	if ok, _ := c.client.Extension("STARTTLS"); !ok {
		return c.step("STARTTLS", 0, "", errors.New("the server offers no STARTTLS, and nothing is sent in clear"))
	}
	if err := c.client.StartTLS(c.smtp.o.tlsConfig()); err != nil {
		return c.step("STARTTLS", 0, "", err)
	}
	version := ""
	if state, ok := c.client.TLSConnectionState(); ok {
		version = tls.VersionName(state.Version)
	}
	return c.step("STARTTLS", 220, version, nil)
}

// login authenticates with the strongest mechanism that both know.
func (c *conversation) login(ctx context.Context) error {
	o := &c.smtp.o
	if o.Username == "" {
		return nil
	}
	defer context.AfterFunc(ctx, c.close)()
	if err := c.deadline(o.Timeouts.Command); err != nil {
		return c.step("AUTH", 0, "", err)
	}
	_, offered := c.client.Extension("AUTH")
	clear := o.Security == NoTLS // NewSMTP allows that on this machine only
	for _, m := range []struct {
		name string
		auth func() gomail.Auth
	}{
		{"SCRAM-SHA-256", func() gomail.Auth { return gomail.ScramSHA256Auth(o.Username, o.Password) }},
		{"SCRAM-SHA-1", func() gomail.Auth { return gomail.ScramSHA1Auth(o.Username, o.Password) }},
		{"CRAM-MD5", func() gomail.Auth { return gomail.CRAMMD5Auth(o.Username, o.Password) }},
		{"PLAIN", func() gomail.Auth { return gomail.PlainAuth("", o.Username, o.Password, o.Host, clear) }},
		{"LOGIN", func() gomail.Auth { return gomail.LoginAuth(o.Username, o.Password, o.Host, clear) }},
	} {
		for word := range strings.FieldsSeq(offered) {
			if strings.EqualFold(word, m.name) {
				return c.step("AUTH", 235, m.name, c.client.Auth(m.auth()))
			}
		}
	}
	return c.step("AUTH", 0, "", fmt.Errorf("the server offers no login we know (it offers %q)", offered))
}

// command sends one command and waits for the code.
func (c *conversation) command(name string, code int, format string, args ...any) error {
	if err := c.deadline(c.smtp.o.Timeouts.Command); err != nil {
		return c.step(name, 0, "", err)
	}
	if err := c.client.Text.PrintfLine(format, args...); err != nil {
		return c.step(name, 0, "", err)
	}
	got, answer, err := c.client.Text.ReadResponse(code)
	return c.step(name, got, answer, err)
}

// data sends the message and the final dot. An error means that the dot did not go out whole, so the server cannot have taken the message.
func (c *conversation) data(eml []byte) error {
	const block = 32 << 10
	w := c.client.Text.DotWriter()
	for rest := eml; len(rest) > 0; rest = rest[min(block, len(rest)):] {
		if err := c.deadline(c.smtp.o.Timeouts.Block); err != nil {
			return err
		}
		if _, err := w.Write(rest[:min(block, len(rest))]); err != nil {
			return err
		}
	}
	if err := c.deadline(c.smtp.o.Timeouts.Block); err != nil {
		return err
	}
	return w.Close()
}

// final waits for the reply to the dot. From here on silence means that nobody knows.
func (c *conversation) final(ctx context.Context) Outcome {
	if err := c.deadline(c.smtp.o.Timeouts.Final); err != nil {
		return c.outcome(ctx, c.step("message", 0, "", err), StateUnknown)
	}
	code, answer, err := c.client.Text.ReadResponse(250)
	err = c.step("message", code, answer, err)
	var refused *textproto.Error
	switch {
	case err == nil:
		// The message is theirs. How the conversation ends changes nothing, so a broken QUIT is only noted.
		_ = c.command("QUIT", 221, "QUIT")
		return Outcome{State: StateSent, Code: code, Answer: line(answer)}
	case errors.As(err, &refused) && refused.Code >= 400 && refused.Code < 600:
		return c.outcome(ctx, err, StateFailed)
	}
	return c.outcome(ctx, err, StateUnknown)
}

// outcome classifies err, which stage may have made permanent: a 4xx is always to be tried again, a 5xx is what refused
// says, and so are those 5xx of a transaction that speak of our login (RFC 4954 section 6), which a person can mend.
// Anything that is no answer is tried again, unless refused is Unknown.
func (c *conversation) outcome(ctx context.Context, err error, refused State) Outcome {
	o := Outcome{State: StateRetry, Answer: line(err.Error())}
	var answer *textproto.Error
	switch {
	case errors.As(err, &answer):
		o.Code = answer.Code
		if refused == StateUnknown {
			o.State = StateUnknown // an answer that is none of SMTP's
		} else if o.Code >= 500 && o.Code < 600 && !ours(o.Code) {
			o.State = refused
		}
	case refused == StateUnknown:
		o.State = StateUnknown
	}
	if cause := ctx.Err(); cause != nil && o.Code == 0 {
		o.Answer = line(o.Answer + " (" + cause.Error() + ")")
	}
	return o
}

// ours reports whether an answer speaks of our login and not of the message: 530 authentication or STARTTLS required,
// 534 and 538 mechanism, 535 credentials.
func ours(code int) bool {
	return code == 530 || code == 534 || code == 535 || code == 538
}

// step notes a stage and returns its error with the stage's name.
func (c *conversation) step(name string, code int, answer string, err error) error {
	s := Step{Name: name, OK: err == nil, Code: code, Answer: line(answer)}
	if err == nil {
		c.steps = append(c.steps, s)
		return nil
	}
	s.Code = 0
	var refused *textproto.Error
	if errors.As(err, &refused) {
		s.Code = refused.Code
	}
	err = fmt.Errorf("%s: %w", name, plainer(err))
	s.Answer = line(strings.TrimPrefix(err.Error(), name+": "))
	c.steps = append(c.steps, s)
	return err
}

// plainer says a common error in words.
func plainer(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("no answer in time: %w", err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the server closed the connection: %w", err)
	}
	return err
}

func (c *conversation) deadline(d time.Duration) error {
	return c.conn.SetDeadline(time.Now().Add(d))
}

// line makes one line of an answer, at most 500 characters.
func line(s string) string {
	return text.Truncate(text.Line(string(bytes.ToValidUTF8([]byte(s), []byte("?")))), 500)
}
