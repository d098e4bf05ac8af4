package demo

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"custory/internal/mcpclient"
	"custory/internal/mcpserver"
	"custory/memory"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

// tell tells the story through the protocol, on a fresh file.
func tell(t *testing.T, signals string) (Result, string) {
	t.Helper()
	st := storetest.OpenAt(t, filepath.Join(t.TempDir(), "demo.db"), store.Options{})
	set, err := tools.New(st, memory.New(st, memory.Default(), nil), tools.Options{})
	if err != nil {
		t.Fatal(err)
	}
	srv, err := mcpserver.New(mcpserver.Config{Tools: set, Version: "test", Actor: mcpserver.As(storetest.Workspace(t, st))})
	if err != nil {
		t.Fatal(err)
	}
	client, err := mcpclient.InProcess(t.Context(), srv, mcpclient.Options{Name: "demo test"})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var out bytes.Buffer
	r, err := Run(t.Context(), Options{Client: client, Out: &out, Signals: signals, Connect: "paste this"})
	if err != nil {
		t.Fatalf("%v, after\n%s", err, out.Bytes())
	}
	return r, out.String()
}

func TestTheSampleIsToldHonestly(t *testing.T) {
	storetest.Long(t)
	r, text := tell(t, "")
	m, err := sample()
	if err != nil {
		t.Fatal(err)
	}
	if r.Signals != len(m.messages) || r.Signals < 300 {
		t.Errorf("%d signals of %d messages, want all, and 300 or more", r.Signals, len(m.messages))
	}
	if sum := r.Placed + r.Proposed + r.Inbox + r.Confirmed; sum != r.Signals {
		t.Errorf("%+v: what became of them adds up to %d", r, sum)
	}
	if r.Insights != len(m.insights) || r.Judged == 0 || r.Right > r.Judged || r.PlacedOK > r.PlacedN {
		t.Errorf("the story came to %+v", r)
	}
	if got := float64(r.PlacedOK) / float64(r.PlacedN); got < 0.7 {
		t.Errorf("of what was placed, %.2f is right", got)
	}
	for _, want := range []string{"refused: quotes[0] does not stand in", "This is not in this workspace", "Undoing ", "paste this"} {
		if !strings.Contains(text, want) {
			t.Errorf("the story does not say %q", want)
		}
	}
}

// TestTheSampleKnowsItsSteps checks that the answer key and the insights name
// what there is.
func TestTheSampleKnowsItsSteps(t *testing.T) {
	m, err := sample()
	if err != nil {
		t.Fatal(err)
	}
	truth, err := readTruth()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]message{}
	for _, x := range m.messages {
		ids[x.ExternalID] = x
		if _, ok := truth[x.ExternalID]; !ok {
			t.Errorf("%s has no answer", x.ExternalID)
		}
		for _, step := range []string{x.step, x.second} {
			if step != "" && !strings.Contains(m.outline, "\n  "+step) {
				t.Errorf("%s: the journey has no step %q", x.ExternalID, step)
			}
		}
	}
	if len(ids) != len(m.messages) || len(truth) != len(ids) {
		t.Errorf("%d messages have %d ids and %d answers", len(m.messages), len(ids), len(truth))
	}
	for _, in := range m.insights {
		for _, q := range in.Quotes {
			if !strings.Contains(ids[q.Signal].Text, q.Quote) {
				t.Errorf("%s: %s does not say %q", in.Title, q.Signal, q.Quote)
			}
		}
	}
}

// writeOwn writes messages of few words about three things, one of them long
// and without a full stop.
func writeOwn(t *testing.T, steps bool) (path string, n int) {
	t.Helper()
	topics := map[string][]string{
		"Paying":   {"card", "refused", "invoice", "wrong", "amount", "twice", "charged"},
		"Inviting": {"invite", "mail", "never", "arrived", "team", "link", "spam"},
		"Export":   {"export", "csv", "empty", "file", "columns", "broken", "report"},
	}
	rng := rand.New(rand.NewPCG(1, 2))
	rows := [][]string{{"text", "step"}, {strings.Repeat("my card ❤\uFE0F was refused ", 40), "Paying"}}
	for _, step := range []string{"Paying", "Inviting", "Export"} {
		for i := range 200 {
			words := topics[step]
			rows = append(rows, []string{fmt.Sprintf("%s %s %s %d", words[rng.IntN(7)], words[rng.IntN(7)], words[rng.IntN(7)], i), step})
		}
	}
	for i := range rows {
		if !steps {
			rows[i] = rows[i][:1]
		}
	}
	return write(t, rows), len(rows) - 1
}

func write(t *testing.T, rows [][]string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "own.csv")
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInsightsMayBeAlike(t *testing.T) {
	rows := [][]string{{"text", "step"}}
	for _, step := range []string{"Paying", "Inviting", "Export"} {
		for range 30 {
			rows = append(rows, []string{"it does not work at all", step})
		}
	}
	if r, _ := tell(t, write(t, rows)); r.Insights != 3 {
		t.Errorf("%d insights are filed, want 3", r.Insights)
	}
}

func TestOwnMessagesAreTold(t *testing.T) {
	storetest.Long(t)
	path, n := writeOwn(t, true)
	r, _ := tell(t, path)
	if r.Signals != n || r.Confirmed != 30 || r.Judged == 0 || r.Placed+r.Proposed+r.Inbox+r.Confirmed != n || r.Insights != 3 {
		t.Errorf("of %d messages the story came to %+v", n, r)
	}
}

func TestAJourneyIsDrawnFromMessagesWithoutSteps(t *testing.T) {
	storetest.Long(t)
	path, n := writeOwn(t, false)
	r, text := tell(t, path)
	if r.Signals != n || r.Judged != 0 || r.Placed+r.Proposed+r.Inbox != n || r.Insights == 0 {
		t.Errorf("of %d messages the story came to %+v", n, r)
	}
	if strings.Contains(text, "word for word what another") {
		t.Error("messages are taken for repetitions of themselves")
	}
	if !regexp.MustCompile(`1 stage, [1-9]\d* steps`).MatchString(text) {
		t.Errorf("no journey was drawn:\n%.600s", text)
	}
}
