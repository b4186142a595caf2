//go:build !unix

package daemon

import "errors"

// freeBytes cannot tell on this system.
func freeBytes(string) (int64, error) { return 0, errors.ErrUnsupported }
