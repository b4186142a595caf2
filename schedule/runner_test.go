package schedule

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// log collects what happened, in order.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) add(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, s)
}

func (l *log) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.lines
	l.lines = nil
	return out
}

func TestRunnerRunsEachSlotOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got log
		r := New(time.Now)
		r.Add("a", mustParse(t, "hourly", time.UTC), func(_ context.Context, s Slot) { got.add(s.Key) })
		r.Start(t.Context())
		r.Start(t.Context()) // a second call does nothing
		time.Sleep(3*time.Hour + time.Minute)
		if want := []string{"2000-01-01T01:00", "2000-01-01T02:00", "2000-01-01T03:00"}; !slices.Equal(got.take(), want) {
			t.Errorf("want %v", want)
		}
		if e := r.Entries(); len(e) != 1 || e[0].Name != "a" || e[0].Next.Key != "2000-01-01T04:00" || e[0].Running {
			t.Errorf("entries %v", e)
		}
		r.Remove("a")
		time.Sleep(3 * time.Hour)
		if lines := got.take(); lines != nil {
			t.Errorf("a removed job ran: %v", lines)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestG13_APanickingJobRunsAgainNextSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got log
		r := New(time.Now)
		r.OnPanic = func(name string, s Slot, v any, stack []byte) {
			if !strings.Contains(string(stack), "TestG13") {
				t.Errorf("the stack does not show the job:\n%s", stack)
			}
			got.add(name + " panics: " + v.(string) + " at " + s.Key)
		}
		var runs atomic.Int32
		r.Add("bad", mustParse(t, "hourly", time.UTC), func(_ context.Context, s Slot) {
			if runs.Add(1) < 3 {
				panic("boom")
			}
			got.add("fine at " + s.Key)
		})
		r.Start(t.Context())
		time.Sleep(3*time.Hour + time.Minute)
		want := []string{"bad panics: boom at 2000-01-01T01:00", "bad panics: boom at 2000-01-01T02:00", "fine at 2000-01-01T03:00"}
		if lines := got.take(); !slices.Equal(lines, want) {
			t.Errorf("got %q", lines)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAPanicWithoutCallbackIsContained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(time.Now)
		var runs atomic.Int32
		r.Add("bad", mustParse(t, "hourly", time.UTC), func(context.Context, Slot) { runs.Add(1); panic("boom") })
		r.Start(t.Context())
		time.Sleep(2*time.Hour + time.Minute)
		if err := r.Stop(t.Context()); err != nil || runs.Load() != 2 {
			t.Errorf("%d runs, %v", runs.Load(), err)
		}
	})
}

func TestAJobStillRunningIsSkippedNotQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got log
		r := New(time.Now)
		r.OnSkip = func(name string, s Slot) { got.add("skip " + s.Key) }
		r.Add("slow", mustParse(t, "hourly", time.UTC), func(_ context.Context, s Slot) {
			got.add("start " + s.Key)
			time.Sleep(2*time.Hour + 30*time.Minute)
			got.add("end " + s.Key)
		})
		r.Add("other", mustParse(t, "0 2 * * *", time.UTC), func(_ context.Context, s Slot) { got.add("other") })
		r.Start(t.Context())
		time.Sleep(4*time.Hour + time.Minute)
		lines := got.take()
		want := []string{"start 2000-01-01T01:00", "skip 2000-01-01T02:00", "other", "skip 2000-01-01T03:00", "end 2000-01-01T01:00", "start 2000-01-01T04:00"}
		slices.Sort(lines[1:3]) // the two of 02:00 come in either order
		slices.Sort(want[1:3])
		if !slices.Equal(lines, want) {
			t.Errorf("got %q", lines)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if lines := got.take(); !slices.Equal(lines, []string{"end 2000-01-01T04:00"}) {
			t.Errorf("Stop did not wait, or more ran: %q", lines)
		}
	})
}

func TestStopGivesUpWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(time.Now)
		var cancelled atomic.Bool
		r.Add("stuck", mustParse(t, "hourly", time.UTC), func(ctx context.Context, _ Slot) {
			<-ctx.Done()
			cancelled.Store(true)
		})
		r.Start(t.Context())
		time.Sleep(90 * time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := r.Stop(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "stuck") {
			t.Errorf("got %v", err)
		}
		if err := r.Stop(t.Context()); err != nil || !cancelled.Load() {
			t.Errorf("the job's context was not cancelled: %v", err)
		}
	})
}

func TestTheEndOfTheContextReachesJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(time.Now)
		ctx, cancel := context.WithCancel(t.Context())
		var runs atomic.Int32
		r.Add("a", mustParse(t, "hourly", time.UTC), func(ctx context.Context, _ Slot) {
			runs.Add(1)
			<-ctx.Done()
		})
		r.Start(ctx)
		time.Sleep(90 * time.Minute)
		cancel()
		time.Sleep(3 * time.Hour)
		if err := r.Stop(t.Context()); err != nil || runs.Load() != 1 {
			t.Errorf("%d runs, %v", runs.Load(), err)
		}
	})
}

func TestStopBeforeStart(t *testing.T) {
	r := New(time.Now)
	if err := r.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	r.Start(t.Context())
	if ok, err := r.Run("a", Slot{}); ok || !errors.Is(err, ErrNoJob) {
		t.Errorf("%v %v", ok, err)
	}
}

func TestRunNowAndReplace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got log
		r := New(time.Now)
		r.Add("a", mustParse(t, "daily 07:00", time.UTC), func(_ context.Context, s Slot) {
			got.add("old " + s.Key)
			time.Sleep(time.Hour)
		})
		r.Start(t.Context())
		if ok, err := r.Run("a", Slot{Key: "now"}); !ok || err != nil {
			t.Fatal(ok, err)
		}
		synctest.Wait()
		r.Add("a", mustParse(t, "daily 09:00", time.UTC), func(_ context.Context, s Slot) { got.add("new " + s.Key) })
		if ok, _ := r.Run("a", Slot{Key: "again"}); ok {
			t.Error("started while the run of the job it replaces goes on")
		}
		time.Sleep(10 * time.Hour)
		if lines := got.take(); !slices.Equal(lines, []string{"old now", "new 2000-01-01T09:00"}) {
			t.Errorf("got %q", lines)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// G5: the clock is set while the runner sleeps, or the machine was suspended.
func TestG5_ClockJumps(t *testing.T) {
	tests := map[string]struct {
		jumps []time.Duration // one an hour
		want  []string
	}{
		"none":           {[]time.Duration{0, 0}, []string{"2000-01-01T01:00", "2000-01-01T02:00", "2000-01-01T03:00"}},
		"forward 5h":     {[]time.Duration{5 * time.Hour}, []string{"2000-01-01T01:00", "2000-01-01T06:00", "2000-01-01T07:00", "2000-01-01T08:00"}},
		"back 1h":        {[]time.Duration{0, -time.Hour, 0}, []string{"2000-01-01T01:00", "2000-01-01T02:00", "2000-01-01T03:00"}},
		"back two days":  {[]time.Duration{-48 * time.Hour}, []string{"2000-01-01T01:00", "1999-12-30T02:00", "1999-12-30T03:00"}},
		"there and back": {[]time.Duration{24 * 365 * time.Hour, -24 * 365 * time.Hour}, []string{"2000-01-01T01:00", "2000-12-31T01:00", "2000-12-31T02:00", "2000-01-01T03:00"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var shift atomic.Int64
				var got log
				r := New(func() time.Time { return time.Now().Add(time.Duration(shift.Load())) })
				r.Add("a", mustParse(t, "hourly", time.UTC), func(_ context.Context, s Slot) { got.add(s.Key) })
				r.Start(t.Context())
				time.Sleep(time.Hour + 10*time.Minute)
				for _, j := range tt.jumps {
					shift.Add(int64(j))
					time.Sleep(time.Hour)
				}
				if len(tt.jumps) == 1 {
					time.Sleep(time.Hour)
				}
				lines := got.take()
				if !slices.Equal(lines, tt.want) {
					t.Errorf("got %q\nwant %q", lines, tt.want)
				}
				if err := r.Stop(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
