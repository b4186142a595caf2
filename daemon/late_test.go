package daemon

import (
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"mediawatch/news"
)

// TestG10_LateItemsAreDelivered brings articles after the edition of the day they are dated to: one that appears a day
// late, and one that was appended and not yet matched when the slot came. Each is in exactly one edition.
func TestG10_LateItemsAreDelivered(t *testing.T) {
	n := newNewsroom(t)
	n.pass()
	n.publish("1", "Harbour in time", "The harbour opens in time.")
	n.at(16, 7)
	n.pass()

	n.publish("2", "Harbour a day late", "The harbour closed yesterday.")
	n.items[0] = strings.Replace(n.items[0], "</item>", "<pubDate>"+n.clock.Add(-30*time.Hour).Format(time.RFC1123Z)+"</pubDate></item>", 1)
	n.at(16, 12)
	n.pass()
	n.at(17, 7)
	n.pass()

	n.publish("3", "Harbour not matched yet", "The harbour waits to be matched.")
	n.at(18, 7)
	if err := n.d.read(t.Context(), RunOptions{Force: true}); err != nil { // kept; the followers may not have come to it
		t.Fatal(err)
	}
	if err := n.d.dueDigests(t.Context()); err != nil {
		t.Fatal(err)
	}
	n.at(19, 7)
	n.pass()

	var got []string
	for _, e := range n.editions() {
		for _, name := range []string{"in time", "a day late", "not matched yet"} {
			if strings.Contains(string(e.Text), ". Harbour "+name) {
				got = append(got, fmt.Sprintf("%d: %s", e.Number, name))
			}
		}
	}
	if want := "1: in time, 2: a day late, 3: not matched yet"; strings.Join(got, ", ") != want {
		t.Errorf("editions tell %q, want %q", strings.Join(got, ", "), want)
	}
}

// postOffice is a mail server that refuses one recipient for good and keeps what it takes for others.
type postOffice struct {
	mu    sync.Mutex
	mails map[string]int
}

func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) { return &counter{office: p}, nil }

type counter struct {
	office *postOffice
	to     string
}

func (c *counter) Mail(string, *smtp.MailOptions) error { return nil }

func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "gone@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	c.to = to
	return nil
}

func (c *counter) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	c.office.mails[c.to]++
	return nil
}

func (c *counter) Reset()        {}
func (c *counter) Logout() error { return nil }

// TestG12_OneBadRecipientHoldsUpNobody mails two editions to three recipients, the middle one of whom does not exist.
func TestG12_OneBadRecipientHoldsUpNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	office := &postOffice{mails: make(map[string]int)}
	server := smtp.NewServer(office)
	server.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(func() { _ = server.Close() })
	go func() { _ = server.Serve(l) }() // ends with Close
	n := newNewsroom(t)
	n.reload(fmt.Sprintf(newsroomConfig, n.server.URL) + fmt.Sprintf(`
to = ["a@example.org", "gone@example.org", "z@example.org"]
[smtp]
host = "127.0.0.1"
port = %d
tls = "none"
from = "mediawatch@example.org"
`, l.Addr().(*net.TCPAddr).Port))
	n.pass()
	for day := 16; day < 18; day++ {
		n.publish(fmt.Sprint(day), fmt.Sprintf("Harbour report %d", day), fmt.Sprintf("The harbour has pier %d.", day))
		n.at(day, 7)
		n.pass()
		n.pass()
	}
	if got, want := fmt.Sprint(office.mails), "map[a@example.org:2 z@example.org:2]"; got != want {
		t.Errorf("mails taken %s, want %s", got, want)
	}
	for _, e := range n.editions() {
		list, err := n.store.Deliveries(t.Context(), e.Digest, e.Number)
		if err != nil {
			t.Fatal(err)
		}
		for _, dl := range list {
			want := news.DeliverySent
			if dl.Recipient == "mailto:gone@example.org" {
				want = news.DeliveryFailed
			}
			if dl.State != want || dl.Attempts != 1 {
				t.Errorf("edition %d to %s is %s after %d attempts, want %s after one", e.Number, dl.Recipient, dl.State, dl.Attempts, want)
			}
		}
	}
	if e := last(n.editions()); !strings.Contains(string(e.Text), "No. 1 of Mon 16 Nov 2026 could not be delivered") {
		t.Errorf("the next edition does not lead to the one that somebody did not get:\n%s", e.Text)
	}
}
