// Package web serves what mediawatch keeps over HTTP: published feeds, pages, the JSON API and health.
//
// It reads the store and renders; it edits nothing. No handler changes state on GET.
package web
