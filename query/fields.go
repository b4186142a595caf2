package query

import "slices"

// fieldID names a field. The text fields come first, so that a Document can keep them in an array.
type fieldID uint8

const (
	fieldTitle fieldID = iota
	fieldLead
	fieldBody
	fieldCaption
	fieldSection
	fieldURL
	fieldOutlet
	fieldFeed
	fieldAuthor
	fieldTag
	fieldCategory
	textFields // how many text fields there are
	fieldSite
	fieldCountry
	fieldLang
	fieldKind
	fieldIs
	fieldDate
	fieldPublished
	fieldSeen
	fieldWords
	fieldOutlets
	fieldWatch
	fieldAny // no field was written: title, lead, body and caption
)

// valueKind says what may stand after a field's colon.
type valueKind uint8

const (
	takesText   valueKind = iota // words, phrases, expressions
	takesSite                    // a domain
	takesName                    // one of some names, or a code
	takesNumber                  // a comparison with a number
	takesTime                    // a date or an interval
	takesWatch                   // the name of a watch
)

// field describes a field of the language.
type field struct {
	id      fieldID
	name    string
	aliases []string
	takes   valueKind
	example string
}

var fieldTable = []field{
	{fieldTitle, "title", []string{"intitle", "headline"}, takesText, `title:"carbon tax"`},
	{fieldLead, "lead", []string{"ingress"}, takesText, `lead:minister`},
	{fieldBody, "body", []string{"text", "intext"}, takesText, `body:minister`},
	{fieldCaption, "caption", nil, takesText, `caption:photo`},
	{fieldSection, "section", nil, takesText, `section:politics`},
	{fieldURL, "url", []string{"inurl"}, takesText, `url:politics`},
	{fieldOutlet, "outlet", []string{"source"}, takesText, `outlet:"Example Times"`},
	{fieldFeed, "feed", nil, takesText, `feed:example.org`},
	{fieldAuthor, "author", nil, takesText, `author:"Jane Doe"`},
	{fieldTag, "tag", nil, takesText, `tag:world`},
	{fieldCategory, "category", nil, takesText, `category:economy`},
	{fieldSite, "site", []string{"domain"}, takesSite, `site:example.org`},
	{fieldCountry, "country", nil, takesName, `country:DE`},
	{fieldLang, "lang", nil, takesName, `lang:en`},
	{fieldKind, "kind", nil, takesName, `kind:feed`},
	{fieldIs, "is", nil, takesName, `is:original`},
	{fieldDate, "date", nil, takesTime, `date:2026-11-20`},
	{fieldPublished, "published", nil, takesTime, `published:2026-11`},
	{fieldSeen, "seen", nil, takesTime, `seen:2026-11-01/P1W`},
	{fieldWords, "words", nil, takesNumber, `words:>200`},
	{fieldOutlets, "outlets", nil, takesNumber, `outlets:>=3`},
	{fieldWatch, "watch", nil, takesWatch, `watch:energy`},
}

var fieldByName = func() map[string]*field {
	m := map[string]*field{}
	for i := range fieldTable {
		f := &fieldTable[i]
		m[f.name] = f
		for _, alias := range f.aliases {
			m[alias] = f
		}
	}
	return m
}()

// name returns the field's own name; "" for fieldAny.
func (id fieldID) name() string {
	for i := range fieldTable {
		if fieldTable[i].id == id {
			return fieldTable[i].name
		}
	}
	return ""
}

// prefix returns "title:"; "" for fieldAny.
func (id fieldID) prefix() string {
	if id == fieldAny {
		return ""
	}
	return id.name() + ":"
}

func fieldNames() []string {
	names := make([]string, 0, len(fieldByName))
	for name := range fieldByName {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
