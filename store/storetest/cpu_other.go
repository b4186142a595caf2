//go:build !unix

package storetest

import "time"

// processTime is not known here.
func processTime() time.Duration { return 0 }
