package fetch

import "net/netip"

// network is a range of addresses that is not the public Internet.
type network struct {
	prefix netip.Prefix
	name   string                      // with its article, for messages
	embeds func(netip.Addr) netip.Addr // for ranges that stand for IPv4 addresses and are in use: the address meant
}

// special returns the range that makes addr (unmapped, without zone) special; nil when it is public.
//
// The tables follow the IANA special-purpose address registries (RFC 6890 and its updates) and the multicast and
// reserved blocks. For IPv6 the rule is turned round: only 2000::/3, the one block that IANA gives out as global
// unicast, can be public at all.
func special(addr netip.Addr) *network {
	table := special6
	if addr.Is4() {
		table = special4
	}
	for i := range table {
		if table[i].prefix.Contains(addr) {
			return &table[i]
		}
	}
	if addr.Is4() || globalUnicast6.Contains(addr) {
		return nil
	}
	return &notGlobal6
}

var special4 = []network{
	{prefix: netip.MustParsePrefix("0.0.0.0/8"), name: "an address of this network"},      // RFC 791
	{prefix: netip.MustParsePrefix("10.0.0.0/8"), name: "a private address"},              // RFC 1918
	{prefix: netip.MustParsePrefix("100.64.0.0/10"), name: "a carrier's private address"}, // RFC 6598
	{prefix: netip.MustParsePrefix("127.0.0.0/8"), name: "a loopback address"},            // RFC 1122
	{prefix: netip.MustParsePrefix("169.254.0.0/16"), name: "a link-local address"},       // RFC 3927; cloud metadata
	{prefix: netip.MustParsePrefix("172.16.0.0/12"), name: "a private address"},           // RFC 1918
	{prefix: netip.MustParsePrefix("192.0.0.0/24"), name: "a protocol's address"},         // RFC 6890
	{prefix: netip.MustParsePrefix("192.0.2.0/24"), name: "a documentation address"},      // RFC 5737
	{prefix: netip.MustParsePrefix("192.31.196.0/24"), name: "an AS112 address"},          // RFC 7535
	{prefix: netip.MustParsePrefix("192.52.193.0/24"), name: "an AMT address"},            // RFC 7450
	{prefix: netip.MustParsePrefix("192.88.99.0/24"), name: "a 6to4 relay address"},       // RFC 7526
	{prefix: netip.MustParsePrefix("192.168.0.0/16"), name: "a private address"},          // RFC 1918
	{prefix: netip.MustParsePrefix("192.175.48.0/24"), name: "an AS112 address"},          // RFC 7534
	{prefix: netip.MustParsePrefix("198.18.0.0/15"), name: "a benchmarking address"},      // RFC 2544
	{prefix: netip.MustParsePrefix("198.51.100.0/24"), name: "a documentation address"},   // RFC 5737
	{prefix: netip.MustParsePrefix("203.0.113.0/24"), name: "a documentation address"},    // RFC 5737
	{prefix: netip.MustParsePrefix("224.0.0.0/4"), name: "a multicast address"},           // RFC 5771
	{prefix: netip.MustParsePrefix("255.255.255.255/32"), name: "the broadcast address"},  // RFC 919
	{prefix: netip.MustParsePrefix("240.0.0.0/4"), name: "a reserved address"},            // RFC 1112
}

var special6 = []network{
	{prefix: netip.MustParsePrefix("::1/128"), name: "a loopback address"},                     // RFC 4291
	{prefix: netip.MustParsePrefix("::/128"), name: "the unspecified address"},                 // RFC 4291
	{prefix: netip.MustParsePrefix("::/96"), name: "an IPv4-compatible address"},               // RFC 4291, deprecated
	{prefix: netip.MustParsePrefix("::ffff:0:0:0/96"), name: "an IPv4-translated address"},     // RFC 2765
	{prefix: netip.MustParsePrefix("64:ff9b::/96"), name: "a NAT64 address", embeds: lastFour}, // RFC 6052
	{prefix: netip.MustParsePrefix("64:ff9b:1::/48"), name: "a local NAT64 address"},           // RFC 8215
	{prefix: netip.MustParsePrefix("100::/64"), name: "a discard address"},                     // RFC 6666
	{prefix: netip.MustParsePrefix("2001::/32"), name: "a Teredo address"},                     // RFC 4380
	{prefix: netip.MustParsePrefix("2001::/23"), name: "a protocol's address"},                 // RFC 2928; ORCHID, benchmarking
	{prefix: netip.MustParsePrefix("2001:db8::/32"), name: "a documentation address"},          // RFC 3849
	{prefix: netip.MustParsePrefix("2002::/16"), name: "a 6to4 address"},                       // RFC 3056, RFC 7526
	{prefix: netip.MustParsePrefix("2620:4f:8000::/48"), name: "an AS112 address"},             // RFC 7534
	{prefix: netip.MustParsePrefix("3ffe::/16"), name: "a 6bone address"},                      // RFC 3701
	{prefix: netip.MustParsePrefix("3fff::/20"), name: "a documentation address"},              // RFC 9637
	{prefix: netip.MustParsePrefix("5f00::/16"), name: "a segment routing address"},            // RFC 9602
	{prefix: netip.MustParsePrefix("fc00::/7"), name: "a private address"},                     // RFC 4193
	{prefix: netip.MustParsePrefix("fe80::/10"), name: "a link-local address"},                 // RFC 4291
	{prefix: netip.MustParsePrefix("fec0::/10"), name: "a site-local address"},                 // RFC 3879
	{prefix: netip.MustParsePrefix("ff00::/8"), name: "a multicast address"},                   // RFC 4291
}

var (
	globalUnicast6 = netip.MustParsePrefix("2000::/3")
	notGlobal6     = network{prefix: netip.MustParsePrefix("::/0"), name: "an address nobody was given"}
)

// lastFour returns the IPv4 address in the last 32 bits (RFC 6052 2.2).
func lastFour(addr netip.Addr) netip.Addr {
	b := addr.As16()
	return netip.AddrFrom4([4]byte(b[12:]))
}
