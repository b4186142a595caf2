// Package seeds reads seed files: articles saved as plain text, Markdown or HTML become headline, text, times and
// outlet, each with its evidence.
//
// It lists and opens the files of a seed folder without ever leaving it, blocking on it or reading what is no article, and
// tells apart what belongs to an article from what its site appended. It does not watch folders, keep anything,
// compare articles, or guess: a file's name, its modification time and a weekday in its text are never a date, and
// no rule names an outlet or a file.
package seeds
