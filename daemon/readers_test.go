package daemon

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mediawatch/news"
)

const mailedTwice = `
to = ["reader@example.org", {to = "it@example.org", admin = true}]
[smtp]
host = "127.0.0.1"
port = 1
tls = "none"
from = "mediawatch@example.org"
contact = "Press office <press@example.org>"
`

// mails returns the newest edition as mails by recipient, the folder's under "dir:digests".
func (n *newsroom) mails() map[string]string {
	n.t.Helper()
	e := last(n.editions())
	list, err := n.store.Deliveries(n.t.Context(), e.Digest, e.Number)
	if err != nil {
		n.t.Fatal(err)
	}
	out := make(map[string]string)
	for _, dl := range list {
		r := receiver{strings.TrimPrefix(dl.Recipient, toMail), dl.Audience}
		if strings.HasPrefix(r.to, toFolder) {
			r.to = folderSender
		}
		data, err := n.d.message(e, r)
		if err != nil {
			n.t.Fatal(err)
		}
		out[dl.Recipient] = strings.ReplaceAll(string(data), "=\r\n", "")
	}
	return out
}

// TestT08B20_AReaderReadsNewsAndAnAdminReadsTroublesToo mails an edition while a feed is in trouble and an earlier
// edition could not be delivered.
func TestT08B20_AReaderReadsNewsAndAnAdminReadsTroublesToo(t *testing.T) {
	for _, public := range []string{"", "https://news.example.org"} {
		t.Run("public_url="+public, func(t *testing.T) {
			n := newNewsroom(t)
			conf := fmt.Sprintf(newsroomConfig, n.server.URL) + mailedTwice + "[web]\npublic_url = \"" + public + "\"\n[[feed]]\nurl = \"http://127.0.0.1:1/broken\"\n"
			n.reload(conf)
			n.pass()
			n.publish("1", "Harbour plan agreed", plan)
			for range 4 { // the broken feed is told after three failures
				n.clock = n.clock.Add(time.Minute)
				n.pass()
			}
			n.at(16, 7)
			n.pass()
			n.giveUp(last(n.editions()))
			n.publish("2", "Port widened", "The port is wider now.")
			n.at(17, 7)
			n.pass()
			mails := n.mails()
			reader, admin, folder := mails["mailto:reader@example.org"], mails["mailto:it@example.org"], mails["dir:digests"]
			for _, text := range []string{"Feeds in trouble", "127.0.0.1:1/broken", "550 no such user"} {
				if strings.Contains(reader, text) {
					t.Errorf("the reader's mail has %q:\n%s", text, reader)
				}
				if !strings.Contains(admin, text) || !strings.Contains(folder, text) {
					t.Errorf("the admin's mail or the folder's lacks %q:\n%s", text, admin)
				}
			}
			if strings.Contains(reader, "127.0.0.1") || strings.Contains(reader, "mediawatch.toml") {
				t.Errorf("the reader's mail names this machine or its files:\n%s", reader)
			}
			if public != "" && !strings.Contains(reader, public+"/digests/morning") {
				t.Errorf("the reader's mail leads to no page:\n%s", reader)
			}
			for _, text := range []string{"Port widened", "Write to press@example.org.", "List-Unsubscribe: <mailto:press@example.org?subject=", "No. 1 of Mon 16 Nov 2026 could not be delivered"} {
				if !strings.Contains(reader, text) {
					t.Errorf("the reader's mail lacks %q:\n%s", text, reader)
				}
			}
		})
	}
}

// giveUp marks the mails of an edition as refused.
func (n *newsroom) giveUp(e news.Edition) {
	n.t.Helper()
	list, err := n.store.Deliveries(n.t.Context(), e.Digest, e.Number)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, dl := range list {
		if strings.HasPrefix(dl.Recipient, toMail) {
			dl.State, dl.Answer, dl.Settled = news.DeliveryFailed, "550 no such user", n.clock
			if err := n.store.Settle(n.t.Context(), dl); err != nil {
				n.t.Fatal(err)
			}
		}
	}
}

// TestT08B20_AMailFromAnEarlierVersionHasTheSameBytes holds that an edition that was kept without a contact names the sender, as it did.
func TestT08B20_AMailFromAnEarlierVersionHasTheSameBytes(t *testing.T) {
	n := newNewsroom(t)
	e := news.Edition{Digest: "morning", Number: 1, Date: n.clock, Sender: "mediawatch@example.org", Subject: "Morning", Text: []byte("text"), HTML: []byte("<p>html")}
	reader, err := n.d.message(e, receiver{"reader@example.org", news.Readers})
	if err != nil {
		t.Fatal(err)
	}
	desk, err := n.d.message(e, receiver{"reader@example.org", news.Desk})
	if err != nil || string(reader) != string(desk) {
		t.Errorf("the desk's mail differs from the reader's (%v):\n%s\n%s", err, desk, reader)
	}
	if want := "List-Unsubscribe: <mailto:mediawatch@example.org?"; !strings.Contains(string(reader), want) {
		t.Errorf("%q is missing:\n%s", want, reader)
	}
}
