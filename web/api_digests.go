package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"mediawatch/news"
	"mediawatch/store"
)

// EditionView is an edition of a digest. Text and HTML are left out in lists.
type EditionView struct {
	ID         string         `json:"id"`
	Digest     string         `json:"digest"`
	Number     int            `json:"number"`
	Slot       string         `json:"slot"`
	Date       time.Time      `json:"date"`
	MessageID  string         `json:"message_id"`
	Subject    string         `json:"subject"`
	Stories    int            `json:"stories"`
	Articles   int            `json:"articles"`
	Withdrawn  bool           `json:"withdrawn"` // an article of it was forgotten: its text was removed
	Deliveries []DeliveryView `json:"deliveries"`
	Text       string         `json:"text,omitempty"`
	HTML       string         `json:"html,omitempty"`
}

// DeliveryView is an edition on its way to one recipient.
type DeliveryView struct {
	Recipient string     `json:"recipient"`
	State     string     `json:"state"`
	Attempts  int        `json:"attempts"`
	Answer    string     `json:"answer"`
	NextTry   *time.Time `json:"next_try"`
	Settled   *time.Time `json:"settled"`
}

// extraSuffix marks the editions a person asked for beside the schedule.
const extraSuffix = "+extra"

// eachEdition calls f for the editions of the configured digests, or of one, newest first within a digest, until it returns false.
func (s *Server) eachEdition(ctx context.Context, digest string, f func(news.Edition) bool) error {
	var names []string
	for _, dc := range s.o.Config().Digests {
		if digest == "" || dc.Name == digest {
			names = append(names, dc.Name, dc.Name+extraSuffix)
		}
	}
	for _, name := range names {
		for before := 0; ; {
			editions, err := s.store.Editions(ctx, name, before, rowsRead)
			if err != nil {
				return err
			}
			for _, e := range editions {
				if !f(e) {
					return nil
				}
				before = e.Number
			}
			if len(editions) == 0 || before == 0 { // the welcome edition is number 0 and the last
				break
			}
		}
	}
	return nil
}

func (s *Server) editionView(ctx context.Context, e news.Edition) (EditionView, error) {
	plain, doc := e.For(news.Desk)
	v := EditionView{
		ID: EditionID(e.Digest, e.Number), Digest: e.Digest, Number: e.Number, Slot: e.Slot, Date: e.Date, MessageID: e.MessageID, Subject: e.Subject,
		Stories: e.Counts.Stories, Articles: e.Counts.Articles, Withdrawn: e.Withdrawn, Text: string(plain), HTML: string(doc), Deliveries: []DeliveryView{},
	}
	deliveries, err := s.store.Deliveries(ctx, e.Digest, e.Number)
	for _, d := range deliveries {
		if d.Number == e.Number { // number 0 asks for all
			v.Deliveries = append(v.Deliveries, DeliveryView{d.Recipient, string(d.State), d.Attempts, d.Answer, moment(d.NextTry), moment(d.Settled)})
		}
	}
	return v, err
}

func (s *Server) editionList(r *http.Request) (any, error) {
	from, limit, err := placeOf(r)
	if err != nil {
		return nil, err
	}
	name := r.FormValue("digest")
	if _, ok := s.o.Config().Digest(name); name != "" && !ok {
		return nil, BadRequest("there is no digest %q", name)
	}
	l := &rows{}
	l.each = func(yield func(any, error) bool) {
		n := 0
		err := s.eachEdition(r.Context(), name, func(e news.Edition) bool {
			if n++; n <= from {
				return true
			}
			if n-from > limit {
				l.tail.Next = strconv.Itoa(from + limit)
				return false
			}
			view, err := s.editionView(r.Context(), e)
			return yield(view, err) && err == nil
		})
		if err != nil {
			yield(nil, err)
		}
	}
	return l, nil
}

func (s *Server) edition(r *http.Request) (any, error) {
	name, number, err := ParseEdition(r.PathValue("name") + "/" + r.PathValue("number"))
	if err != nil {
		return nil, err
	}
	e, err := s.store.Edition(r.Context(), name, number)
	if err != nil {
		return nil, err
	}
	return s.editionView(r.Context(), e)
}

// isNotFound reports whether err says that something is not there.
func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
