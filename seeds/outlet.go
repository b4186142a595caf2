package seeds

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"mediawatch/text"
)

type clueKind uint8

const (
	clueStated  clueKind = iota // the text says so in a field of its own
	clueTitle                   // stands behind the headline
	clueTail                    // a line of the trailing matter
	clueHead                    // an address above the body
	clueMast                    // stands above the headline
	clueByline                  // stands behind the names of the byline
	clueConsent                 // asks for consent to cookies
)

// clue is a piece of text that may tell the outlet.
type clue struct {
	kind clueKind
	text string
	line int
}

func (d *draft) clue(kind clueKind, s string, n int) { d.clues = append(d.clues, clue{kind, s, n}) }

// outletNamed returns the configured outlet with that name or site, "" for none.
func (d *draft) outletNamed(name string) string {
	k := key(name)
	if k == "" {
		return ""
	}
	for _, o := range d.options.Outlets {
		if key(o.Name) == k {
			return o.Name
		}
		for _, s := range o.Sites {
			if key(s) == k {
				return o.Name
			}
		}
	}
	return ""
}

// outletOf returns the configured outlet that a host belongs to, and the site that says so.
func (d *draft) outletOf(host string) (name, site string) {
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	for _, o := range d.options.Outlets {
		for _, s := range o.Sites {
			s = strings.TrimPrefix(strings.ToLower(s), "www.")
			if s != "" && (host == s || strings.HasSuffix(host, "."+s)) {
				return o.Name, s
			}
		}
	}
	return "", ""
}

var (
	reAddress = regexp.MustCompile(`(?i)(?:https?://|www\.)([a-z0-9\p{L}-]+(?:\.[a-z0-9\p{L}-]+)+)(?:[/?#:][^\s<>"“”]*)?`)
	reBare    = regexp.MustCompile(`(?i)^([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,14})/?$`)
	reMailbox = regexp.MustCompile(`(?i)[a-z0-9._%+-]+@([a-z0-9-]+(?:\.[a-z0-9-]+)+)`)
	reSource  = regexp.MustCompile(`(?i)^(?:source|sources|via|original|originally|first published|quelle|fuente|fonte|bron|источник|المصدر|منبع|kaynak|来源|來源|出典)\b|originally (?:published|appeared)|first (?:published|appeared)|click to enter`)
)

// sharing are sites that articles are shared on; their addresses say nothing about who published.
var sharing = []string{"facebook.com", "fb.com", "twitter.com", "x.com", "t.me", "telegram.me", "instagram.com", "youtube.com", "youtu.be", "whatsapp.com", "wa.me", "linkedin.com", "reddit.com", "tiktok.com", "pinterest.com", "vk.com", "ok.ru", "apple.com", "google.com", "bit.ly", "goo.gl", "weibo.com", "threads.net", "bsky.app", "flipboard.com", "medium.com", "github.com", "slack.com", "discord.gg", "discord.com", "patreon.com", "paypal.com", "substack.com", "wordpress.com", "blogspot.com"}

// hostsIn returns the hosts whose addresses stand in s, sharing services aside.
func hostsIn(s string) []string {
	var hosts []string
	add := func(h string) {
		h = strings.TrimPrefix(strings.ToLower(strings.Trim(h, ".")), "www.")
		site := text.Site("http://" + h)
		if site != "" && !slices.Contains(sharing, site) && !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
	}
	for _, m := range reAddress.FindAllStringSubmatch(s, 8) {
		add(m[1])
	}
	if m := reBare.FindStringSubmatch(trim(s)); m != nil {
		add(m[1])
	}
	return hosts
}

// addressOnly reports whether a line holds nothing but an address.
func addressOnly(s string) bool {
	s = trim(s)
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return false
	}
	loc := reAddress.FindStringIndex(s)
	return loc != nil && loc[0] == 0 && loc[1] >= len(s)-1 || reBare.MatchString(s) && text.Site("http://"+s) != "" || reMailbox.FindString(s) == s
}

// isArticleURL reports whether u leads to a page below a site's front page.
func isArticleURL(u string) bool {
	p, err := url.Parse(u)
	if err != nil || p.Host == "" || slices.Contains(sharing, text.Site(u)) {
		return false
	}
	return len(strings.Trim(p.Path, "/")) > 3
}

func (d *draft) setURL(u string) {
	if c, err := text.CanonicalURL(u); err == nil {
		d.url = c
	}
}

// address takes a line of the head that holds an address alone: the article's, or its site's.
func (r *reader) address(l line) bool {
	if !addressOnly(l.text) || strings.Contains(l.text, "@") && !strings.Contains(l.text, "/") {
		return false
	}
	u := l.text
	if !strings.Contains(u, "://") {
		u = "http://" + u
	}
	if isArticleURL(u) && r.d.url == "" {
		r.d.setURL(u)
	}
	r.d.clue(clueHead, l.text, l.first)
	return true
}

// configuredName takes a line of the head that is the name of a configured outlet.
func (r *reader) configuredName(l line) bool {
	if words(l.text) > 6 {
		return false
	}
	name := r.d.outletNamed(strings.Trim(l.text, "()[] "))
	if name == "" {
		return false
	}
	r.d.clue(clueStated, name, l.first)
	return true
}

// findOutlet settles the outlet: what side-car or metadata stated, then the evidence of the text, then the sub-folder.
func (d *draft) findOutlet() {
	switch {
	case d.outlet != "":
	case d.configuredAddress():
	case d.statedName():
	case d.ownAddress():
	case d.namedInTail():
	case d.urlSite():
	default:
		d.subFolder()
	}
}

// configuredAddress looks for an address of a configured site.
func (d *draft) configuredAddress() bool {
	for _, c := range d.clues {
		if c.kind != clueTail && c.kind != clueHead {
			continue
		}
		hosts := hostsIn(c.text)
		for _, m := range reMailbox.FindAllStringSubmatch(c.text, 4) {
			hosts = append(hosts, strings.ToLower(m[1]))
		}
		for _, h := range hosts {
			if name, site := d.outletOf(h); name != "" {
				d.outlet = name
				d.evidence = fmt.Sprintf("%s; %s is a site of the configured outlet %s", d.quote(c, name), site, name)
				return true
			}
		}
	}
	if u, err := url.Parse(d.url); d.url != "" && err == nil {
		if name, site := d.outletOf(u.Hostname()); name != "" {
			d.outlet, d.evidence = name, fmt.Sprintf("address %s; %s is a site of the configured outlet %s", d.url, site, name)
			return true
		}
	}
	return false
}

// statedName takes a name that stands in a field of its own or behind the headline.
func (d *draft) statedName() bool {
	for _, c := range d.clues {
		if c.kind != clueStated && c.kind != clueTitle && c.kind != clueMast && c.kind != clueConsent && c.kind != clueByline {
			continue
		}
		name := text.Line(c.text)
		if o := d.outletNamed(name); o != "" {
			name = o
		}
		where := "stated in the text"
		switch c.kind {
		case clueTitle:
			where = "stands behind the headline"
		case clueByline:
			where = "stands in the byline"
		case clueConsent:
			where = "asks for consent to cookies"
		case clueMast:
			where = "stands above the headline"
		}
		d.outlet, d.evidence = name, where+": "+text.Line(c.text)
		if c.line > 0 {
			d.evidence = fmt.Sprintf("line %d: %s, %s", c.line, text.Line(c.text), where)
		}
		return true
	}
	return false
}

// ownAddress takes an address that is not configured, and looks for the name that goes with it.
func (d *draft) ownAddress() bool {
	for _, c := range d.clues {
		if c.kind == clueTail && reSource.MatchString(c.text) && !rePaged.MatchString(c.text) || c.kind != clueTail && c.kind != clueHead {
			continue
		}
		for _, h := range hostsIn(c.text) {
			site := text.Site("http://" + h)
			name := d.nameFor(site)
			if name == "" {
				name = d.nameBeside(c, site)
			}
			d.outlet, d.evidence = name, fmt.Sprintf("%s; named after its address", d.quote(c, name))
			if name == "" {
				d.outlet = site
				d.evidence = fmt.Sprintf("%s; its name is not stated, so the site stands for it", d.quote(c, site))
			}
			return true
		}
	}
	return false
}

// quote cites the lines of the trailing matter that speak of name, together with c.
func (d *draft) quote(c clue, name string) string {
	first, last := c.line, c.line
	var said []string
	for _, o := range d.clues {
		if o.line == 0 || o.kind != c.kind || (o != c && !(len(key(name)) >= 3 && strings.Contains(key(o.text), key(name)))) {
			continue
		}
		first, last = min(first, o.line), max(last, o.line)
		said = append(said, text.Line(o.text))
	}
	if len(said) == 0 {
		said = []string{text.Line(c.text)}
	}
	where := "at the end"
	if first > 0 {
		where = fmt.Sprintf("line %d", first)
		if last > first {
			where = fmt.Sprintf("lines %d–%d", first, last)
		}
	}
	return where + ": " + text.Truncate(strings.Join(said, " / "), 240)
}

// urlSite takes the site of the article's own address, when nothing names it.
func (d *draft) urlSite() bool {
	site := text.Site(d.url)
	if d.url == "" || site == "" || slices.Contains(sharing, site) {
		return false
	}
	d.outlet, d.evidence = site, "address "+d.url+"; its name is not stated, so the site stands for it"
	return true
}

// subFolder is the outlet of last resort: the first folder below the seed folder that is not a number.
func (d *draft) subFolder() {
	parts := strings.Split(strings.Trim(d.options.Path, "/"), "/")
	for _, p := range parts[:len(parts)-1] {
		if p == "" || p == "." || !strings.ContainsFunc(p, unicode.IsLetter) {
			continue
		}
		name := text.Line(p)
		if o := d.outletNamed(name); o != "" {
			name = o
		} else if o, _ := d.outletOf(name); o != "" {
			name = o
		}
		d.outlet, d.evidence = name, "sub-folder "+text.Line(p)
		return
	}
}

// hostOf returns the host of an address, "" for none.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
