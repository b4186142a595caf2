package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// truth is what the farm knows of its feeds: how many items there are after each pass, and which of them carry one text.
type truth struct {
	Items, Changed int
	Stories        [][]string // URLs
}

func readTruth(file string) (t truth, err error) {
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	return t, err
}

// verdict compares the stories that were found with the copies that were made, as pairs of items that are said to be, and are, one text.
type verdict struct {
	stories, want      int // of two items and more
	whole              int // found exactly as they were made
	pairs, right, made int // said; of these true; made
}

// recall is the share of the pairs made that were found; precision the share of the pairs found that were made.
func (v verdict) recall() float64    { return share(v.right, v.made) }
func (v verdict) precision() float64 { return share(v.right, v.pairs) }

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// stories asks for the stories that were found and judges them.
func (b *bench) stories(ctx context.Context, args []string) error {
	out, err := output(ctx, args)
	if err != nil {
		return err
	}
	of := make(map[string]int) // URL → story made
	for i, urls := range b.truth.Stories {
		b.table.verdict.made += pairs(len(urls))
		for _, u := range urls {
			of[u] = i + 1
		}
	}
	v := &b.table.verdict
	v.want = len(b.truth.Stories)
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var s struct{ Members []struct{ URL string } }
		if err := dec.Decode(&s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the stories: %w", err)
		}
		v.stories++
		v.pairs += pairs(len(s.Members))
		members := make(map[int]int)
		for _, m := range s.Members {
			if story := of[m.URL]; story > 0 {
				members[story]++
			}
		}
		for story, n := range members {
			v.right += pairs(n)
			if n == len(s.Members) && n == len(b.truth.Stories[story-1]) {
				v.whole++
			}
		}
	}
}

func pairs(n int) int { return n * (n - 1) / 2 }
