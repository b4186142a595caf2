package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"mediawatch/daemon"
	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/web"
)

// client speaks to whoever has the store: the daemon over its socket, or this process itself when none runs. Both are the same handlers.
type client struct {
	http  *http.Client
	close func() error
	live  bool // a daemon answers
}

// connect finds the daemon, or opens the store when none runs. It never makes a store.
func (a *app) connect(ctx context.Context) (*client, error) { return a.connectWith(ctx, a.openStore) }

// connectToFill is connect for the orders that bring something in: they make the store when it is not there.
func (a *app) connectToFill(ctx context.Context) (*client, error) {
	return a.connectWith(ctx, a.makeStore)
}

// connectToRead is connect for what must not write, not even what is derived from what is there.
func (a *app) connectToRead(ctx context.Context) (*client, error) {
	return a.connectWith(ctx, a.readStore)
}

func (a *app) connectWith(ctx context.Context, open opener) (*client, error) {
	a.opener = open
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	socket := daemon.SocketPath(cfg.Store.Path)
	if a.store == nil {
		if c := dial(ctx, socket); c != nil {
			return c, nil
		}
	}
	if err := workAsOwner(cfg.Store.Path); err != nil {
		return nil, err
	}
	s, err := a.take(ctx)
	if errors.Is(err, store.ErrLocked) {
		if c := dial(ctx, socket); c != nil { // it started meanwhile
			return c, nil
		}
	}
	if err != nil {
		return nil, err
	}
	d, err := daemon.New(daemon.Options{Config: a.cfg, Load: a.loader(s), Store: s, Log: a.quietLog(), Version: version, Out: io.Discard})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if !s.readOnly { // what cannot be written is shown as it is
		if err := d.CatchUp(ctx); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return &client{http: &http.Client{Transport: inProcess{d.Handler()}}, close: s.Close}, nil
}

// saved asks what people saved. A daemon of version 0.1, which runs on after an upgrade, does not know: what it saved lies in files.
func (c *client) saved(ctx context.Context) ([]news.Saved, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://mediawatch/control/saved", nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	var list []news.Saved
	switch resp.StatusCode {
	case http.StatusOK:
		return list, decode(resp, req.URL.Path, &list)
	case http.StatusNotFound:
		return nil, resp.Body.Close()
	}
	return nil, errors.Join(fmt.Errorf("ask the daemon what was saved: %s", resp.Status), resp.Body.Close())
}

// dial returns a client of the daemon behind a socket, or nil when nobody answers there.
func dial(ctx context.Context, path string) *client {
	dialer := func(ctx context.Context, _, _ string) (net.Conn, error) { return daemon.DialSocket(ctx, path) }
	conn, err := dialer(ctx, "", "")
	if err != nil {
		return nil
	}
	_ = conn.Close() // only a knock
	return &client{http: &http.Client{Transport: &http.Transport{DialContext: dialer}}, close: func() error { return nil }, live: true}
}

// mustDial returns a client of the daemon, which has to run.
func (a *app) mustDial(ctx context.Context) (*client, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	path := daemon.SocketPath(cfg.Store.Path)
	if c := dial(ctx, path); c != nil {
		return c, nil
	}
	return nil, &exitError{code: exitFailed, err: fmt.Errorf("no daemon answers at %s", path), hint: "start one with: mediawatch serve"}
}

// do sends a request; a path's values are query parameters. An answer that is an error comes back as one.
func (c *client) do(ctx context.Context, method, path string, v url.Values) (*http.Response, error) {
	return c.send(ctx, method, order{path: path, params: v})
}

func (c *client) send(ctx context.Context, method string, o order) (*http.Response, error) {
	target := "http://mediawatch" + o.path
	if len(o.params) > 0 {
		target += "?" + o.params.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, o.body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/jsonl")
	if o.body != nil {
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 400 {
		return resp, nil
	}
	defer resp.Body.Close()
	var answer troubled
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Error == "" {
		answer.Error = resp.Status
	}
	return nil, answer.err(resp.StatusCode)
}

// post sends an order and decodes the answer into v.
func (c *client) post(ctx context.Context, o order, v any) error {
	resp, err := c.send(ctx, http.MethodPost, o)
	if err != nil {
		return err
	}
	return decode(resp, o.path, v)
}

// healthz returns the daemon's problems, none when all is well.
func (c *client) healthz(ctx context.Context) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://mediawatch/healthz", nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil || resp.StatusCode == http.StatusOK {
		return nil, err
	}
	return strings.Split(strings.TrimSpace(string(body)), "\n"), nil
}

// troubled is an answer that says what went wrong.
type troubled struct {
	Error string
	Kind  string
}

// err is the answer as an error with the exit code it stands for.
func (t troubled) err(status int) error {
	err := errors.New(t.Error)
	switch {
	case t.Kind == web.KindDamaged:
		return &exitError{code: exitDamaged, err: err}
	case t.Kind == web.KindFull:
		return &exitError{code: exitFailed, err: err, hint: hintFull}
	case status == http.StatusBadRequest:
		return &exitError{code: exitUsage, err: err}
	}
	return err
}

// get decodes a JSON answer into v.
func (c *client) get(ctx context.Context, method, path string, params url.Values, v any) error {
	resp, err := c.do(ctx, method, path, params)
	if err != nil {
		return err
	}
	return decode(resp, path, v)
}

func decode(resp *http.Response, path string, v any) error {
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
		return fmt.Errorf("read the answer to %s: %w", path, err)
	}
	return nil
}

// eachLine decodes an answer of one JSON object a line.
func eachLine[T any](ctx context.Context, c *client, path string, params url.Values, f func(T) error) error {
	resp, err := c.do(ctx, http.MethodGet, path, params)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	dec := json.NewDecoder(resp.Body)
	for {
		var v T
		switch err := dec.Decode(&v); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read the answer to %s: %w", path, err)
		}
		if err := f(v); err != nil {
			return err
		}
	}
}

// inProcess answers requests with a handler, without a network.
type inProcess struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper. The answer is read while it is made, so that a long listing costs no memory.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	body, w := io.Pipe()
	a := &answer{header: make(http.Header), body: w, begun: make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p == http.ErrAbortHandler {
				a.WriteHeader(http.StatusInternalServerError)
				_ = w.CloseWithError(errors.New("the answer broke off")) // never fails
			} else if p != nil {
				panic(p)
			}
		}()
		t.handler.ServeHTTP(a, r)
		a.WriteHeader(http.StatusOK)
		_ = w.Close() // never fails
	}()
	<-a.begun
	return &http.Response{
		StatusCode: a.status, Status: strings.TrimSpace(fmt.Sprint(a.status, " ", http.StatusText(a.status))), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.sent, Body: &answerBody{body, done}, ContentLength: -1, Request: r,
	}, nil
}

// answer hands what a handler writes to whoever reads it.
type answer struct {
	header, sent http.Header
	status       int
	body         *io.PipeWriter
	begun        chan struct{}
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status, a.sent = status, a.header.Clone()
		close(a.begun)
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// answerBody ends the handler when it is closed, and waits for that: what the handler works with is closed next.
type answerBody struct {
	*io.PipeReader
	done chan struct{}
}

func (b *answerBody) Close() error {
	err := b.PipeReader.Close()
	<-b.done
	return err
}
