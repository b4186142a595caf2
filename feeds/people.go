package feeds

import (
	"strings"

	"mediawatch/news"
)

// person reads a person: Atom's with children, RSS's and Dublin Core's as a line.
func (b *builder) person(g *bag, t tag) {
	p := personCand{el: t.el, sp: t.space}
	if t.empty {
		return
	}
	line := b.mixed(func(t tag) {
		switch strings.ToLower(t.local) {
		case "name":
			p.p.Name = b.capture(t).value
		case "email":
			p.p.Email = b.capture(t).value
		case "uri", "url", "homepage":
			base := b.scope.base()
			p.p.URI = resolveURL(base, b.capture(t).value)
		}
	})
	if (p.p == news.Person{}) {
		p.p = parsePerson(line)
		p.p.Name = plainLine(p.p.Name)
	} else {
		p.p = tidyPerson(p.p)
	}
	p.p.URI = webURL(p.p.URI)
	if (p.p != news.Person{}) && len(g.people) < maxPeople {
		g.people = append(g.people, p)
	}
}

// maxPeople is how many persons of an item are kept.
const maxPeople = 200

// tidyPerson takes an address out of a name.
func tidyPerson(p news.Person) news.Person {
	p.Name, p.Email = plainLine(p.Name), oneLine(p.Email)
	p.Email = strings.TrimPrefix(p.Email, "mailto:")
	if p.Email == "" && strings.IndexByte(p.Name, '@') >= 0 {
		if q := parsePerson(p.Name); q.Email != "" {
			q.URI = p.URI
			return q
		}
	}
	return p
}

// parsePerson reads "mail (Name)", "Name (mail)", "Name <mail>", "mail" and "Name". An address in a name that it does
// not know how to part stays in the name.
func parsePerson(s string) news.Person {
	s = oneLine(strings.TrimPrefix(strings.TrimSpace(s), "mailto:"))
	for _, pair := range [...]string{"()", "<>", "[]"} {
		open := strings.IndexByte(s, pair[0])
		end := strings.LastIndexByte(s, pair[1])
		if open < 0 || end < open {
			continue
		}
		outside := strings.TrimSpace(s[:open] + s[end+1:])
		inside := strings.TrimSpace(s[open+1 : end])
		inside = strings.TrimPrefix(inside, "mailto:")
		switch {
		case isEmail(outside) && !isEmail(inside):
			return news.Person{Name: unquote(inside), Email: outside}
		case isEmail(inside):
			return news.Person{Name: unquote(outside), Email: inside}
		}
	}
	if isEmail(s) {
		return news.Person{Email: s}
	}
	if words := strings.Fields(s); len(words) > 1 { // "mail Name", "Name mail"
		switch last := len(words) - 1; {
		case isEmail(words[0]) && !strings.ContainsRune(s[len(words[0]):], '@'):
			return news.Person{Name: unquote(strings.Join(words[1:], " ")), Email: words[0]}
		case isEmail(words[last]) && strings.Count(s, "@") == 1:
			return news.Person{Name: unquote(strings.TrimRight(strings.Join(words[:last], " "), " ,-–")), Email: words[last]}
		}
	}
	return news.Person{Name: unquote(s)}
}

// unquote takes the quotes off a name, "- " and commas included.
func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' && s[len(s)-1] == '"' || s[0] == '\'' && s[len(s)-1] == '\'') {
		s = s[1 : len(s)-1]
	}
	return strings.TrimSpace(s)
}

// isEmail reports whether s is one mail address and nothing else.
func isEmail(s string) bool {
	at := strings.IndexByte(s, '@')
	return at > 0 && at < len(s)-1 && strings.IndexByte(s[at+1:], '@') < 0 && !strings.ContainsAny(s, " \t\n()<>[],;\"")
}

// plainLine is a name as one line of plain text: programs leave HTML and references in names and categories.
func plainLine(s string) string {
	if strings.ContainsAny(s, "<&") {
		s = words{value: s}.line()
	}
	return oneLine(s)
}

// oneLine collapses white space.
func oneLine(s string) string {
	if len(s) > maxTerm {
		s = strings.ToValidUTF8(s[:maxTerm], "")
	}
	if !strings.ContainsAny(s, "\n\t\r  ") {
		return strings.TrimSpace(s)
	}
	return strings.Join(strings.Fields(s), " ")
}

// authors are the persons who wrote an item: authors and creators; itunes:author, and last the source's, only where there is nobody else.
func (g *bag) authors() []news.Person {
	var list []news.Person
	for pass := 0; pass < 3 && len(list) == 0; pass++ {
		for _, p := range g.people {
			itunes := p.sp == spaceITunes || p.sp == spaceMedia
			var take bool
			switch pass {
			case 0:
				take = (p.el == elAuthor || p.el == elCreator) && !itunes
			case 1:
				take = (p.el == elAuthor || p.el == elCreator) && itunes
			case 2:
				take = p.el == elSourceAuthor
			}
			if take {
				list = addPerson(list, p.p)
			}
		}
	}
	return list
}

// addPerson adds a person once; a bare address and a name that belong together are not recognised as one.
func addPerson(list []news.Person, p news.Person) []news.Person {
	for i := range list {
		q := &list[i]
		same := p.Name != "" && p.Name == q.Name || p.Name == "" && p.Email != "" && p.Email == q.Email ||
			q.Name == "" && q.Email != "" && p.Email == q.Email
		if !same {
			continue
		}
		if q.Name == "" {
			q.Name = p.Name
		}
		if q.Email == "" {
			q.Email = p.Email
		}
		if q.URI == "" {
			q.URI = p.URI
		}
		return list
	}
	return append(list, p)
}
