package storetest

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mediawatch/store"
)

// Fresh makes the place of an empty store that is gone when the test ends, and returns how to open it. Open is called
// again after Close, and must then find what was kept; it is called once at a time.
type Fresh func(t testing.TB) (open Open)

// Open opens the store of one place.
type Open func() (store.Store, error)

// Run holds an engine to the contract of package store. Each subject is a subtest, each case in it gets a store of its own.
func Run(t *testing.T, fresh Fresh) {
	for _, subject := range []struct {
		name string
		run  func(*testing.T, Fresh)
	}{
		{"Append", runAppend},
		{"Journal", runJournal},
		{"Forget", runForget},
		{"Latest", runLatest},
		{"Cursors", runCursors},
		{"Keys", runKeys},
		{"Stories", runStories},
		{"Signatures", runSignatures},
		{"Boilerplate", runBoilerplate},
		{"Matches", runMatches},
		{"Entries", runEntries},
		{"Feeds", runFeeds},
		{"Digests", runDigests},
		{"Deliveries", runDeliveries},
		{"Saved", runSaved},
		{"Prune", runPrune},
		{"Order", runOrder},
		{"Limits", runLimits},
		{"Concurrency", runConcurrency},
		{"Reopen", runReopen},
		{"Random", runRandom},
		{"FiveDays", runFiveDays},
	} {
		t.Run(subject.name, func(t *testing.T) { subject.run(t, fresh) })
	}
}

// cases runs functions as subtests, each on a new store.
func cases(t *testing.T, fresh Fresh, list []testCase) {
	for _, c := range list {
		t.Run(c.name, func(t *testing.T) { c.run(newFixture(t, fresh)) })
	}
}

type testCase struct {
	name string
	run  func(*fixture)
}

// tb is what testing and rapid have in common.
type tb interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// fixture is a store under test with what most cases need.
type fixture struct {
	store.Store
	t    tb
	ctx  context.Context
	open Open
}

func newFixture(t testing.TB, fresh Fresh) *fixture {
	t.Helper()
	f := &fixture{t: t, ctx: context.Background(), open: fresh(t)}
	f.reopen()
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return f
}

// reopen closes the store, when it is open, and opens it again.
func (f *fixture) reopen() {
	f.t.Helper()
	if f.Store != nil {
		f.ok(f.Close())
	}
	s, err := f.open()
	f.ok(err)
	f.Store = s
}

// ok stops the test at an unexpected error.
func (f *fixture) ok(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatalf("unexpected error: %v", err)
	}
}

// is stops the test when err is not of the kind wanted.
func (f *fixture) is(err, want error) {
	f.t.Helper()
	if !errors.Is(err, want) {
		f.t.Fatalf("error %v, want one that is %q", err, want)
	}
}

// same compares values; nil and empty lists are different, since the contract speaks of nil.
func (f *fixture) same(what string, got, want any) {
	f.t.Helper()
	if reflect.DeepEqual(got, want) {
		return // the usual case, which cmp is slow to see
	}
	if diff := cmp.Diff(want, got); diff != "" {
		f.t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// must is for calls that return a value and an error.
func must[T any](f *fixture) func(v T, err error) T {
	return func(v T, err error) T {
		f.t.Helper()
		f.ok(err)
		return v
	}
}
