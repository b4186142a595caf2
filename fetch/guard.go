package fetch

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Guard decides which addresses may be connected to: public ones on ports for the web, and the networks it was made with.
// It is safe for concurrent use.
type Guard struct {
	allow []netip.Prefix
}

// NewGuard returns a guard that lets the given networks through although they are special. A prefix of IPv4-mapped
// addresses stands for the IPv4 network.
func NewGuard(allow []netip.Prefix) *Guard {
	g := &Guard{allow: make([]netip.Prefix, 0, len(allow))}
	for _, p := range allow {
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		g.allow = append(g.allow, p.Masked())
	}
	return g
}

// Control refuses connections that the guard does not allow; it is made for net.Dialer.Control, where the address is the one
// that is being connected to, whatever name, redirect or answer of a name server led there.
func (g *Guard) Control(network, address string, _ syscall.RawConn) error {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return &BlockedError{What: "a " + network + " connection"}
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return &BlockedError{What: strconv.Quote(address) + ", which is no address"}
	}
	if err := checkPort(strconv.Itoa(int(ap.Port()))); err != nil {
		return err
	}
	return g.Check(ap.Addr())
}

// Check returns a *BlockedError when addr is special and in no allowed network.
func (g *Guard) Check(addr netip.Addr) error {
	addr = addr.WithZone("").Unmap()
	if slices.ContainsFunc(g.allow, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return nil
	}
	r := special(addr)
	if r == nil {
		return nil
	}
	if r.embeds != nil { // the addresses an IPv6-only network reaches IPv4 by are as good as what they stand for
		inner := r.embeds(addr)
		err := g.Check(inner)
		var blocked *BlockedError
		if errors.As(err, &blocked) {
			return &BlockedError{What: fmt.Sprintf("%v, which stands for %s", addr, blocked.What), Network: blocked.Network}
		}
		return err
	}
	return &BlockedError{What: fmt.Sprintf("%v, %s", addr, r.name), Network: r.prefix}
}

// checkName refuses names that mean this machine and spellings of addresses, for use where somebody else resolves the name.
func (g *Guard) checkName(name string) error {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return g.Check(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	if _, err := strconv.ParseUint(last, 0, 64); err == nil || isDigits(last) {
		return &BlockedError{What: strconv.Quote(name) + ", a disguised address"} // WHATWG URL, "ends in a number"
	}
	return nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// BlockedError says what the guard refused, and in which network it lies.
type BlockedError struct {
	What    string
	Network netip.Prefix // zero when no setting allows it
}

// Error names what was refused.
func (e *BlockedError) Error() string { return e.What + " is not fetched from" }

// hint says what to set.
func (e *BlockedError) hint() string {
	if !e.Network.IsValid() {
		return ""
	}
	return fmt.Sprintf("if that is meant, set allow_networks = [%q] under [fetch] in the configuration", e.Network)
}

func hintOf(err error) string {
	var blocked *BlockedError
	if errors.As(err, &blocked) {
		return blocked.hint()
	}
	return ""
}

// checkPort refuses ports that do not serve the web: below 1024 all but 80 and 443, above the ones browsers refuse
// (https://fetch.spec.whatwg.org/#port-blocking) and those of widespread databases. The empty port is the scheme's own.
func checkPort(port string) error {
	if port == "" {
		return nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || n == 0:
		return &BlockedError{What: "port " + port}
	case n == 80, n == 443:
		return nil
	case n < 1024, slices.Contains(badPorts, uint16(n)):
		return &BlockedError{What: "port " + port + ", which is not one for the web,"}
	}
	return nil
}

var badPorts = []uint16{
	1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, // WHATWG
	1433, 1521, 3306, 5432, 6379, 11211, 27017, // SQL Server, Oracle, MySQL, PostgreSQL, Redis, memcached, MongoDB
}
