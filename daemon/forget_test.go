package daemon

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mediawatch/news"
)

// TestT08C25_ForgetStopsWhatIsNotSentAndNamesWhatHoldsTheText: an edition that cannot be delivered yet tells of an item that is forgotten.
func TestT08C25_ForgetStopsWhatIsNotSentAndNamesWhatHoldsTheText(t *testing.T) {
	ctx := context.Background()
	n := newNewsroom(t)
	n.reload(n.configuration() + "[backup]\ndir = \"copies\"\n")
	if err := os.WriteFile(filepath.Join(n.dir, "digests"), nil, 0o600); err != nil { // so that nothing can be delivered there
		t.Fatal(err)
	}
	n.publish("a", "A strike closes the harbour of Saltmere for a whole week and the ferries with it", "The harbour is closed.")
	if _, err := n.d.Run(ctx, RunOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	deliveries, err := n.store.Deliveries(ctx, "", 0)
	if err != nil || len(deliveries) == 0 || deliveries[0].State != news.DeliveryPending {
		t.Fatalf("%+v %v", deliveries, err)
	}
	recent, err := n.store.Recent(ctx, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	id := recent[0].ID
	rec := httptest.NewRecorder()
	target := "/control/items/" + id.String() + "/forget?" + url.Values{"reason": {"asked"}}.Encode()
	n.d.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodPost, target, nil))
	answer := rec.Body.String()
	for _, want := range []string{"edition morning/0 tells of it; what was not sent of it (1 of 1) is stopped", "mediawatch-20261116T060000Z.db may hold it still", "exports and copies"} {
		if !strings.Contains(answer, want) {
			t.Errorf("no %q in %d %s", want, rec.Code, answer)
		}
	}
	deliveries, err = n.store.Deliveries(ctx, "", 0)
	if err != nil || deliveries[0].State != news.DeliveryFailed || !strings.Contains(deliveries[0].Answer, "forgotten") {
		t.Errorf("%+v %v", deliveries, err)
	}
	matches, err := n.store.Matches(ctx, []news.ItemID{id})
	if err != nil || len(matches[0]) == 0 {
		t.Fatalf("%v %v", matches, err)
	}
	for _, m := range matches[0] {
		if len(m.Evidence) > 0 {
			t.Errorf("words of it are in the evidence: %+v", m.Evidence)
		}
	}
}
