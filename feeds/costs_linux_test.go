package feeds

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// What a hostile document of MaxBody may cost at most, itself included.
const (
	maxCostMemory = 64 << 20 // bytes of anonymous memory above the idle process
	// maxCostCPU, of all threads but the one that measures, is what no machine takes for a document that is read in one
	// go. What it takes on one is printed, and in docs/reading.md: to stay below a second.
	maxCostCPU = 10 * time.Second
)

// Every hostile document at full size, each in a process of its own as in the product: with Go's default of GOGC.
// Memory is held to its limit, time is shown.
//
//	COSTS=1 go test ./feeds -run HostileCosts -v
//
// It takes twenty seconds. COSTS=json measures those whose names begin so.
func TestHostileCosts(t *testing.T) {
	only := os.Getenv("COSTS")
	if only == "" {
		t.Skip("COSTS is not set")
	}
	docs := hostile(MaxBody)
	if name, ok := os.LookupEnv("COSTS_CHILD"); ok {
		measure(docs[name])
		return
	}
	var names []string
	for name := range docs {
		if only == "1" || strings.HasPrefix(name, only) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			memory, cpu := costs(t, name)
			for try := 1; try < 3 && (memory > maxCostMemory || cpu > maxCostCPU); try++ { // a busy machine only adds
				m, c := costs(t, name)
				memory, cpu = min(memory, m), min(cpu, c)
			}
			t.Logf("%5.1f MiB, %.2f s", float64(memory)/(1<<20), cpu.Seconds())
			if memory > maxCostMemory || cpu > maxCostCPU {
				t.Errorf("it may cost %d MiB and %v", maxCostMemory>>20, maxCostCPU)
			}
		})
	}
}

// costs has a process of its own measure the document of that name.
func costs(t *testing.T, name string) (memory int64, cpu time.Duration) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run", "^TestHostileCosts$")
	c.Env = append(os.Environ(), "COSTS_CHILD="+name, "GOGC=100", "GOMEMLIMIT=off", "GODEBUG=")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, line, _ := strings.Cut(string(out), "costs: ")
	if _, err := fmt.Sscan(line, &memory, (*int64)(&cpu)); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return memory, cpu
}

// measure prints what parsing a document costs: the peak of anonymous memory in bytes, seen once a millisecond, above
// what the process has without the document, and processor time in nanoseconds. What comes of it TestHostileDocuments sees.
func measure(document func() string) {
	_, _ = Parse([]byte(`<rss><channel><item><title>warm</title></item></channel></rss>`), Options{})
	debug.FreeOSMemory()
	idle := anonymous()
	data := []byte(document())
	debug.FreeOSMemory()

	var peak, watching atomic.Int64
	started, stop, stopped := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(stopped)
		before := used(rusageThread)
		close(started)
		for tick := time.Tick(time.Millisecond); ; {
			peak.Store(max(peak.Load(), anonymous()))
			watching.Store(int64(used(rusageThread) - before))
			select {
			case <-stop:
				return
			case <-tick:
			}
		}
	}()
	<-started
	before := used(syscall.RUSAGE_SELF)
	d, _ := Parse(data, Options{Base: "http://hostile.example/feed", Now: dateNow})
	after := used(syscall.RUSAGE_SELF)
	close(stop)
	<-stopped
	runtime.KeepAlive(data)
	runtime.KeepAlive(d)
	fmt.Println("costs:", peak.Load()-idle, int64(after-before-time.Duration(watching.Load())))
}

const rusageThread = 1 // RUSAGE_THREAD of getrusage(2)

// used is the processor time of this process or thread.
func used(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// anonymous is the process's anonymous memory in bytes.
func anonymous() int64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, rest, _ := strings.Cut(string(data), "\nRssAnon:")
	var kib int64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		panic(err)
	}
	return kib << 10
}
