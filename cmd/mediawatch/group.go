package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"mediawatch/ingest"
	"mediawatch/news"
)

// grouped is one line of "stories --jsonl": which story an article belongs to, and why.
type grouped struct {
	ID       string        `json:"id"`
	Story    string        `json:"story"` // id of the article that came first
	Relation news.Relation `json:"relation"`
	Score    float64       `json:"score"`
	Of       string        `json:"of"` // the article it is a copy of; "" for the first
}

// noOutlets knows no publisher: grouping by exact text does not ask who published it.
type noOutlets struct{}

// OutletOf implements ingest.Outlets.
func (noOutlets) OutletOf(string) string { return "" }

// groupLines says of each article of a file whether an earlier one carries the same text. It keeps a hash of each text, never the texts.
func (a *app) groupLines(ctx context.Context, file string) error {
	in, _, err := a.open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	name := filepath.Base(file)
	if file == "-" {
		name = "stdin"
	}
	tell := func(line string) { fmt.Fprintln(a.stderr, "mediawatch:", line) }
	reader := ingest.Importer{Outlets: noOutlets{}, Now: time.Now, Tell: tell}
	first := make(map[news.Hash]string)
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	faults, err := reader.Each(in, ingest.FormatJSONL, name, func(it news.Item) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		g := grouped{ID: it.Identity, Story: it.Identity, Relation: news.Original, Score: 1}
		if original, known := first[it.Keys.Content]; known {
			g.Story, g.Of, g.Relation = original, original, news.SameText
		} else if !it.Keys.Content.IsZero() {
			first[it.Keys.Content] = it.Identity
		}
		return enc.Encode(g)
	})
	switch {
	case err != nil:
		return err
	case faults > 0:
		return &exitError{code: exitFailed, err: errors.New("some lines could not be read; the others are grouped")}
	}
	return nil
}
