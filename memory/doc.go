// Package memory remembers what the workspaces of a store know: it recalls
// records by their words and by their meaning, tells which step a text speaks
// about, and gathers signals that say the same.
//
// A Memory keeps no truth of its own. What is searched, and the vectors, are in
// the store; a Memory holds, for the workspaces it was last asked about, what
// it has read of them, and reads what is new in the log before each answer. So
// whatever any process has written is found by the very next question to any
// other.
//
// From the bottom:
//
//   - An Embedder turns texts into vectors: by meaning and words, as Default, or
//     by words alone, as NGram, which needs no weights. An index holds the
//     vectors and finds the nearest.
//   - A space is one workspace as this process has read it: its index, the
//     places where records stand, and a guide for each journey.
//   - Recall fuses two legs, the store's search by words and the index. Near
//     goes by meaning alone.
//   - Place asks a guide, which has a classifier taught by the names of the
//     steps and by what people confirmed and dismissed.
//   - Groups clusters signals by their vectors.
//
// Where the embedder fails, all that goes by words goes on, and what has no
// vector yet gets one as soon as that is possible again. A gate keeps questions
// from waiting for it meanwhile, and Follow embeds in the background.
package memory
