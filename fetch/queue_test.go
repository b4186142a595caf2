package fetch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestQueueKeepsOrderWithinAHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(4)
		var mu sync.Mutex
		ran := map[string][]int{}
		for i := range 50 {
			for _, host := range []string{"a", "b", "c"} {
				if !q.Submit(fmt.Sprint(host, i), host, func(context.Context) {
					time.Sleep(time.Millisecond)
					mu.Lock()
					ran[host] = append(ran[host], i)
					mu.Unlock()
				}) {
					t.Fatal("refused")
				}
			}
		}
		if q.Hosts() != 3 || q.Len() != 150 {
			t.Errorf("%d jobs of %d hosts", q.Len(), q.Hosts())
		}
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		for host, got := range ran {
			if len(got) != 50 || !slices.IsSorted(got) {
				t.Errorf("%s: %v", host, got)
			}
		}
		if q.Hosts() != 0 || q.Len() != 0 || q.Running() != 0 {
			t.Errorf("%d jobs of %d hosts, %d running", q.Len(), q.Hosts(), q.Running())
		}
	})
}

func TestQueueRefusesDuplicates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1)
		hold := make(chan struct{})
		var ran atomic.Int32
		job := func(context.Context) { ran.Add(1); <-hold }
		for n, want := range []bool{true, false, false} {
			if got := q.Submit("feed 1", "a", job); got != want {
				t.Errorf("submission %d: %v", n, got)
			}
		}
		synctest.Wait()
		if q.Submit("feed 1", "a", job) || q.SubmitUrgent("feed 1", "elsewhere", job) {
			t.Error("a running job's key is taken again")
		}
		close(hold)
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !q.Submit("feed 1", "a", job) {
			t.Error("refused after it ran")
		}
		_ = q.Drain(t.Context())
		if ran.Load() != 2 {
			t.Errorf("ran %d times", ran.Load())
		}
	})
}

func TestAJobMayBeSubmittedAgainByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1)
		again := 0
		var job func(context.Context)
		job = func(context.Context) {
			if q.Submit(fmt.Sprint(again), "a", job) {
				t.Error("its own key is taken while it runs")
			}
			if again++; again < 5 && !q.Submit(fmt.Sprint(again), "a", job) {
				t.Error("refused")
			}
		}
		q.Submit("0", "a", job)
		if err := q.Drain(t.Context()); err != nil || again != 5 {
			t.Errorf("%v after %d", err, again)
		}
	})
}

// TestABigHostDelaysNobody: 500 feeds of one host come first, then one of each of 99 others; two workers, a gap of 2 s.
func TestABigHostDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisits()
		c := bubbled(t, Options{HostGap: 2 * time.Second}, v.serve(100*time.Millisecond))
		q := c.NewQueue(2)
		start := time.Now()
		get := func(u string) func(context.Context) {
			return func(ctx context.Context) {
				if _, err := c.Get(ctx, Request{URL: u}); err != nil {
					t.Error(err)
				}
			}
		}
		for i := range 500 {
			u := fmt.Sprintf("http://big.example/%d", i)
			q.Submit(u, HostOf(u), get(u))
		}
		for i := range 99 {
			u := fmt.Sprintf("http://h%d.example/", i)
			q.Submit(u, HostOf(u), get(u))
		}
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		last := time.Duration(0)
		for host, at := range v.starts {
			if host != "big.example" {
				last = max(last, at[0].Sub(start))
			}
		}
		if last > 6*time.Second { // 99 jobs of 0.1 s on two workers
			t.Errorf("the last small host was asked after %v", last)
		}
		big := v.starts["big.example"]
		if got, want := big[499].Sub(start), 499*2100*time.Millisecond; got < want || got > want+want/50 {
			t.Errorf("the big host took %v, want about %v", got, want)
		}
	})
}

// TestWaitingHostsHoldNoWorker: 2,000 feeds of 100 hosts with 4 workers take as long as the gaps need, not longer.
func TestWaitingHostsHoldNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisits()
		c := bubbled(t, Options{HostGap: 2 * time.Second}, v.serve(10*time.Millisecond))
		q := c.NewQueue(4)
		start := time.Now()
		for i := range 2000 {
			u := fmt.Sprintf("http://h%d.example/%d", i%100, i)
			q.Submit(u, HostOf(u), func(ctx context.Context) {
				if _, err := c.Get(ctx, Request{URL: u}); err != nil {
					t.Error(err)
				}
			})
		}
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took, need := time.Since(start), 19*2010*time.Millisecond; took < need || took > need+2*time.Second {
			t.Errorf("took %v, the gaps alone need %v", took, need)
		}
		for host, starts := range v.starts {
			for i := range starts[1:] {
				if gap := starts[i+1].Sub(starts[i]); gap < 2*time.Second {
					t.Errorf("%s: gap of %v", host, gap)
				}
			}
		}
	})
}

func TestUrgentJobsGoFirstAndWithoutAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisits()
		c := bubbled(t, Options{HostGap: time.Minute}, v.serve(time.Second))
		q := c.NewQueue(2)
		start := time.Now()
		var order []string
		var mu sync.Mutex
		submit := func(name string, urgent bool) {
			put := q.Submit
			if urgent {
				put = q.SubmitUrgent
			}
			put(name, "a.example", func(ctx context.Context) {
				mu.Lock()
				order = append(order, fmt.Sprint(name, " ", time.Since(start)))
				mu.Unlock()
				_, _ = c.Get(ctx, Request{URL: "http://a.example/" + name, Urgent: urgent})
			})
		}
		submit("1", false)
		submit("2", false)
		submit("first 1", true)
		submit("first 2", true)
		time.Sleep(10 * time.Second) // 2 waits for its gap
		submit("first 3", true)
		_ = q.Drain(t.Context())
		want := []string{"1 0s", "first 1 1s", "first 2 2s", "first 3 10s", "2 1m11s"}
		if !slices.Equal(order, want) {
			t.Errorf("%q, want %q", order, want)
		}
	})
}

func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(2)
		var ended, never atomic.Int32
		for i := range 2 {
			q.Submit(fmt.Sprint("running", i), fmt.Sprint(i), func(ctx context.Context) {
				<-ctx.Done()
				if !errors.Is(context.Cause(ctx), errStopped) {
					t.Error(context.Cause(ctx))
				}
				time.Sleep(time.Second) // tidies up
				ended.Add(1)
			})
			q.Submit(fmt.Sprint("waiting", i), fmt.Sprint(i), func(context.Context) { never.Add(1) })
		}
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := q.Stop(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("stop with a short deadline: %v", err)
		}
		if err := q.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if ended.Load() != 2 || never.Load() != 0 || q.Len() != 0 || q.Hosts() != 0 {
			t.Errorf("%d ended, %d began, %d left", ended.Load(), never.Load(), q.Len())
		}
		if q.Submit("late", "a", func(context.Context) { never.Add(1) }) {
			t.Error("a stopped queue takes jobs")
		}
		if err := q.Drain(t.Context()); err != nil || never.Load() != 0 {
			t.Error(err)
		}
	})
}

func TestStopWhileWaitingForAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisits()
		c := bubbled(t, Options{HostGap: time.Hour}, v.serve(0))
		q := c.NewQueue(2)
		for i := range 3 {
			q.Submit(fmt.Sprint(i), "a.example", func(ctx context.Context) { _, _ = c.Get(ctx, Request{URL: "http://a.example/"}) })
		}
		time.Sleep(time.Minute)
		if q.Len() != 2 || q.Running() != 0 {
			t.Errorf("%d left, %d running", q.Len(), q.Running())
		}
		if err := q.Stop(t.Context()); err != nil || q.Len() != 0 || q.Hosts() != 0 {
			t.Errorf("%v, %d left", err, q.Len())
		}
		time.Sleep(2 * time.Hour)
		if n := len(v.starts["a.example"]); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestDrainGivesUpWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1)
		q.Submit("a", "a", func(ctx context.Context) { <-ctx.Done() })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := q.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		_ = q.Stop(t.Context())
	})
}

func TestAPanickingJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(1)
		var told []any
		q.OnPanic = func(key string, value any, stack []byte) { told = append(told, key, value, len(stack) > 0) }
		ran := false
		q.Submit("bad", "a", func(context.Context) { panic("boom") })
		q.Submit("good", "a", func(context.Context) { ran = true })
		if err := q.Drain(t.Context()); err != nil || !ran {
			t.Errorf("%v, the next job ran: %v", err, ran)
		}
		if !slices.Equal(told, []any{"bad", "boom", true}) {
			t.Errorf("told %v", told)
		}
	})
}

// TestQueueAgainstAModel: whatever is submitted, each accepted job runs once, a host's never two at a time, and never
// more than the workers at once while none is slow.
func TestQueueAgainstAModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type submission struct {
			key, host string
			urgent    bool
			before    time.Duration
			took      time.Duration
		}
		workers := rapid.IntRange(1, 4).Draw(rt, "workers")
		gap := time.Duration(rapid.IntRange(0, 3).Draw(rt, "gap")) * 100 * time.Millisecond
		list := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) submission {
			return submission{
				key: rapid.StringMatching(`[a-h]`).Draw(rt, "key"), host: rapid.StringMatching(`[xyz]`).Draw(rt, "host"), urgent: rapid.Bool().Draw(rt, "urgent"),
				before: time.Duration(rapid.IntRange(0, 200).Draw(rt, "before")) * time.Millisecond, took: time.Duration(rapid.IntRange(0, 240).Draw(rt, "took")) * time.Millisecond,
			}
		}), 1, 60).Draw(rt, "jobs")
		synctest.Test(t, func(t *testing.T) {
			hs := newHosts(1, gap, func() float64 { return 0 })
			q := NewQueue(workers)
			q.gap = hs.wait
			var mu sync.Mutex
			busy, total, ran, accepted := map[string]int{}, 0, 0, 0
			for _, s := range list {
				time.Sleep(s.before)
				put := q.Submit
				if s.urgent {
					put = q.SubmitUrgent
				}
				if put(s.key, s.host, func(ctx context.Context) {
					h, err := hs.acquire(ctx, s.host, s.urgent)
					if err != nil {
						t.Error(err)
						return
					}
					defer hs.release(h)
					mu.Lock()
					busy[s.host]++
					total++
					ran++
					if busy[s.host] > 1 || total > workers {
						t.Errorf("%d of %s, %d at all with %d workers", busy[s.host], s.host, total, workers)
					}
					mu.Unlock()
					time.Sleep(s.took)
					mu.Lock()
					busy[s.host]--
					total--
					mu.Unlock()
				}) {
					accepted++
				}
			}
			if err := q.Drain(t.Context()); err != nil {
				t.Error(err)
			}
			if ran != accepted {
				t.Errorf("%d ran of %d accepted", ran, accepted)
			}
		})
	})
}

func BenchmarkQueue(b *testing.B) {
	q := NewQueue(16)
	b.ReportAllocs()
	for i := range b.N {
		q.Submit(fmt.Sprint(i), fmt.Sprint(i%100), func(context.Context) {})
	}
	_ = q.Drain(b.Context())
}
