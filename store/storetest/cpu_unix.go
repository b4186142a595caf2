//go:build unix

package storetest

import (
	"syscall"
	"time"
)

// processTime is the processor time, user and system, this process has used, so that benchmarks mean something on a busy machine.
func processTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
