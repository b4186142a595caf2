package daemon

import "testing"

// TestT08A4_NoNetworkIsSaidOnce: the retries of a machine without a network fill no log; what else happens is said.
func TestT08A4_NoNetworkIsSaidOnce(t *testing.T) {
	var h health
	for i, step := range []struct {
		sum   Summary
		again bool
	}{
		{Summary{Asked: 12, Failed: 12, Offline: 12}, false},
		{Summary{Asked: 1, Failed: 1, Offline: 1}, true},
		{Summary{Files: 1, New: 1}, false}, // a seed folder says nothing about the network
		{Summary{Asked: 2, Failed: 2, Offline: 2}, true},
		{Summary{Asked: 1, Failed: 1, Offline: 1, Files: 1, New: 1}, false},
		{Summary{Asked: 2, Failed: 1, Offline: 1}, false}, // one has answered
		{Summary{Asked: 1, Failed: 1, Offline: 1}, false},
		{Summary{Asked: 1, Failed: 1, Offline: 1}, true},
	} {
		if got := h.offlineAgain(step.sum); got != step.again {
			t.Errorf("step %d, %+v: said already %v, want %v", i+1, step.sum, got, step.again)
		}
	}
}
