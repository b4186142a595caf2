package page

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"mediawatch/text"
)

// FeedLink is an address that a page offers as a feed, or that looks like one.
type FeedLink struct {
	URL      string // absolute, http or https
	Title    string // as the page words it; "" none
	Type     string // rss, atom or json as declared, or as the address says; "" unknown
	Declared bool   // by <link rel="alternate">, not only by looks
}

// The bounds of a search for feeds.
const (
	mostFeedLinks = 50      // listed
	mostLooked    = 5000    // links looked at
	mostPage      = 2 << 20 // bytes read
	longestFeed   = 2 << 10 // bytes of an address
)

// FeedLinks returns the feeds that a page offers: those it declares (RSS Autodiscovery, RFC 4287 autodiscovery draft, JSON Feed 1.1), in
// its order, then links that look like feeds, those that look most like one first. It makes no judgement; see BestFeed.
func FeedLinks(data []byte, o Options) []FeedLink {
	s := &feedScan{base: o.URL, seen: map[string]bool{}}
	z := html.NewTokenizer(strings.NewReader(Decode(data[:min(len(data), mostPage)], o.ContentType).Text))
	for len(s.declared)+len(s.anchors) < mostFeedLinks && s.looked < mostLooked {
		switch z.Next() {
		case html.ErrorToken:
			s.close()
			return s.links()
		case html.StartTagToken, html.SelfClosingTagToken:
			s.element(z.Token())
		case html.TextToken:
			if s.open != nil && len(s.words) < 200 {
				s.words += string(z.Text())
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "a" {
				s.close()
			}
		}
	}
	s.close()
	return s.links()
}

// feedScan walks once over the tokens of a page.
type feedScan struct {
	base     string
	based    bool // a <base> was seen
	seen     map[string]bool
	declared []FeedLink
	anchors  []feedAnchor
	open     *feedAnchor // the <a> whose words are being read
	looked   int
	words    string
}

// feedAnchor is a link with how much it looks like a feed.
type feedAnchor struct {
	link  FeedLink
	looks int
}

func (s *feedScan) element(t html.Token) {
	switch t.DataAtom {
	case atom.Base:
		if href := tokenAttr(t, "href"); href != "" && !s.based {
			s.base, s.based = joinURL(href, s.base), true
		}
	case atom.Link:
		s.link(t)
	case atom.A:
		s.looked++
		s.close()
		if href := s.address(tokenAttr(t, "href")); href != "" {
			s.open = &feedAnchor{link: FeedLink{URL: href, Title: tokenAttr(t, "title"), Type: feedType(tokenAttr(t, "type"))}}
			s.words = ""
		}
	case atom.Img:
		if s.open != nil && len(s.words) < 200 {
			s.words += " " + tokenAttr(t, "alt")
		}
	}
}

// link takes in <link rel="alternate"> of a feed's type. HTML drafts also had rel="feed".
func (s *feedScan) link(t html.Token) {
	s.looked++
	rel := strings.Fields(strings.ToLower(tokenAttr(t, "rel")))
	if !slices.Contains(rel, "alternate") && !slices.Contains(rel, "feed") || slices.Contains(rel, "stylesheet") {
		return
	}
	href := s.address(tokenAttr(t, "href"))
	kind := feedType(tokenAttr(t, "type"))
	if kind == "" && (slices.Contains(rel, "feed") || plainDataType(tokenAttr(t, "type")) && feedLooks(href) >= 2) {
		kind = typeByAddress(href)
		if kind == "" {
			kind = "rss"
		}
	}
	if href == "" || kind == "" || s.seen[href] {
		return
	}
	s.seen[href] = true
	s.declared = append(s.declared, FeedLink{URL: href, Title: text.Line(tokenAttr(t, "title")), Type: kind, Declared: true})
}

// close ends the <a> that is being read and keeps it when its address, its type or its words speak of a feed.
func (s *feedScan) close() {
	a := s.open
	s.open = nil
	if a == nil || s.seen[a.link.URL] || reAPI.MatchString(a.link.URL) {
		return
	}
	words := text.Line(s.words)
	a.looks = feedLooks(a.link.URL)
	if a.link.Type != "" {
		a.looks += 2
	}
	if reFeedWords.MatchString(words) && text.Site(a.link.URL) == text.Site(s.base) {
		a.looks++
	}
	if a.looks < 1 {
		return
	}
	s.seen[a.link.URL] = true
	if a.link.Title = text.Line(a.link.Title); a.link.Title == "" {
		a.link.Title = text.Truncate(words, 80)
	}
	if a.link.Type == "" {
		a.link.Type = typeByAddress(a.link.URL)
	}
	s.anchors = append(s.anchors, *a)
}

// links returns what was found, declared feeds first.
func (s *feedScan) links() []FeedLink {
	slices.SortStableFunc(s.anchors, func(a, b feedAnchor) int { return b.looks - a.looks })
	out := s.declared
	for _, a := range s.anchors {
		if !slices.ContainsFunc(out, func(l FeedLink) bool { return l.URL == a.link.URL }) {
			out = append(out, a.link)
		}
	}
	return out[:min(len(out), mostFeedLinks)]
}

func tokenAttr(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// address makes a reference absolute; "" for what cannot be fetched. The pseudo-scheme feed: stands for http or before a whole address.
func (s *feedScan) address(ref string) string {
	if rest, ok := strings.CutPrefix(ref, "feed:"); ok {
		if ref = rest; strings.HasPrefix(rest, "//") {
			ref = "http:" + rest
		}
	}
	return joinURL(ref, s.base)
}

// joinURL resolves a reference without its fragment; "" for what is not http or https, or too long for an address.
func joinURL(ref, base string) string {
	if ref == "" || len(ref) > longestFeed || strings.HasPrefix(ref, "#") {
		return ""
	}
	u, err := url.Parse(absolute(ref, base))
	if err != nil || u.Host == "" {
		return ""
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

// feedType is the kind of feed a media type stands for; "" for those that others use as well.
func feedType(mime string) string {
	mime, _, _ = strings.Cut(strings.ToLower(mime), ";")
	switch strings.TrimSpace(mime) {
	case "application/rss+xml", "application/rdf+xml", "text/rss+xml", "application/x-rss+xml", "application/rss", "text/rss":
		return "rss"
	case "application/atom+xml", "text/atom+xml", "application/atom":
		return "atom"
	case "application/feed+json":
		return "json"
	}
	return ""
}

// plainDataType reports whether a media type may be that of a feed.
func plainDataType(mime string) bool {
	mime, _, _ = strings.Cut(strings.ToLower(mime), ";")
	switch strings.TrimSpace(mime) {
	case "text/xml", "application/xml", "application/json", "":
		return true
	}
	return false
}

var (
	reFeedFile  = regexp.MustCompile(`^(?:rss|atom|feeds?|rdf|index|news|latest|all)[-_.0-9a-z]*\.(?:xml|rdf|atom|rss|json)$|\.(?:rss|atom|rdf)$`)
	reFeedName  = regexp.MustCompile(`^(?:rss2?|atom|feed|feeds|rdf|rssfeed|rss-feed|rss_feed)(?:\.(?:php|aspx?|jsp|cgi|html?))?$`)
	reFeedQuery = regexp.MustCompile(`(?:^|&)(?:feed|format|output|type|alt)=(?:rss2?|atom|feed|rdf)(?:&|$)`)
	reFeedHost  = regexp.MustCompile(`^(?:feeds?|rss)[0-9]*\.`)
	reFeedWords = regexp.MustCompile(`(?i)(?:^|[^\pL])(?:rss|atom|xml|web)[ -]?(?:feeds?|2\.0)?$|(?i)^(?:rss|atom)(?:[^\pL]|$)`)
	reAPI       = regexp.MustCompile(`(?i)wp-json|oembed|/api/|sitemap|opensearch|xmlrpc`)
	reComments  = regexp.MustCompile(`(?i)\bcomments?\b|kommentar|commentaires|comentarios|commenti|reacties|комментари|التعليقات|نظرات|/comments(?:/|$)`)
	reFormat    = regexp.MustCompile(`(?i)\b(?:rss|atom|json|rdf|xml|feeds?|web)\b|\b[012]\.[0-9]+\b|[^\pL\pN]+`)
)

// feedLooks says how much an address looks like a feed: 0 not at all, 1 perhaps (often a page that lists feeds), 2 and more clearly.
func feedLooks(address string) int {
	u, err := url.Parse(address)
	if err != nil || reAPI.MatchString(u.Path) {
		return 0
	}
	p := strings.ToLower(strings.TrimSuffix(u.Path, "/"))
	if strings.Contains(p, "http:") || strings.Contains(p, "https:") || strings.Contains(u.RawQuery, "://") || strings.Contains(strings.ToLower(u.RawQuery), "%3a%2f%2f") {
		return 0 // "add to my reader"
	}
	looks := 0
	last := path.Base("/" + p)
	switch {
	case reFeedFile.MatchString(last):
		looks = 3
	case reFeedName.MatchString(last):
		looks = 2
	case strings.Contains(p+"/", "/rss/"), strings.Contains(p+"/", "/feed/"), strings.Contains(p+"/", "/feeds/"):
		looks = 1
		if strings.HasSuffix(last, ".xml") {
			looks = 3
		}
	}
	if reFeedQuery.MatchString(strings.ToLower(u.RawQuery)) {
		looks += 2
	}
	if reFeedHost.MatchString(strings.ToLower(u.Host)) && p != "" {
		looks += 2
	}
	return looks
}

// typeByAddress guesses a feed's kind from its address; "" when it does not say.
func typeByAddress(address string) string {
	a := strings.ToLower(address)
	switch {
	case strings.Contains(a, "atom"):
		return "atom"
	case strings.HasSuffix(a, ".json"):
		return "json"
	case strings.Contains(a, "rss"), strings.Contains(a, "rdf"):
		return "rss"
	}
	return ""
}

// BestFeed returns the index of the feed that a reader of the page clearly wants, -1 when there is none or it is a matter of taste.
// Feeds of comments do not count; of one feed in several formats Atom is taken before RSS before JSON Feed; the feed of the whole site is
// taken before those of its parts.
func BestFeed(links []FeedLink) int {
	var left []int
	for i, l := range links {
		if !reComments.MatchString(l.Title) && !reComments.MatchString(l.URL) {
			left = append(left, i)
		}
	}
	left = oneFormat(links, left)
	if len(left) == 1 {
		return left[0]
	}
	whole := -1
	for _, i := range left {
		if !wholeSite(links[i].URL) {
			continue
		}
		if whole >= 0 {
			return -1
		}
		whole = i
	}
	return whole
}

// formatRank orders the formats by how well they say when and what.
var formatRank = map[string]int{"atom": 0, "rss": 1, "": 2, "json": 3}

// oneFormat keeps one of each group of feeds that differ only in their format.
func oneFormat(links []FeedLink, left []int) []int {
	type group struct {
		best  int
		types map[string]bool
		same  bool // two of one format: they are different feeds after all
	}
	groups := map[string]*group{}
	var order []string
	for _, i := range left {
		key := strings.ToLower(strings.TrimSpace(reFormat.ReplaceAllString(links[i].Title, " ")))
		g := groups[key]
		if g == nil {
			g = &group{best: i, types: map[string]bool{}}
			groups[key] = g
			order = append(order, key)
		}
		g.same = g.same || g.types[links[i].Type]
		g.types[links[i].Type] = true
		if formatRank[links[i].Type] < formatRank[links[g.best].Type] {
			g.best = i
		}
	}
	var out []int
	for _, key := range order {
		if g := groups[key]; !g.same {
			out = append(out, g.best)
			continue
		}
		for _, i := range left {
			if strings.ToLower(strings.TrimSpace(reFormat.ReplaceAllString(links[i].Title, " "))) == key {
				out = append(out, i)
			}
		}
	}
	return out
}

// CommonFeedPaths are where sites that declare nothing keep their feed, most usual first.
func CommonFeedPaths() []string {
	return []string{"/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/feed.json"}
}

// wholeSite reports whether an address is where the feed of a whole site is kept.
func wholeSite(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.RawQuery == "" && slices.Contains(CommonFeedPaths(), strings.TrimSuffix(u.Path, "/"))
}
