package query

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mediawatch/news"
	"mediawatch/text"
)

// TestSeeds counts the word Iran in the five seed files: 20 times, 13 of them with a possessive, which must not be lost.
func TestSeeds(t *testing.T) {
	files, _ := filepath.Glob("../../shared/seeds/*.txt")
	if len(files) == 0 {
		t.Skip("../shared is absent: the seed files are not counted")
	}
	iran, possessive, iranian := 0, 0, 0
	q := mustParseT(t, "Iran")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		it := &news.Item{}
		it.Content = text.Paragraphs(string(raw))
		d := NewDocument(it, Facts{})
		if ok, _ := q.Match(d); !ok {
			t.Errorf("%s does not match", file)
		}
		plain := d.Field("body")
		for _, s := range q.root.(*term).spans(d, fieldBody, allHits) {
			iran++
			_, end := d.text(fieldBody).bounds(s)
			if rest := plain[end:]; strings.HasPrefix(rest, "'s") || strings.HasPrefix(rest, "’s") {
				possessive++
			}
		}
		iranian += len(mustParseT(t, "Iranian").root.(*term).spans(d, fieldBody, allHits))
	}
	if iran != 20 || possessive != 13 || iranian != 5 {
		t.Errorf("Iran %d times, %d with a possessive, Iranian %d times; want 20, 13, 5", iran, possessive, iranian)
	}
}

// TestSeedsNames: two of the seeds spell one name in two ways.
func TestSeedsNames(t *testing.T) {
	files, _ := filepath.Glob("../../shared/seeds/*.txt")
	if len(files) == 0 {
		t.Skip("../shared is absent: the seed files are not read")
	}
	spellings := map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		it := &news.Item{}
		it.Content = text.Paragraphs(string(raw))
		_, found := mustParseT(t, "~Raisi").Match(NewDocument(it, Facts{}))
		for _, ev := range found {
			spellings[ev.Words] = true
		}
	}
	if len(spellings) != 2 || !spellings["Raisi"] || !spellings["Raeisi"] {
		t.Errorf("~Raisi finds %v", spellings)
	}
}
