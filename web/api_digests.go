package web

import (
	"context"
	"errors"
	"net/http"
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

// editions returns the newest editions of the configured digests, or of one, newest first within a digest.
func (s *Server) editions(ctx context.Context, digest string, limit int) ([]EditionView, error) {
	var names []string
	for _, dc := range s.o.Config().Digests {
		if digest == "" || dc.Name == digest {
			names = append(names, dc.Name, dc.Name+extraSuffix)
		}
	}
	out := []EditionView{}
	for _, name := range names {
		editions, err := s.store.Editions(ctx, name, 0, limit)
		if err != nil {
			return nil, err
		}
		for _, e := range editions {
			if len(out) >= limit {
				return out, nil
			}
			view, err := s.editionView(ctx, e)
			if err != nil {
				return nil, err
			}
			out = append(out, view)
		}
	}
	return out, nil
}

func (s *Server) editionView(ctx context.Context, e news.Edition) (EditionView, error) {
	plain, doc := e.For(news.Desk)
	v := EditionView{
		ID: EditionID(e.Digest, e.Number), Digest: e.Digest, Number: e.Number, Slot: e.Slot, Date: e.Date, MessageID: e.MessageID, Subject: e.Subject,
		Stories: e.Counts.Stories, Articles: e.Counts.Articles, Text: string(plain), HTML: string(doc), Deliveries: []DeliveryView{},
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
	limit, err := limitOf(r)
	if err != nil {
		return nil, err
	}
	name := r.FormValue("digest")
	if _, ok := s.o.Config().Digest(name); name != "" && !ok {
		return nil, BadRequest("there is no digest %q", name)
	}
	views, err := s.editions(r.Context(), name, limit)
	return Page[EditionView]{Items: views}, err
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
