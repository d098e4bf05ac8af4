package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocs has the program read every command line of its own that stands in
// the documents, in the files that start it and in their comments.
func TestDocs(t *testing.T) {
	var files []string
	for _, pattern := range []string{"README.md", "DESIGN.md", "docs/*.md", "Containerfile", "packaging/*.service", "packaging/compose.yaml", "packaging/*.env"} {
		found, err := filepath.Glob(filepath.Join("..", "..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	read := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range commandLines(filepath.Ext(file), string(text)) {
			read++
			if err := understood(line); err != nil {
				t.Errorf("%s: custory %s: %v", filepath.Base(file), line, err)
			}
		}
	}
	if read < 40 {
		t.Errorf("only %d command lines were found", read)
	}
}

// understood reports whether the program understands a command line, without
// carrying it out.
func understood(line string) error {
	args := split(line, `"'`)
	cmd, rest, err := rootCommand().Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

var (
	fenced   = regexp.MustCompile("(?ms)^```(?:sh|console)\n(.*?)^```")
	inline   = regexp.MustCompile("`([^`\n]+)`")
	ours     = regexp.MustCompile(`(?:^|[\s;&|/"'(])custory((?: +(?:"[^"]*"|'[^']*'|[^\s#&|;<>\\()` + "`" + `]+))*)`)
	known    = regexp.MustCompile(`^ +(-|[a-z]+\b)`)
	joined   = regexp.MustCompile(`\\\n\s*`)
	array    = regexp.MustCompile(`(?m)^\s*(?:CMD|command:) \[(.+)\]$`)
	comments = regexp.MustCompile(`(?m)(^|\s)# .*$`)
)

// commandLines are the command lines of custory in a text, without its name: in
// Markdown what stands in blocks of sh and between backticks, elsewhere what
// follows its name and begins with a command.
func commandLines(ext, text string) []string {
	var parts []string
	switch ext {
	case ".md":
		for _, block := range fenced.FindAllStringSubmatch(text, -1) {
			parts = append(parts, comments.ReplaceAllString(joined.ReplaceAllString(block[1], " "), ""))
		}
		for _, word := range inline.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			if strings.HasPrefix(word[1], "custory ") || strings.HasPrefix(word[1], "go run ./cmd/custory ") {
				parts = append(parts, word[1])
			}
		}
	default:
		parts = append(parts, text)
		for _, m := range array.FindAllStringSubmatch(text, -1) {
			line := "custory"
			for word := range strings.SplitSeq(m[1], ", ") {
				if word = strings.Trim(word, `"`); strings.Contains(word, " ") {
					word = "'" + word + "'"
				}
				line += " " + word
			}
			parts = append(parts, line)
		}
	}
	var lines []string
	for _, part := range parts {
		for _, line := range strings.Split(part, "\n") {
			for _, m := range ours.FindAllStringSubmatch(line, -1) {
				if args := strings.TrimSpace(m[1]); known.MatchString(m[1]) && isCommand(args) {
					lines = append(lines, args)
				}
			}
		}
	}
	return lines
}

// isCommand tells a command line from a sentence or a volume that begins with
// the name.
func isCommand(args string) bool {
	if strings.Contains(args, "…") || strings.Contains(args, "|") {
		return false
	}
	word := strings.Fields(args)[0]
	if strings.HasPrefix(word, "-") {
		return true
	}
	for _, c := range rootCommand().Commands() {
		if c.Name() == word {
			return true
		}
	}
	return false
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)\s]*)?\)`)

// TestLinks has every link of the documents to a file of ours lead to one.
func TestLinks(t *testing.T) {
	root := filepath.Join("..", "..")
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, file := range append(files, filepath.Join(root, "README.md"), filepath.Join(root, "DESIGN.md")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			to := filepath.Join(filepath.Dir(file), filepath.FromSlash(m[1]))
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s: %v", filepath.Base(file), m[1], err)
			}
		}
	}
}
