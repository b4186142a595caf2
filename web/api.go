package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

// Error is an error with the HTTP status it deserves.
type Error struct {
	Status     int
	Msg        string
	Kind       string        // one of the kinds below; "" none
	RetryAfter time.Duration // when to come again; 0: nothing is said of that
}

// Error implements error.
func (e *Error) Error() string { return e.Msg }

// BadRequest is the caller's mistake.
func BadRequest(format string, args ...any) error {
	return &Error{Status: http.StatusBadRequest, Msg: fmt.Sprintf(format, args...)}
}

// api adapts a function that answers with a value to a handler that answers with JSON, each in its turn.
func (s *Server) api(take func(*http.Request) (*turn, error), answer func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		t, err := take(r)
		if err != nil {
			WriteError(w, err)
			return
		}
		r = t.within(r)
		v, err := answer(r)
		if list, ok := v.(*rows); ok && err == nil {
			list.turn = t
			list.write(w, r)
			return
		}
		err = s.inTime(t, err)
		var b bytes.Buffer
		if err == nil {
			w.Header().Set("Content-Type", writeValue(&b, r, v))
		}
		t.end()
		if err != nil {
			WriteError(w, err)
			return
		}
		s.send(w, r, http.StatusOK, b.Bytes())
	}
}

// Page is a listing: its items and where the next page begins. Next is empty at the end.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// lines lets WriteJSON print a page one object a line.
func (p Page[T]) lines() []any {
	out := make([]any, len(p.Items))
	for i := range p.Items {
		out[i] = p.Items[i]
	}
	return out
}

// WriteJSON writes v as JSON; a page is written one object a line when the client accepts application/jsonl.
func WriteJSON(w http.ResponseWriter, r *http.Request, v any) {
	var b bytes.Buffer
	w.Header().Set("Content-Type", writeValue(&b, r, v))
	_, _ = w.Write(b.Bytes()) // the client is gone
}

// writeValue encodes v as a client wants it and returns the type of that.
func writeValue(b *bytes.Buffer, r *http.Request, v any) string {
	if p, ok := v.(interface{ lines() []any }); ok && wantsLines(r) {
		for _, line := range p.lines() {
			if encode(b, line) != nil {
				break
			}
		}
		return "application/jsonl; charset=utf-8"
	}
	_ = encode(b, v) // views can be encoded
	return "application/json; charset=utf-8"
}

// The kinds of trouble that clients tell apart by more than a status: the field "kind" of an error.
const (
	KindDamaged = "damaged" // the store is damaged
	KindFull    = "full"    // there is no space for the store
	KindTime    = "time"    // the query would take longer than it may
	KindBusy    = "busy"    // too much is asked at a time
)

// WriteError answers with {"error": …} and the status the error deserves; trouble of the store has a "kind" as well.
func WriteError(w http.ResponseWriter, err error) {
	answer := map[string]string{"error": text.HideSecrets(err.Error())}
	var known *Error
	switch {
	case errors.As(err, &known):
		tellRetry(w, known.RetryAfter)
		if known.Kind != "" {
			answer["kind"] = known.Kind
		}
	case errors.Is(err, store.ErrDamaged):
		answer["kind"] = KindDamaged
	case errors.Is(err, store.ErrFull):
		answer["kind"] = KindFull
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(statusOf(err))
	_ = json.NewEncoder(w).Encode(answer) // the client is gone
}

// seqOf reads a journal position.
func seqOf(r *http.Request, name string) (news.Seq, error) {
	v := r.FormValue(name)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		return 0, BadRequest("%s %q: a journal position (a number) expected", name, v)
	}
	return news.Seq(n), nil
}

// ItemID resolves an id or an unambiguous beginning of at least 4 digits.
func (s *Server) ItemID(ctx context.Context, v string) (news.ItemID, error) {
	if id, err := news.ParseItemID(v); err == nil {
		return id, nil
	}
	if len(v) < 4 || len(v) > 32 || strings.Trim(strings.ToLower(v), "0123456789abcdef") != "" {
		return news.ItemID{}, BadRequest("%q is not an item id: at least the first 4 of its 32 hexadecimal digits expected", v)
	}
	ids, err := s.store.Resolve(ctx, strings.ToLower(v), 2)
	switch {
	case err != nil:
		return news.ItemID{}, err
	case len(ids) == 0:
		return news.ItemID{}, fmt.Errorf("item %s: %w", v, store.ErrNotFound)
	case len(ids) > 1:
		return news.ItemID{}, BadRequest("%q begins more than one item id: give more digits", v)
	}
	return ids[0], nil
}
