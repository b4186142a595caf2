package daemon

import (
	"context"
	"time"

	manager "github.com/coreos/go-systemd/v22/daemon"
)

// notify tells the service manager how the program is doing (sd_notify(3)). Without one it does nothing.
func (d *Daemon) notify(state string) {
	if _, err := manager.SdNotify(false, state); err != nil {
		d.o.Log.Warn("the service manager was not told", "state", state, "err", err)
	}
}

// notifyReload announces that the configuration is read again; the function it returns, that this is over.
func (d *Daemon) notifyReload() (done func()) {
	d.notify(manager.SdNotifyReloading + "\n" + manager.SdNotifyMonotonicUsec())
	return func() { d.notify(manager.SdNotifyReady) }
}

// startWatchdog sends a sign of life twice in each interval that the service manager asks for; stop ends it and waits. A manager that hears
// nothing for that long starts the program again.
func (d *Daemon) startWatchdog(ctx context.Context) (stop func()) {
	interval, err := manager.SdWatchdogEnabled(false)
	if err != nil {
		d.o.Log.Warn("no watchdog", "err", err)
	}
	if interval <= 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		watch(ctx, interval/2, d.alive, d.notify)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// alive returns when the program can still answer: nothing holds its locks or those of the store for ever. What is wrong otherwise is
// for /healthz: to start again would not make room on a disk.
func (d *Daemon) alive(ctx context.Context) {
	d.status(ctx)
	d.pass.idle()
	_, _ = d.o.Store.Head(ctx) // only whether it comes back
}

// watch tells the service manager every so often that the program lives, each time after alive has returned.
func watch(ctx context.Context, every time.Duration, alive func(context.Context), tell func(string)) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		if alive(ctx); ctx.Err() != nil {
			return
		}
		tell(manager.SdNotifyWatchdog)
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
