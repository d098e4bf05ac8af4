// Package tools holds what can be done in a workspace, one tool at a time.
//
// A tool is declared in one place: an element of its noun's slice, the
// function that is its story, and the types of what goes in and comes out.
//
//	func notes() []Tool {
//		return []Tool{{
//			Name:  "remember",
//			Title: "Remember a note",
//			Doc:   "Keeps something for later, word for word.",
//			Role:  schema.Editor,
//			Run:   write(remember),
//		}}
//	}
//
//	type rememberIn struct {
//		Text string `json:"text"`
//	}
//
//	func remember(ctx context.Context, tx *store.Tx, in rememberIn) (out rememberOut, err error) { … }
//
// The JSON Schemas, the role check, the transaction, the hints that clients
// see, the dry run, the receipt and undo follow from that. The handler is the
// domain logic: there is no layer beneath it.
package tools

//go:generate go test -run TestReadme -update
