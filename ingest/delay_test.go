package ingest_test

import (
	"fmt"
	"testing"
	"time"
)

// TestT08C29_TheDelayFromPublicationToFirstSight is the median over the newest items; what was there before and old dates do not count.
func TestT08C29_TheDelayFromPublicationToFirstSight(t *testing.T) {
	p := newPublisher(t)
	d := newDesk(t, p)
	p.serve(`"0"`, dated("before", now.Add(-10*time.Hour)))
	d.poll()
	items := []string{dated("long ago", now.AddDate(0, 0, -11)), dated("ahead", now.Add(time.Hour))}
	for i, minutes := range []int{50, 10, 30, 20, 400} {
		items = append(items, dated(fmt.Sprint(i), now.Add(-time.Duration(minutes)*time.Minute)))
	}
	p.serve(`"1"`, items[:6]...)
	d.poll()
	if f := d.state(); f.Delay() != 0 || len(f.Delays) != 4 {
		t.Errorf("after four: %v of %v", f.Delay(), f.Delays)
	}
	p.serve(`"2"`, items...)
	d.poll()
	if f := d.state(); f.Delay() != 30*time.Minute {
		t.Errorf("median %v of %v, want 30 min", f.Delay(), f.Delays)
	}
	for i := range 40 {
		items = append(items, dated(fmt.Sprint("more ", i), now.Add(-time.Minute)))
	}
	p.serve(`"3"`, items...)
	d.poll()
	if f := d.state(); f.Delay() != time.Minute || len(f.Delays) != 31 {
		t.Errorf("median %v of %d, want that of the newest 31", f.Delay(), len(f.Delays))
	}
}
