package daemon

import (
	"context"
	"time"

	"mediawatch/store"
)

// retain removes the texts that are older than the configuration keeps. Nothing else of an item goes, so that none comes back as new.
func (d *Daemon) retain(ctx context.Context) error {
	cfg := d.config.Load()
	p, ok := d.o.Store.(store.Pruner)
	if cfg.Store.Keep == 0 || !ok {
		return nil
	}
	now := d.o.Now()
	pruning := store.Pruning{Before: now.Add(-time.Duration(cfg.Store.Keep))}
	if m := cfg.Store.KeepMatched; m > 0 {
		pruning.MatchedBefore = now.Add(-time.Duration(m))
	}
	for _, w := range cfg.Watches {
		pruning.Watches = append(pruning.Watches, w.Name)
	}
	n, err := p.Prune(ctx, pruning)
	if n > 0 {
		d.o.Log.Info("old texts removed; headlines and matches stay", "texts", n, "older_than", cfg.Store.Keep.String())
	}
	return err
}
