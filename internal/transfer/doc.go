// Package transfer brings evidence and maps into a workspace, takes them out,
// and moves whole workspaces from one file to another.
//
// Signals and Journey import through the tools, as an assistant would: the
// same checks, the same log, the same undo. Export and Import carry a workspace
// as it is, with its history; Picture gives one journey to the formats that
// other programs read.
package transfer
