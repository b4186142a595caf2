package bolt_test

import (
	"path/filepath"
	"testing"

	"mediawatch/store"
	"mediawatch/store/bolt"
	"mediawatch/store/storetest"
)

// fresh is a store in a folder of its own.
func fresh(t testing.TB) storetest.Open {
	path := filepath.Join(t.TempDir(), "data", "store.db")
	return func() (store.Store, error) { return bolt.Open(path, bolt.Options{}) }
}

func TestSuite(t *testing.T) { storetest.Run(t, fresh) }

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, fresh) }
