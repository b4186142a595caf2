// Package storetest is the one suite that every engine of package store is held to, and the benchmarks that compare them.
//
// An engine's tests call Run and Benchmark with a way to make an empty store and to open it again. The suite speaks
// only through store.Store: what is particular to an engine (damaged files, backups, locks) is tested beside it.
package storetest
