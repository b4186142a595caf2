// Package ingest brings sources into the journal: it reads due feeds and seed folders and appends what is new in them.
//
// It decides which items are worth costly work, what is backlog, which outlet published an item and when a feed is due
// again. It derives nothing: stories and matches are the followers' business.
package ingest
