package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestScript plays the stories in testdata/script with the program as it is
// built: lines of commands, and the files they begin with.
//
//	custory …           run it; it must succeed
//	! custory …         it must fail, with exit code 1
//	? custory …         it must not understand, with exit code 2
//	stdin FILE          what the next run reads
//	stdout PATTERN      what the last run printed must match
//	stderr PATTERN      and so on; "! stdout PATTERN" must not match
//	grep PATTERN FILE   the file must match
//	cmp FILE FILE       the files must be equal
//	exists FILE         the file must be there
//	mode FILE 0600      the file must have these permissions
//	cp FILE FILE        copy; a first file of stdout is what was printed last
//	chmod 0644 FILE
//	env NAME=VALUE
//	let NAME PATTERN    $NAME is from now on what the first group matches in
//	                    what was printed last, in this file and in what is read
//
// Words may stand between single quotes; $WORK is the folder it happens in.
func TestScript(t *testing.T) {
	stories, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(stories) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	program := build(t)
	for _, file := range stories {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			story, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			newPlayer(t, program, story.Files).play(string(story.Comment))
		})
	}
}

// A player plays one story.
type player struct {
	t              *testing.T
	program, work  string
	env            []string
	let            []string // names and what they stand for
	stdin          string
	stdout, stderr []byte
	line           int
}

func newPlayer(t *testing.T, program string, files []txtar.File) *player {
	work, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, program: program, work: work, let: []string{"$WORK", work}}
	for _, f := range files {
		if err := errors.Join(os.MkdirAll(filepath.Dir(p.path(f.Name)), 0o755), os.WriteFile(p.path(f.Name), f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	p.env = append(os.Environ(), "HOME="+work, "USERPROFILE="+work, "XDG_DATA_HOME=", "XDG_CONFIG_HOME=", "LocalAppData="+work, "APPDATA="+work, "CUSTORY_DB="+p.path("test.db"))
	return p
}

func (p *player) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(p.work, filepath.FromSlash(name))
}

func (p *player) play(script string) {
	for i, line := range strings.Split(script, "\n") {
		p.line = i + 1
		line = strings.TrimSpace(strings.NewReplacer(p.let...).Replace(line))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := split(line, "'")
		mark := ""
		if words[0] == "!" || words[0] == "?" {
			mark, words = words[0], words[1:]
		}
		if err := p.do(mark, words[0], words[1:]); err != nil {
			p.t.Fatalf("line %d: %s: %v\nstdout:\n%s\nstderr:\n%s", p.line, line, err, p.stdout, p.stderr)
		}
	}
}

// split cuts a line into words, which may stand between two of the same marks.
func split(line, marks string) (words []string) {
	var word strings.Builder
	var within rune
	begun := false
	for _, r := range line {
		switch {
		case within == 0 && strings.ContainsRune(marks, r):
			within, begun = r, true
		case r == within && within != 0:
			within = 0
		case r == ' ' && within == 0:
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if begun {
		words = append(words, word.String())
	}
	return words
}

func (p *player) do(mark, command string, args []string) error {
	switch command {
	case "custory":
		return p.run(map[string]int{"": 0, "!": 1, "?": 2}[mark], args)
	case "stdin":
		p.stdin = p.path(args[0])
		return nil
	case "stdout":
		return matches(mark, args[0], p.stdout)
	case "stderr":
		return matches(mark, args[0], p.stderr)
	case "env":
		p.env = append(p.env, args[0])
		return nil
	case "let":
		re, err := regexp.Compile(args[1])
		if err != nil {
			return err
		}
		m := re.FindSubmatch(p.stdout)
		if len(m) != 2 {
			return errors.New("no match with a group")
		}
		p.let = append(p.let, "$"+args[0], string(m[1]))
		return nil
	case "grep":
		text, err := os.ReadFile(p.path(args[1]))
		return errors.Join(err, matches(mark, args[0], text))
	case "cmp":
		return p.compare(args[0], args[1])
	case "exists":
		_, err := os.Stat(p.path(args[0]))
		if mark == "!" && err == nil {
			return errors.New("it is there")
		}
		if mark == "!" {
			return nil
		}
		return err
	case "mode":
		if runtime.GOOS == "windows" {
			return nil // keeps none
		}
		st, err := os.Stat(p.path(args[0]))
		if err == nil && fmt.Sprintf("%#o", st.Mode().Perm()) != args[1] {
			err = fmt.Errorf("it has the permissions %#o", st.Mode().Perm())
		}
		return err
	case "chmod":
		var mode os.FileMode
		fmt.Sscanf(args[0], "%o", &mode)
		return os.Chmod(p.path(args[1]), mode)
	case "cp":
		text, err := p.read(args[0])
		return errors.Join(err, os.WriteFile(p.path(args[1]), text, 0o644))
	}
	return errors.New("there is no such command")
}

func (p *player) read(name string) ([]byte, error) {
	if name == "stdout" {
		return p.stdout, nil
	}
	return os.ReadFile(p.path(name))
}

func (p *player) compare(a, b string) error {
	x, err1 := p.read(a)
	y, err2 := p.read(b)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if !bytes.Equal(x, y) {
		return fmt.Errorf("they differ:\n%s\n\n%s", x, y)
	}
	return nil
}

func (p *player) run(want int, args []string) error {
	cmd := exec.CommandContext(p.t.Context(), p.program, args...)
	cmd.Dir, cmd.Env = p.work, p.env
	if p.stdin != "" {
		text, err := os.ReadFile(p.stdin)
		if err != nil {
			return err
		}
		cmd.Stdin, p.stdin = strings.NewReader(strings.NewReplacer(p.let...).Replace(string(text))), ""
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	p.stdout, p.stderr = out.Bytes(), errs.Bytes()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		return fmt.Errorf("exit code %d, want %d", got, want)
	}
	return nil
}

func matches(mark, pattern string, text []byte) error {
	re, err := regexp.Compile("(?m)" + pattern)
	if err != nil {
		return err
	}
	if re.Match(text) == (mark == "!") {
		return errors.New(map[string]string{"": "no match", "!": "a match"}[mark])
	}
	return nil
}
