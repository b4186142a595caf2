package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"mediawatch/news"
	"mediawatch/store"
	"mediawatch/text"
)

// defaultLimit is how much a listing of the API holds when it is not told.
const defaultLimit = 50

// Error is an error with the HTTP status it deserves.
type Error struct {
	Status int
	Msg    string
}

// Error implements error.
func (e *Error) Error() string { return e.Msg }

// BadRequest is the caller's mistake.
func BadRequest(format string, args ...any) error {
	return &Error{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// api adapts a function that answers with a value to a handler that answers with JSON.
func (s *Server) api(answer func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := answer(r)
		if err != nil {
			WriteError(w, err)
			return
		}
		WriteJSON(w, r, v)
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
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if p, ok := v.(interface{ lines() []any }); ok && strings.Contains(r.Header.Get("Accept"), "application/jsonl") {
		w.Header().Set("Content-Type", "application/jsonl; charset=utf-8")
		for _, line := range p.lines() {
			if enc.Encode(line) != nil {
				return
			}
		}
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = enc.Encode(v) // the client is gone
}

// The kinds of trouble that clients tell apart by more than a status: the field "kind" of an error.
const (
	KindDamaged = "damaged" // the store is damaged
	KindFull    = "full"    // there is no space for the store
)

// WriteError answers with {"error": …} and the status the error deserves; trouble of the store has a "kind" as well.
func WriteError(w http.ResponseWriter, err error) {
	answer := map[string]string{"error": text.HideSecrets(err.Error())}
	switch {
	case errors.Is(err, store.ErrDamaged):
		answer["kind"] = KindDamaged
	case errors.Is(err, store.ErrFull):
		answer["kind"] = KindFull
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(statusOf(err))
	_ = json.NewEncoder(w).Encode(answer) // the client is gone
}

// limitOf reads the limit of a listing; 0 means all.
func limitOf(r *http.Request) (int, error) {
	v := r.FormValue("limit")
	if v == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, BadRequest("limit %q: a number from 0 (all) expected", v)
	}
	if n == 0 {
		n = math.MaxInt
	}
	return n, nil
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
