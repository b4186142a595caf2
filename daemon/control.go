package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mediawatch/config"
	"mediawatch/digest"
	"mediawatch/files"
	"mediawatch/follow"
	"mediawatch/mail"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
	"mediawatch/web"
)

// Done is the answer to an order.
type Done struct {
	Lines   []string `json:"lines,omitempty"`
	Summary string   `json:"summary"`
	Failed  bool     `json:"failed,omitempty"`
}

// control adds the orders of commands. They are for the socket and for this process: never for the network.
func (d *Daemon) control(mux *http.ServeMux) {
	orders := map[string]func(*http.Request) (any, error){
		"POST /control/reload":                d.orderReload,
		"GET /control/saved":                  d.orderSaved,
		"POST /control/saved":                 d.orderImportSaved,
		"POST /control/watches/{name}/remove": d.orderRemoveWatch,
		"POST /control/items/{id}/forget":     d.orderForget,
		"POST /control/feeds":                 d.orderAddFeed,
		"POST /control/feeds/{verb}":          d.orderFeed,
		"GET /control/digests/{name}/preview": d.orderPreview,
		"POST /control/digests/{name}/send":   d.orderSend,
		"POST /control/resend":                d.orderResend,
		"POST /control/release":               d.orderRelease,
		"POST /control/backup":                d.orderBackup,
		"GET /control/progress":               d.orderProgress,
		"POST /control/verify":                d.orderVerify,
		"POST /control/reindex":               d.orderReindex,
	}
	for pattern, order := range orders {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { obey(w, r, order) })
	}
	mux.HandleFunc("POST /control/import", func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // an archive takes as long as it takes; inside one process there is no deadline
		obey(w, r, d.orderImport)
	})
}

// obey carries out an order and answers.
func obey(w http.ResponseWriter, r *http.Request, order func(*http.Request) (any, error)) {
	if err := r.ParseForm(); err != nil {
		web.WriteError(w, web.BadRequest("%v", err))
		return
	}
	answer, err := order(r)
	if err != nil {
		web.WriteError(w, err)
		return
	}
	if done, ok := answer.(Done); ok {
		done.Summary = text.HideSecrets(done.Summary) // what is printed may be read by others
		answer = done
	}
	web.WriteJSON(w, r, answer)
}

func (d *Daemon) orderReload(r *http.Request) (any, error) {
	notes, err := d.Reload(r.Context())
	var mistakes *config.Errors
	if errors.As(err, &mistakes) {
		return Done{Lines: strings.Split(strings.TrimSpace(mistakes.Error()), "\n"), Summary: "the configuration was not taken over; the old one stays in force", Failed: true}, nil
	}
	if err != nil {
		return nil, err
	}
	return Done{Lines: notes, Summary: "the configuration was read again"}, nil
}

// orderFeed refreshes, pauses, resumes or removes one subscription.
func (d *Daemon) orderFeed(r *http.Request) (any, error) {
	sub, err := d.findFeed(r.FormValue("feed"))
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	switch r.PathValue("verb") {
	case "refresh":
		return d.refresh(ctx, sub.URL)
	case "pause":
		err := d.o.Store.UpdateFeed(ctx, subscription(sub).ID, func(f *news.Feed) error { f.Paused = true; return nil })
		return Done{Summary: sub.URL + " is paused"}, err
	case "resume":
		err := d.o.Store.UpdateFeed(ctx, subscription(sub).ID, func(f *news.Feed) error {
			f.Paused, f.Gone, f.NextDue, f.Failures, f.FailSince = false, false, d.o.Now(), 0, time.Time{}
			return nil
		})
		return Done{Summary: sub.URL + " is asked again"}, err
	case "remove":
		change, err := d.config.Load().RemoveFeed(sub.URL, d.change(r))
		if err != nil {
			return nil, web.BadRequest("%v", err)
		}
		if err := d.save(ctx, change); err != nil {
			return nil, err
		}
		return Done{Summary: sub.URL + " is not asked any more; its items stay"}, nil
	}
	return nil, web.BadRequest("feeds can be refreshed, paused, resumed and removed")
}

// refresh reads one feed now.
func (d *Daemon) refresh(ctx context.Context, address string) (any, error) {
	for id, sub := range d.subscriptions() {
		if sub.URL != address {
			continue
		}
		if !d.pass.begin(id) {
			return Done{Summary: address + " is being read already"}, nil
		}
		defer d.pass.end(id)
		res, err := d.readOne(ctx, sub)
		if err != nil {
			return nil, err
		}
		receipt, err := d.keep(ctx, address, res.Document)
		if err != nil {
			return nil, err
		}
		if err := d.CatchUp(ctx); err != nil {
			return nil, err
		}
		switch {
		case res.Err != nil:
			return Done{Summary: address + ": " + res.Document.Feed.Error, Failed: true}, nil
		case res.Unchanged:
			return Done{Summary: address + ": unchanged"}, nil
		}
		return Done{Summary: fmt.Sprintf("%s: %d new, %d revised", address, len(receipt.New), len(receipt.Revised))}, nil
	}
	return nil, store.ErrNotFound
}

// findFeed finds a subscription by its address or by the first digits of its id.
func (d *Daemon) findFeed(ref string) (config.Feed, error) {
	var found []config.Feed
	for _, f := range d.config.Load().Feeds {
		if f.URL == ref {
			return f, nil
		}
		if text.HideSecrets(f.URL) == ref { // as listings show it
			found = append(found, f)
		} else if len(ref) >= 4 && strings.HasPrefix(news.NewFeedID(news.KindFeed, f.URL).String(), strings.ToLower(ref)) {
			found = append(found, f)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return config.Feed{}, web.BadRequest("no subscription %q; mediawatch feed list shows them", ref)
	}
	return config.Feed{}, web.BadRequest("%q is more than one subscription: give the digits of its id", ref)
}

func (d *Daemon) digestOf(r *http.Request) (config.Digest, error) {
	name := r.PathValue("name")
	dc, ok := d.config.Load().Digest(name)
	if !ok {
		return dc, web.BadRequest("there is no digest %q in the configuration", name)
	}
	return dc, nil
}

func (d *Daemon) orderPreview(r *http.Request) (any, error) {
	dc, err := d.digestOf(r)
	if err != nil {
		return nil, err
	}
	state, err := d.o.Store.Digest(r.Context(), dc.Name)
	if err != nil {
		return nil, err
	}
	from, err := d.toldUpTo(r.Context(), state)
	if err != nil {
		return nil, err
	}
	c := composition{daemon: d, digest: dc, state: state, kind: digest.Preview, slot: "preview", from: from}
	if v := r.FormValue("as-of"); v != "" {
		if c.asOf, err = time.ParseInLocation(time.DateOnly, v, dc.Location); err != nil {
			return nil, web.BadRequest("as-of %q: a day such as 2026-11-01 expected", v)
		}
		if err := c.setBack(r.Context()); err != nil {
			return nil, err
		}
	}
	composed, err := c.compose(r.Context())
	if err != nil {
		return nil, err
	}
	rendered, err := digest.Render(composed)
	if err != nil {
		return nil, err
	}
	return web.EditionView{ID: dc.Name + "/preview", Digest: dc.Name, Date: composed.Now, Subject: rendered.Subject, Text: string(rendered.Text), HTML: string(rendered.HTML)}, nil
}

// setBack moves a preview to the day before c.asOf: from the edition that was the last one then to the position of the
// journal at that time.
func (c *composition) setBack(ctx context.Context) error {
	c.from = 0
	before := 0
	for {
		editions, err := c.daemon.o.Store.Editions(ctx, c.digest.Name, before, 50)
		if err != nil {
			return err
		}
		for _, e := range editions {
			if !e.Date.After(c.asOf) {
				c.from = e.To
				editions = nil
				break
			}
			before = e.Number
		}
		if len(editions) == 0 || before == 0 {
			break
		}
	}
	to, err := c.seqAt(ctx, c.asOf)
	c.to = max(to, c.from, 1)
	return err
}

func (d *Daemon) orderSend(r *http.Request) (any, error) {
	dc, err := d.digestOf(r)
	if err != nil {
		return nil, err
	}
	x := extra{to: r.Form["to"]}
	if v := r.FormValue("since"); v != "" {
		since, err := config.ParseDuration(v)
		if err != nil {
			return nil, web.BadRequest("since %q: %v", v, err)
		}
		x.since = time.Duration(since)
	}
	if len(x.to) > 0 && d.config.Load().SMTP == nil {
		return nil, web.BadRequest("no [smtp] in the configuration: there is no mail server to send with")
	}
	for _, to := range x.to {
		if _, err := mail.ParseAddress(to); err != nil {
			return nil, web.BadRequest("to %q: %v", to, err)
		}
	}
	summary, err := d.sendNow(r.Context(), dc, x)
	if err != nil {
		return nil, err
	}
	return Done{Summary: summary}, nil
}

func (d *Daemon) orderResend(r *http.Request) (any, error) {
	name, number, err := web.ParseEdition(r.FormValue("id"))
	if err != nil {
		return nil, err
	}
	e, err := d.o.Store.Edition(r.Context(), name, number)
	if errors.Is(err, store.ErrNotFound) {
		return nil, web.BadRequest("there is no edition %s/%d (mediawatch digest list names them)", name, number)
	}
	if err != nil {
		return nil, err
	}
	if e.Withdrawn {
		return nil, web.BadRequest(withdrawnWords, name, number)
	}
	deliveries, err := d.o.Store.Deliveries(r.Context(), name, number)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, dl := range deliveries {
		if dl.Number != number {
			continue
		}
		dl.State, dl.NextTry, dl.Settled, dl.Created = news.DeliveryPending, d.o.Now(), time.Time{}, d.o.Now()
		if err := d.o.Store.Settle(r.Context(), dl); err != nil {
			return nil, err
		}
		lines = append(lines, "again to "+dl.Recipient)
	}
	if err := d.countHeld(r.Context()); err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, web.BadRequest("edition %s/%d has no deliveries", name, number)
	}
	return Done{Lines: lines, Summary: "resent " + name + "/" + strconv.Itoa(number)}, d.deliver(r.Context())
}

func (d *Daemon) orderBackup(r *http.Request) (any, error) {
	b, ok := d.o.Store.(store.Backuper)
	if !ok {
		return nil, web.BadRequest("this store cannot be backed up by mediawatch")
	}
	file, existing := r.FormValue("file"), files.Keep
	if r.FormValue("force") == "true" {
		existing = files.Replace
	}
	line, err := d.backup(r.Context(), b, backupFile{name: file, existing: existing})
	if errors.Is(err, files.ErrExists) {
		return nil, web.BadRequest("%v", err)
	}
	if err != nil {
		return nil, err
	}
	return Done{Lines: []string{line}, Summary: "backup written and verified: " + file}, nil
}

func (d *Daemon) orderVerify(r *http.Request) (any, error) {
	v, ok := d.o.Store.(store.Verifier)
	if !ok {
		return nil, web.BadRequest("this store cannot be verified by mediawatch")
	}
	var lines []string
	if err := v.Verify(r.Context(), func(line string) { lines = append(lines, line) }); err != nil {
		return nil, err
	}
	if len(lines) > 0 {
		return nil, fmt.Errorf("%w: %s", store.ErrDamaged, strings.Join(lines, "; "))
	}
	kept, err := d.o.Store.Stats(r.Context())
	if err != nil {
		return nil, err
	}
	return Done{Summary: fmt.Sprintf("sound: %s, %s, %s of several items, %s",
		text.Count(int(kept.Items), "item"), text.Count(int(kept.Revisions), "revision"), text.Count(int(kept.Stories), "story"), text.Count(int(kept.Head), "event"))}, nil
}

func (d *Daemon) orderReindex(r *http.Request) (any, error) {
	if ix, ok := d.o.Store.(store.Reindexer); ok {
		if err := ix.Reindex(r.Context()); err != nil {
			return nil, err
		}
	}
	var names []string
	for _, w := range watchesOf(d.config.Load()) {
		names = append(names, w.Name)
	}
	if err := follow.Reset(r.Context(), d.o.Store, names); err != nil {
		return nil, err
	}
	if err := d.CatchUp(r.Context()); err != nil {
		return nil, err
	}
	return Done{Summary: "everything derived was computed again; nothing is announced"}, nil
}
