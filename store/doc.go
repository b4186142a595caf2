// Package store is the contract of keeping things: four small interfaces, their errors and their semantics.
//
// Engines live below it (store/bolt) and are all held to the one suite in store/storetest. The durable model behind it is
// docs/model.md. It contains no engine and no policy: what is worth keeping is decided by ingest and the followers.
//
// Rules for every method of every interface:
//
//   - A method is one transaction: it happens whole or, when it returns an error, not at all.
//   - All may be called concurrently. A slow reader never holds a writer for more than a page of work.
//   - Lists are paged: they return at most limit values (limit <= 0 means DefaultPage) in the order documented, and a further call goes on
//     after the last one. They return nil, nil at the end.
//   - Values handed in are not kept and not changed; values handed out belong to the caller.
//   - Times are UTC, truncated to microseconds. Text is valid UTF-8 without NUL; engines may refuse anything else with ErrInvalid.
//   - A cancelled context returns its error and changes nothing, unless the transaction had already committed.
package store
