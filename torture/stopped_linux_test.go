package torture_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestG3_StoppedDuringADigest stops the daemon with SIGSTOP at each stage of a mail, until the mail server has lost
// patience and hung up, and lets it go on. Every story is in exactly one digest; a mail that came more than once came
// with the same bytes under the same Message-ID.
func TestG3_StoppedDuringADigest(t *testing.T) {
	t.Parallel()
	server, port := newPost(t)
	server.server.ReadTimeout = 200 * time.Millisecond
	h := newHome(t, t.TempDir(), fmt.Sprintf(floodDigest, port)+seedFolder+watches)
	p := h.start("serve")
	p.await("/readyz")
	for i, stage := range stages {
		h.write(fmt.Sprintf("seeds/%04d.txt", i+1), fmt.Sprintf("Headline %d of the flood\n\n%s\n", i+1, prose(fmt.Sprintf("flood-%d", i+1), true)))
		p.until("the story is kept", func() bool { return len(h.items()) == i+1 })
		hit, free := server.arm(stage)
		answered := make(chan error, 1)
		go func() {
			_, err := p.order("/control/digests/flood/send", nil)
			answered <- err
		}()
		select {
		case <-hit:
		case err := <-answered:
			t.Fatalf("%s: the edition was made and no mail came to this stage (%v)", stage, err)
		}
		p.signal(syscall.SIGSTOP)
		p.until("it stands still", func() bool { return p.state() == "T" })
		close(free)
		p.until("the mail server hangs up", func() bool { return server.talk(0) == 0 })
		p.signal(syscall.SIGCONT)
		if err := <-answered; err != nil {
			t.Errorf("%s: the order to send was not answered: %v", stage, err)
		}
	}
	p.stop()
	server.server.ReadTimeout = time.Minute
	h.deliverAll()
	checkMails(t, server.received(), len(stages))
	for i, e := range h.regular() {
		if e.Number != i+1 {
			t.Errorf("edition %d of the list has number %d: a hole", i+1, e.Number)
		}
	}
	if got := len(h.editions()); got != len(stages) {
		t.Errorf("%d editions, want one for each of %d orders", got, len(stages))
	}
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("%v: %v", s, err)
	}
}

// state is what the kernel says of the process (proc(5)): "T" is stopped.
func (p *process) state() string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return err.Error()
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name may hold spaces, and no parenthesis here
	state, _, _ := strings.Cut(rest, " ")
	return state
}
