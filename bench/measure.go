package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is what one process cost.
type usage struct {
	cpu, wall     time.Duration // user and system together
	rss, anon     int64         // peaks in bytes; anon is what is not a mapped file, sampled every 50 ms
	reads, writes int64         // blocks of 512 bytes
}

const sampleEvery = 50 * time.Millisecond

// measure runs a command to its end and returns what it printed.
func measure(ctx context.Context, cmd *exec.Cmd) (usage, []byte, error) {
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return usage{}, nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var u usage
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			u.anon = max(u.anon, anonymous(cmd.Process.Pid))
			continue
		case <-ctx.Done():
			_ = cmd.Process.Kill() // it may have ended
			<-ended
			return usage{}, nil, ctx.Err()
		case err := <-ended:
			if err != nil {
				return usage{}, nil, fmt.Errorf("%v: %w\n%s%s", cmd.Args, err, out.Bytes(), errs.Bytes())
			}
		}
		break
	}
	u.wall = time.Since(began)
	u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.rss = int64(r.Maxrss) << 10 // Linux counts in KiB
		u.reads, u.writes = int64(r.Inblock), int64(r.Oublock)
	}
	return u, out.Bytes(), nil
}

// anonymous returns how much memory of a process is its own, in bytes; 0 when it is gone or the system does not tell.
func anonymous(pid int) int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), "\nRssAnon:")
	line, _, _ := strings.Cut(rest, "\n")
	kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(line), " kB"), 10, 64)
	if err != nil {
		return 0
	}
	return kb << 10
}

// diskBytes is what a file takes on disk.
func diskBytes(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return info.Size()
}
