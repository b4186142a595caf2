package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"mediawatch/daemon"
	"mediawatch/mail"
	"mediawatch/web"
)

type digestCmd struct {
	Preview digestPreviewCmd `cmd:"" help:"Show what the next edition would say; changes nothing."`
	Send    digestSendCmd    `cmd:"" help:"Make an edition now."`
	List    digestListCmd    `cmd:"" help:"List editions and their deliveries."`
	Show    digestShowCmd    `cmd:"" help:"Show an edition as it was sent."`
	Resend  digestResendCmd  `cmd:"" help:"Send the stored bytes of an edition again."`
	Release digestReleaseCmd `cmd:"" help:"Send what is held since the store was restored from a backup."`
}

type digestPreviewCmd struct {
	Name string `arg:"" complete:"digest" help:"Name of a digest."`
	HTML bool   `name:"html" help:"As HTML."`
	AsOf string `name:"as-of" help:"Compose as of a day (2026-11-01) from what is kept."`
}

func (c *digestPreviewCmd) Run(ctx context.Context, a *app) error {
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	var e web.EditionView
	path := "/control/digests/" + url.PathEscape(c.Name) + "/preview"
	if err := conn.get(ctx, http.MethodGet, path, url.Values{"as-of": {c.AsOf}}, &e); err != nil {
		return err
	}
	a.printEdition(e, c.HTML)
	return nil
}

// printEdition prints an edition as text, or its HTML alone.
func (a *app) printEdition(e web.EditionView, html bool) {
	if html {
		fmt.Fprint(a.stdout, e.HTML)
		return
	}
	fmt.Fprintf(a.stdout, "Subject: %s\n\n%s", e.Subject, e.Text)
}

type digestSendCmd struct {
	Name  string   `arg:"" complete:"digest" help:"Name of a digest."`
	Since string   `help:"An extra edition over this long (24h); the digest's own place stays."`
	To    []string `help:"Receivers of the extra edition instead of the configured ones."`
}

func (c *digestSendCmd) Run(ctx context.Context, a *app) error {
	return a.command(ctx, "/control/digests/"+url.PathEscape(c.Name)+"/send", url.Values{"since": {c.Since}, "to": c.To})
}

type digestListCmd struct {
	Name string `arg:"" optional:"" complete:"digest" help:"Name of a digest."`
	listing
}

func (c *digestListCmd) Run(ctx context.Context, a *app) error {
	req := request{path: "/api/v1/digests", params: url.Values{"limit": {strconv.Itoa(c.Limit)}, "digest": {c.Name}}, as: c.listing}
	return list(ctx, a, req, []column[web.EditionView]{
		{head: "EDITION", value: func(e web.EditionView) string { return e.ID }},
		when("DATE", func(e web.EditionView) *time.Time { return &e.Date }),
		{head: "SUBJECT", least: 20, value: func(e web.EditionView) string { return e.Subject }},
		{head: "DELIVERIES", least: 16, value: func(e web.EditionView) string {
			var to []string
			for _, d := range e.Deliveries {
				to = append(to, d.Recipient+" "+d.State)
			}
			return strings.Join(to, ", ")
		}, colour: deliveriesColour},
	})
}

// deliveriesColour marks an edition that somebody did not get.
func deliveriesColour(e web.EditionView) colour {
	worst := plain
	for _, d := range e.Deliveries {
		switch d.State {
		case "failed":
			return red
		case "pending", "unknown", "held":
			worst = yellow
		}
	}
	return worst
}

type digestShowCmd struct {
	ID   string `arg:"" help:"Edition, as digest list prints it: morning/7."`
	HTML bool   `name:"html" xor:"form" help:"As HTML."`
	JSON bool   `name:"json" xor:"form" help:"As JSON, with the text, the HTML and the deliveries."`
}

func (c *digestShowCmd) Run(ctx context.Context, a *app) error {
	name, number, err := web.ParseEdition(c.ID)
	if err != nil {
		return usageError("%v", err)
	}
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.close()
	var e web.EditionView
	if err := conn.get(ctx, http.MethodGet, "/api/v1/digests/"+web.EditionID(name, number), nil, &e); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(a.stdout).Encode(e)
	}
	a.printEdition(e, c.HTML)
	return nil
}

type digestReleaseCmd struct {
	Drop bool `help:"Give it up instead: nobody gets it."`
}

func (c *digestReleaseCmd) Run(ctx context.Context, a *app) error {
	params := url.Values{}
	if c.Drop {
		params.Set("drop", "true")
	}
	return a.command(ctx, "/control/release", params)
}

type digestResendCmd struct {
	ID string `arg:"" help:"Edition, as digest list prints it: morning/7."`
}

func (c *digestResendCmd) Run(ctx context.Context, a *app) error {
	return a.command(ctx, "/control/resend", url.Values{"id": {c.ID}})
}

type mailCmd struct {
	Test mailTestCmd `cmd:"" help:"Connect, log in and send one mail, reporting each answer."`
}

type mailTestCmd struct {
	Address string `arg:"" help:"Where to send the test mail."`
}

func (c *mailTestCmd) Run(ctx context.Context, a *app) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	if cfg.SMTP == nil {
		return usageError("no [smtp] in %s: there is no mail server to test", cfg.File)
	}
	if _, err := mail.ParseAddress(c.Address); err != nil {
		return usageError("%v", err)
	}
	failed := false
	for _, step := range mail.Test(ctx, daemon.SMTPOf(cfg.SMTP), c.Address) {
		fmt.Fprintln(a.stdout, describeStep(step))
		failed = failed || !step.OK
	}
	if failed {
		return fmt.Errorf("the test mail was not accepted")
	}
	return nil
}

// describeStep tells how one stage of a test went: "AUTH          235 PLAIN".
func describeStep(s mail.Step) string {
	answer := s.Answer
	if code := strconv.Itoa(s.Code); s.Code > 0 && !strings.HasPrefix(answer, code) {
		answer = code + " " + answer
	}
	if !s.OK {
		answer = "FAILED: " + answer
	}
	return strings.TrimRight(fmt.Sprintf("%-14s%s", s.Name, answer), " ")
}
