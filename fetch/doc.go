// Package fetch gets bytes from a URL politely and safely: conditional GET, caching rules, limits, per-host pace and
// the private-network guard.
//
// It knows nothing of feeds, keeps nothing on disk and logs nothing: what a server said comes back as a [Response] or an
// [Error], and what follows from it for the next request as a [Pace]. It takes no proxy from the environment, keeps no
// cookies, sends no Referer, and never asks with anything but GET. docs/politeness.md gives the numbers and the reasons.
package fetch
