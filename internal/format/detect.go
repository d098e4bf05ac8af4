package format

import (
	"bytes"
	"path/filepath"
	"strings"
)

// A Kind is a format that holds a journey.
type Kind string

// The kinds of file that hold a journey.
const (
	CSV     Kind = "csv"     // see [ReadJourneyCSV]
	Mermaid Kind = "mermaid" // see [ReadMermaid]
	Outline Kind = "outline" // see [ReadOutline]
)

// DetectJourney tells how to read the file called path that begins with head. The
// extension decides if it can; otherwise a file with a Mermaid journey diagram,
// alone or in a fenced block, is [Mermaid], one whose first line has columns for
// stage and step is [CSV], and any other is [Outline]. The head of a Markdown file
// must reach its diagram; of others a few thousand bytes are enough. path may be
// empty.
func DetectJourney(path string, head []byte) Kind {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv":
		return CSV
	case ".mmd", ".mermaid":
		return Mermaid
	}
	text, err := readText(bytes.NewReader(head))
	if err != nil {
		return Outline
	}
	if _, ok := findDiagram(strings.Split(text, "\n")); ok {
		return Mermaid
	}
	if _, header, err := openRecords(strings.NewReader(text)); err == nil {
		columns := match(header, journeyFields, nil)
		if columns.has("stage") && columns.has("step") {
			return CSV
		}
	}
	return Outline
}
