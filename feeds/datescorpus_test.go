package feeds

import (
	"html"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Every date that a real document states is read, and where the standard library's readers of RFC 5322 and RFC 3339
// know a form and its zone, as they read it.
func TestDatesOfRealDocuments(t *testing.T) {
	const root = "../../shared/corpora"
	if _, err := os.Stat(root); err != nil {
		t.Skip("../shared is absent: the dates of its documents are not read")
	}
	stated := regexp.MustCompile(`<(?:\w+:)?(?:pubDate|published|updated|date|modified|issued|created|lastBuildDate)(?: [^>]*)?>([^<]{4,80})<`)
	dates := make(map[string]string)
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range stated.FindAllSubmatch(data, -1) {
			dates[strings.TrimSpace(html.UnescapeString(strings.ToValidUTF8(string(m[1]), "")))] = path
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for s, path := range dates {
		stamp, _ := ParseDate(s, dateNow)
		if stamp.Time.IsZero() {
			if !strings.Contains(path, "http_high_bit_date") { // of its month nothing is left but the comma
				t.Errorf("%q of %s is not read", s, path)
			}
			continue
		}
		want, err := mail.ParseDate(s)
		if zone, _ := want.Zone(); err != nil || zone != "" && zone != "UTC" && zone != "GMT" { // net/mail takes a name it does not know for UTC
			if want, err = time.Parse(time.RFC3339, s); err != nil {
				continue
			}
		}
		if compared++; stamp.Time.Unix() != want.Unix() {
			t.Errorf("%q of %s: read as %s, by the standard library as %s", s, path, stamp.Time, want.UTC())
		}
	}
	if len(dates) < 2000 || compared < 1500 {
		t.Errorf("only %d dates found, %d compared", len(dates), compared)
	}
	t.Logf("%d dates of real documents, %d compared with the standard library", len(dates), compared)
}
