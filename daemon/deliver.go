package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"mediawatch/config"
	"mediawatch/mail"
	"mediawatch/news"
	"mediawatch/store"
)

// What a delivery's recipient begins with.
const (
	toMail   = "mailto:"
	toFolder = "dir:"
)

// deliveryLease is how long an attempt may take: connecting, sending, and the ten minutes a server may think about the final dot.
const deliveryLease = 20 * time.Minute

// releaseLeases lets go of what an earlier process was sending when it died. The receiver may have it; it gets the same bytes again.
// What was pending in a backup is held before that.
func (d *Daemon) releaseLeases(ctx context.Context) error {
	r, ok := d.o.Store.(store.LeaseReleaser)
	if !ok {
		return nil
	}
	if err := d.holdRestored(ctx); err != nil {
		return err
	}
	n, err := r.ReleaseLeases(ctx, d.o.Now())
	if n > 0 {
		d.o.Log.Info("deliveries that were interrupted are made again", "deliveries", n)
	}
	return err
}

// deliver hands over every delivery that is due, one after the other.
func (d *Daemon) deliver(ctx context.Context) error {
	if err := d.holdRestored(ctx); err != nil {
		return err
	}
	for {
		now := d.o.Now()
		dl, err := d.o.Store.Claim(ctx, now, now.Add(deliveryLease))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("claim a delivery: %w", err)
		}
		outcome := d.attempt(ctx, dl)
		if ctx.Err() != nil && outcome.State != mail.StateSent {
			outcome = mail.Outcome{State: mail.StateUnknown, Answer: "interrupted"}
		}
		settled := mail.Settled(dl, outcome, d.o.Now())
		err = d.o.Store.Settle(context.WithoutCancel(ctx), settled)
		if errors.Is(err, store.ErrFenced) { // it was withdrawn meanwhile; what became of it is kept by who did that
			d.o.Log.Warn("edition was withdrawn while it was sent", "digest", dl.Digest, "edition", dl.Number, "to", dl.Recipient, "outcome", settled.State)
			continue
		}
		if err != nil {
			return fmt.Errorf("settle the delivery of %s/%d: %w", dl.Digest, dl.Number, err)
		}
		d.sayDelivery(settled)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// sayDelivery tells people what became of a delivery.
func (d *Daemon) sayDelivery(dl news.Delivery) {
	to := strings.TrimPrefix(strings.TrimPrefix(dl.Recipient, toMail), toFolder)
	if dl.State == news.DeliverySent {
		d.report(event{msg: "edition delivered", fields: []slog.Attr{slog.String("digest", dl.Digest), slog.Int("edition", dl.Number), slog.String("to", to)},
			lines: []string{d.clocked("digest %s: edition %d delivered to %s", dl.Digest, dl.Number, to)}})
		return
	}
	d.o.Log.Warn("edition not delivered", "digest", dl.Digest, "edition", dl.Number, "to", to, "state", dl.State, "answer", dl.Answer, "next", dl.NextTry)
}

// attempt hands over one delivery: the stored bytes, whatever the configuration says now.
func (d *Daemon) attempt(ctx context.Context, dl news.Delivery) mail.Outcome {
	e, err := d.o.Store.Edition(ctx, dl.Digest, dl.Number)
	if err != nil {
		return mail.Outcome{State: mail.StateRetry, Answer: err.Error()}
	}
	if e.Withdrawn {
		return mail.Outcome{State: mail.StateFailed, Answer: stoppedAnswer}
	}
	switch to, isMail := strings.CutPrefix(dl.Recipient, toMail); {
	case isMail:
		return d.sendMail(ctx, e, receiver{to, dl.Audience})
	default:
		return d.writeFolder(e, receiver{strings.TrimPrefix(dl.Recipient, toFolder), dl.Audience})
	}
}

// message is an edition as a mail to one recipient. It depends on nothing but the stored edition and the recipient, so
// that it can be sent again byte for byte.
func (d *Daemon) message(e news.Edition, r receiver) ([]byte, error) {
	m := mail.Message{
		From: e.Sender, To: r.to, Subject: e.Subject, Date: e.Date, ListName: e.Title,
		MessageID: mail.MessageID(d.o.Store.ID(), e.Digest, e.Number, r.to),
	}
	m.Text, m.HTML = e.For(r.audience)
	if from, err := mail.ParseAddress(e.Sender); err == nil {
		_, host, _ := strings.Cut(from.Addr, "@")
		m.ListID = strings.TrimSuffix(e.Digest, extraSuffix) + ".mediawatch." + host
		m.ListUnsubscribe = cmp.Or(e.Contact, from.Addr)
	}
	return mail.Build(m)
}

func (d *Daemon) sendMail(ctx context.Context, e news.Edition, r receiver) mail.Outcome {
	cfg := d.config.Load()
	if cfg.SMTP == nil {
		return mail.Outcome{State: mail.StateRetry, Answer: "no [smtp] in the configuration"}
	}
	eml, err := d.message(e, r)
	if err != nil {
		return mail.Outcome{State: mail.StateFailed, Answer: err.Error()}
	}
	sender, err := mail.NewSMTP(SMTPOf(cfg.SMTP))
	if err != nil {
		return mail.Outcome{State: mail.StateRetry, Answer: err.Error()}
	}
	from, err := mail.ParseAddress(e.Sender)
	if err != nil {
		return mail.Outcome{State: mail.StateFailed, Answer: err.Error()}
	}
	return sender.Send(ctx, from.Addr, r.to, eml)
}

// folderSender stands as sender and recipient of mails that are written to a folder.
const folderSender = "mediawatch@localhost"

func (d *Daemon) writeFolder(e news.Edition, r receiver) mail.Outcome {
	cfg := d.config.Load()
	eml, err := d.message(e, receiver{folderSender, r.audience})
	if err != nil {
		return mail.Outcome{State: mail.StateFailed, Answer: err.Error()}
	}
	date := e.Date
	if dc, ok := cfg.Digest(strings.TrimSuffix(e.Digest, extraSuffix)); ok {
		date = date.In(dc.Location)
	}
	path := cfg.DataPath(r.to)
	text, html := e.For(r.audience)
	paths, err := mail.Folder{Dir: path}.Write(mail.Name(e.Digest, e.Number, date), mail.Files{HTML: html, Text: text, EML: eml})
	d.health.wrote(path, err)
	if err != nil {
		return mail.Outcome{State: mail.StateRetry, Answer: err.Error()}
	}
	return mail.Outcome{State: mail.StateSent, Answer: "written as " + filepath.Base(paths[0])}
}

// SMTPOf turns what the configuration says about the mail server into what the sender takes.
func SMTPOf(c *config.SMTP) mail.Options {
	return mail.Options{Host: c.Host, Port: c.Port, Security: mail.Security(c.TLS), Username: c.Username, Password: c.Password, From: c.From}
}
