// Custory keeps customer journeys, and the evidence they rest on, where AI
// assistants can work on them: it is an MCP server and the commands around it.
//
// The packages, from the bottom up:
//
//   - schema says what things are: journeys, stages, steps, items, signals and
//     the rules each must keep. It knows of nothing else.
//   - store keeps them in one SQLite file, with a log of every change. There is
//     one door for writing, so that history, undo and search cannot be
//     forgotten.
//   - memory recalls by meaning and by words, and says which step a signal
//     speaks about. It is a projection of the store's log.
//   - resources pictures the workspace for reading: journeys, steps, changes.
//   - tools are the verbs: everything that can be done, each a function of a
//     transaction. What an assistant does and what a command here does go
//     through the same tools.Set.
//   - internal/mcpserver speaks the Model Context Protocol for the tools and
//     resources; internal/mcpclient is the other end, for the demo and tests.
//   - internal/access knows who stands behind a token: an API key, which
//     internal/token makes and reads, or what an identity provider issued.
//   - internal/openai speaks to endpoints for embeddings and chat, where one is
//     chosen; models.go holds the flags that do.
//   - internal/format reads and writes journeys and signals as files, and
//     internal/transfer carries them, and whole workspaces, in and out.
//     internal/quote finds quotes in texts. internal/connect edits the settings
//     of MCP clients. internal/demo tells the story, internal/eval measures.
//   - packaging describes builds to those who install them: the bundle, the
//     registry's entry, the container, the unit.
//   - cmd/custory is the program: a file for each command, and in open.go how
//     any of them opens a workspace. It decides nothing.
//
// A request of an assistant goes from mcpserver to tools, from there to memory
// and store, and back. internal/layers holds the graph of imports to this.
package main
