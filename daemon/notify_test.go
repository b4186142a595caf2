package daemon

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// fakeManager is a service manager as sd_notify(3) sees it: a socket.
type fakeManager struct {
	t    *testing.T
	conn *net.UnixConn
	seen []string
}

func newFakeManager(t *testing.T) *fakeManager {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return &fakeManager{t: t, conn: conn}
}

// until reads messages until the line has come n times, counted from the start, and returns the last one that has it.
func (m *fakeManager) until(line string, n int) string {
	m.t.Helper()
	if err := m.conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		m.t.Fatal(err)
	}
	for {
		last, count := "", 0
		for _, msg := range m.seen {
			if slices.Contains(strings.Split(msg, "\n"), line) {
				last = msg
				count++
			}
		}
		if count >= n {
			return last
		}
		buf := make([]byte, 4096)
		size, err := m.conn.Read(buf)
		if err != nil {
			m.t.Fatalf("waiting for %s, of which %d came: %v", line, count, err)
		}
		m.seen = append(m.seen, string(buf[:size]))
	}
}

// TestO1_NotifyAndWatchdog plays systemd with Type=notify and WatchdogSec: ready once it listens, signs of life, reload, and stop.
func TestO1_NotifyAndWatchdog(t *testing.T) {
	m := newFakeManager(t)
	t.Setenv("WATCHDOG_USEC", "100000")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	n := newNewsroom(t)
	cfg := *n.d.config.Load()
	cfg.Web.Listen = "127.0.0.1:0"
	n.d.use(&cfg)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.d.Serve(ctx) }()

	m.until("READY=1", 1)
	if len(m.seen) != 1 {
		t.Errorf("%q before it is ready", m.seen[:len(m.seen)-1])
	}
	if _, err := os.Stat(SocketPath(cfg.Store.Path)); err != nil {
		t.Errorf("ready without a socket: %v", err)
	}
	m.until("WATCHDOG=1", 3)
	m.until("STATUS=running", 1)
	if _, err := n.d.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	if msg := m.until("RELOADING=1", 1); !strings.Contains(msg, "\nMONOTONIC_USEC=") {
		t.Errorf("%q has no time", msg)
	}
	m.until("READY=1", 2)
	cancel()
	m.until("STOPPING=1", 1)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestO1_NoSignOfLifeFromAProgramThatHangs: a program that cannot answer any more is silent, so that it is started again.
func TestO1_NoSignOfLifeFromAProgramThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		signs := 0
		hang := make(chan struct{})
		alive := func(ctx context.Context) {
			if signs >= 2 {
				<-hang
			}
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			watch(ctx, time.Minute, alive, func(string) { signs++ })
		}()
		time.Sleep(time.Hour) // of the bubble's clock
		synctest.Wait()
		if signs != 2 {
			t.Errorf("%d signs of life, want the 2 before it hung", signs)
		}
		cancel()
		close(hang)
		<-ended
		if signs != 2 {
			t.Errorf("a sign of life after the end")
		}
	})
}

// TestO1_WithoutAServiceManager: nothing is sent and nothing is wrong.
func TestO1_WithoutAServiceManager(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	n := newNewsroom(t)
	n.d.notify("READY=1")
	n.d.startWatchdog(t.Context())()
}
