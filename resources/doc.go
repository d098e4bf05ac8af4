// Package resources says what can be read: pictures of the workspace, and
// which of them a change alters.
//
// A View is one picture, made by the function of its name from a transaction:
// Journey, Stage, Step, Item, Signal, Persona, Journeys, Workspace, Inbox,
// Changes, Vocabulary. It is a plain struct, so that tools can answer with it,
// and can tell itself in Markdown. A journey can be told in more ways: Grid,
// Outline, Table, Matrix and Mermaid.
//
// A Resource gives a View an address. All lists them, Read reads one, Touched
// says which a change alters, Complete helps to type an address.
//
// What people outside have written (signals, quotes, handles) is data here: it
// stands in fields that say so, is quoted line by line in Markdown, and can
// neither format a document nor hide anything in it. escape.go sees to that.
//
// Prompts are workflows for assistants, and Instructions is what the server
// tells each of them on arrival.
package resources
