// Package store keeps the records of every workspace in SQLite, one
// transaction at a time, and the log of every change.
//
// There is one door: nothing alters a row except Put and Remove of a typed
// table inside Update. That door validates, checks the version, scopes to the
// workspace, writes the row, appends to the log and refreshes what is derived
// (slugs, full text, the order of conversations). Audit, history, undo and the search index follow from
// it and cannot be forgotten.
//
// The SQL is written in the part that SQLite and PostgreSQL share; what they
// spell differently is in dialect.go. No other code opens the database file:
// reading it by another way would drop SQLite's locks on it.
package store
