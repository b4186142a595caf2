package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"mediawatch/config"
	"mediawatch/digest"
	"mediawatch/mail"
	"mediawatch/news"
	"mediawatch/schedule"
	"mediawatch/store"
)

// extraSuffix marks the editions a person asked for beside the schedule: they have numbers of their own, so that the
// regular ones have no holes.
const extraSuffix = "+extra"

// dueDigests runs the newest missed slot of every digest.
func (d *Daemon) dueDigests(ctx context.Context) error {
	var errs []error
	for _, dc := range d.config.Load().Digests {
		errs = append(errs, d.dueDigest(ctx, dc))
	}
	return errors.Join(errs...)
}

// dueDigest runs the newest slot of a digest that came since the last one that ran. A digest that never ran begins with
// its welcome edition.
func (d *Daemon) dueDigest(ctx context.Context, dc config.Digest) error {
	d.digests.Lock()
	defer d.digests.Unlock()
	state, err := d.o.Store.Digest(ctx, dc.Name)
	if err != nil || !state.Welcomed && state.Number == 0 {
		return err
	}
	slot, due := dc.Schedule.Latest(state.LastSlot, d.o.Now())
	if !due {
		return nil
	}
	return d.runSlot(ctx, dc, state, slot)
}

// runSlot makes the edition of a slot, or skips it when there is nothing to tell.
func (d *Daemon) runSlot(ctx context.Context, dc config.Digest, state news.DigestState, slot schedule.Slot) error {
	if err := d.CatchUp(ctx); err != nil {
		return err
	}
	from, err := d.toldUpTo(ctx, state)
	if err != nil {
		return err
	}
	c := composition{daemon: d, digest: dc, state: state, slot: slot.Key, from: from, number: state.Number + 1, held: !slot.At.After(d.restored.since())}
	composed, err := c.compose(ctx)
	if err != nil {
		return fmt.Errorf("digest %s: %w", dc.Name, err)
	}
	to := state
	to.LastSlot = slot.At
	if composed.Empty && dc.Empty != config.EmptySend {
		return d.o.Store.CommitEdition(ctx, store.EditionCommit{From: state, To: to})
	}
	to.Cursor, to.Number = c.to, c.number
	return d.commitEdition(ctx, c, composed, to, receivers(dc))
}

// commitEdition renders an edition outside any transaction and keeps it with its deliveries and the digest's new place.
func (d *Daemon) commitEdition(ctx context.Context, c composition, composed digest.Composed, to news.DigestState, receivers []receiver) error {
	rendered, err := digest.Render(c.readers)
	if err != nil {
		return fmt.Errorf("render digest %s: %w", c.digest.Name, err)
	}
	desk, err := digest.Render(composed)
	if err != nil {
		return fmt.Errorf("render digest %s for the desk: %w", c.digest.Name, err)
	}
	now := composed.Now.UTC().Truncate(time.Microsecond)
	e := news.Edition{
		Digest: to.Digest, Number: c.number, Slot: c.slot, From: c.from, To: c.to, Date: now,
		MessageID: mail.MessageID(d.o.Store.ID(), to.Digest, c.number, ""),
		Title:     composed.Title, Sender: senderOf(d.config.Load()),
		Subject: rendered.Subject, Text: rendered.Text, HTML: rendered.HTML, Stories: composed.Reported, Counts: composed.Counts,
		Contact: c.readers.Links.Contact,
	}
	if !bytes.Equal(desk.Text, rendered.Text) || !bytes.Equal(desk.HTML, rendered.HTML) {
		e.DeskText, e.DeskHTML = desk.Text, desk.HTML
	}
	commit := store.EditionCommit{From: c.state, To: to, Edition: &e}
	for _, r := range receivers {
		commit.Deliveries = append(commit.Deliveries, news.Delivery{
			Digest: e.Digest, Number: e.Number, Recipient: r.to, Audience: r.audience, State: c.begins(), NextTry: now, Created: now,
		})
	}
	if err := d.o.Store.CommitEdition(ctx, commit); err != nil {
		return fmt.Errorf("keep edition %s/%d: %w", e.Digest, e.Number, err)
	}
	if c.held {
		d.restored.held.Add(int64(len(commit.Deliveries)))
	}
	d.report(event{msg: "edition written", fields: []slog.Attr{
		slog.String("digest", c.digest.Name), slog.Int("edition", e.Number), slog.String("subject", rendered.Subject),
	}, lines: []string{d.clocked("digest %s: %s", c.digest.Name, rendered.Subject)}})
	return nil
}

// senderOf is who mails come from; one that is written to a folder where no mail server is configured needs a sender, too.
func senderOf(cfg *config.Config) string {
	if cfg.SMTP != nil {
		return cfg.SMTP.From
	}
	return folderSender
}

// receiver is where an edition goes to, and who reads it there.
type receiver struct {
	to       string
	audience news.Audience
}

// receivers are the addresses and the folder a digest goes to. The folder is on this machine: the desk reads it.
func receivers(dc config.Digest) []receiver {
	var out []receiver
	for _, to := range dc.To {
		out = append(out, mailTo(dc, to))
	}
	if dc.Dir != "" {
		out = append(out, receiver{toFolder + dc.Dir, news.Desk})
	}
	return out
}

// mailTo is a reader of a digest, or one of those who look after the program.
func mailTo(dc config.Digest, to string) receiver {
	return receiver{toMail + to, news.Audience(slices.Contains(dc.Admins, to))}
}

// extra is an edition that a person asked for.
type extra struct {
	since time.Duration // 0: everything since the last edition
	to    []string      // addresses instead of the configured receivers
}

// nothingToSend says in which time there was nothing new.
func nothingToSend(state news.DigestState, x extra) string {
	switch {
	case x.since > 0:
		return "nothing to send: no new article matches in that time"
	case state.Number == 0:
		return "nothing to send: no new article matches yet"
	}
	return "nothing to send: no new article matches since the last edition"
}

// sendNow makes an edition outside the schedule. Without a window and receivers of its own it is the next regular one.
func (d *Daemon) sendNow(ctx context.Context, dc config.Digest, x extra) (string, error) {
	d.digests.Lock()
	defer d.digests.Unlock()
	if err := errors.Join(d.holdRestored(ctx), d.CatchUp(ctx)); err != nil {
		return "", err
	}
	name, regular := dc.Name, x.since == 0 && len(x.to) == 0
	if !regular {
		name += extraSuffix
	} else if welcomed, err := d.welcomeTo(ctx, dc); welcomed != "" || err != nil { // its first edition shows what is there
		return "the first edition made: " + welcomed, errors.Join(err, d.deliver(ctx))
	}
	state, err := d.o.Store.Digest(ctx, name)
	if err != nil {
		return "", err
	}
	own, err := d.o.Store.Digest(ctx, dc.Name)
	if err != nil {
		return "", err
	}
	from, err := d.toldUpTo(ctx, own)
	if err != nil {
		return "", err
	}
	c := composition{daemon: d, digest: dc, state: state, slot: "sent by hand", from: from, number: state.Number + 1}
	to := state
	if regular {
		to.LastSlot = d.o.Now()
	} else {
		c.kind = digest.Extra
		if x.since > 0 {
			if c.from, err = c.seqAt(ctx, d.o.Now().Add(-x.since)); err != nil {
				return "", err
			}
		}
	}
	composed, err := c.compose(ctx)
	if err != nil {
		return "", err
	}
	if composed.Empty && dc.Empty != config.EmptySend {
		return nothingToSend(own, x), nil
	}
	to.Number = c.number
	if regular {
		to.Cursor = c.to
	} else {
		composed.Reported = nil
	}
	to.Digest = name
	rec := receivers(dc)
	if len(x.to) > 0 {
		rec = rec[:0]
		for _, a := range x.to {
			rec = append(rec, mailTo(dc, a))
		}
	}
	if err := d.commitEdition(ctx, c, composed, to, rec); err != nil {
		return "", err
	}
	return fmt.Sprintf("edition %s/%d made: %s", name, c.number, composed.Subject()), d.deliver(ctx)
}
