package format

import "strings"

// A diagram is where the lines of a Mermaid journey diagram stand in a file: front
// matter and directives from head on, the word journey at start, its statements
// up to end.
type diagram struct{ head, start, end int }

// findDiagram finds a diagram that is the whole file, or the first in a fenced
// block of Markdown.
func findDiagram(lines []string) (diagram, bool) {
	if start, ok := diagramStart(lines); ok {
		return diagram{0, start, len(lines)}, true
	}
	return findFenced(lines)
}

// findFenced finds the first diagram in a fenced block.
func findFenced(lines []string) (diagram, bool) {
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		info := strings.TrimLeft(line, "`~:")
		fence := line[:len(line)-len(info)]
		if len(fence) < 3 || !strings.EqualFold(strings.Trim(info, " {}"), "mermaid") {
			continue
		}
		head := i + 1
		for i = head; i < len(lines) && strings.TrimSpace(lines[i]) != fence; i++ {
		}
		if start, ok := diagramStart(lines[head:i]); ok {
			return diagram{head, head + start, i}, true
		}
	}
	return diagram{}, false
}

// diagramStart finds the word journey under front matter, directives and comments.
func diagramStart(lines []string) (int, bool) {
	directive := false
	for i := frontMatterEnd(lines); i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		switch {
		case directive || strings.HasPrefix(line, "%%{"):
			directive = !strings.Contains(line, "}%%")
		case line == "" || strings.HasPrefix(line, "%%"):
		default:
			return i, strings.EqualFold(line, "journey")
		}
	}
	return 0, false
}

// frontMatterEnd returns the index of the first line below YAML front matter, 0
// if there is none.
func frontMatterEnd(lines []string) int {
	if len(lines) == 0 || strings.TrimSpace(lines[0]) != "---" {
		return 0
	}
	for i, line := range lines[1:] {
		if strings.TrimSpace(line) == "---" {
			return i + 2
		}
	}
	return 0
}
