// Package page reads an article out of a web page's HTML: headline, text, times, authors, section, canonical URL, each
// with the evidence it rests on.
//
// It decodes the document's characters, recognises pages that hold a wall instead of an article, and reads dates as people
// of many languages write them, which seed files need as well. It does not fetch anything, does not follow links or
// further pages of an article, does not run scripts, and knows no outlet by name.
package page
