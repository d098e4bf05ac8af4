package memory

// How sure the memory has to be. The first two were chosen on splits of
// Banking77's training half so that, from names alone to many examples, about
// nineteen of twenty signals that are placed without asking stand right.
const (
	// PlaceAt is the probability from which a signal is placed without asking.
	PlaceAt = 0.9

	// ProposeAt is the probability from which a step is proposed.
	ProposeAt = 0.3

	// AlikeAt is the cosine from which two insights say about the same.
	AlikeAt = 0.6

	// RelevantAt is the score, and the cosine, from which a record has to do
	// with a question.
	RelevantAt = 0.3
)

// Words are the words of a text that say what it is about: in lower case, each
// once, without the words every text has, unless it has no others.
func Words(text string) []string { return queryWords(text) }
