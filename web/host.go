package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// knownHost reports whether the name a request asks for is one of ours: an address that is listened on, localhost, the
// host of public_url or one of [web] hosts. A page in a browser that has its own name resolved to this machine asks for
// that name, and gets nothing. Ports do not matter: no page can choose another host by them.
func (s *Server) knownHost(r *http.Request) bool {
	name := hostOnly(r.Host)
	if name == "" {
		return false
	}
	if name == "localhost" {
		return true
	}
	cfg := s.o.Config()
	if addr, err := netip.ParseAddr(name); err == nil && s.listensOn(r, addr.Unmap()) {
		return true
	}
	if u, err := url.Parse(cfg.Web.PublicURL); err == nil && u.Host != "" && name == hostOnly(u.Host) {
		return true
	}
	return slices.Contains(cfg.Web.Hosts, name)
}

// listensOn reports whether a request reached, or may reach, the program at addr.
func (s *Server) listensOn(r *http.Request, addr netip.Addr) bool {
	if listened, err := netip.ParseAddr(hostOnly(s.o.Config().Web.Listen)); err == nil && listened.Unmap() == addr && !addr.IsUnspecified() {
		return true
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ok && local.AddrPort().Addr().Unmap().WithZone("") == addr.WithZone("")
}

// hostOnly is a host without port, brackets and the dot at its end, in lower case.
func hostOnly(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
