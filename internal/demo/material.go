package demo

import (
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"custory/internal/format"
)

//go:embed sample/journey.txt sample/signals.csv sample/truth.csv sample/insights.json
var files embed.FS

// Material is what the story is told with.
type material struct {
	name     string // of the messages, in words
	outline  string // of the journey; "" if it is to be drawn from the messages
	messages []message
	shots    int // how many messages of each step a person places first
	insights []insight
	chain    chain
}

// A message is one signal with its true steps, if they are known.
type message struct {
	format.Signal
	known  bool
	step   string // "": about nothing here
	second string

	confirmed bool // a person placed it
}

// right reports whether a step is one the message speaks about.
func (m message) right(step string) bool { return step == m.step || step != "" && step == m.second }

type insight struct {
	id string // once it is filed

	Step        string  `json:"step"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	InsightType string  `json:"insight_type,omitempty"`
	Severity    int     `json:"severity,omitempty"`
	Quotes      []quote `json:"quotes"`
}

type quote struct {
	Signal string `json:"signal"`
	Quote  string `json:"quote"`
	Stance string `json:"stance,omitempty"`
}

type chain struct {
	Insight     int            `json:"insight"`
	Opportunity map[string]any `json:"opportunity"`
	Solution    map[string]any `json:"solution"`
	Metric      map[string]any `json:"metric"`
}

// sample reads what is shipped in the program.
func sample() (*material, error) {
	m := &material{name: "messages of a small software company's trial customers, written for this demo", shots: 8}
	outline, err := files.ReadFile("sample/journey.txt")
	if err != nil {
		return nil, err
	}
	m.outline = string(outline)
	f, err := files.Open("sample/signals.csv")
	if err != nil {
		return nil, err
	}
	rows, err := format.ReadSignals(f, format.SignalOptions{Format: "csv"})
	if err != nil {
		return nil, err
	}
	truth, err := readTruth()
	if err != nil {
		return nil, err
	}
	for s, reject := range rows {
		if reject != nil {
			return nil, fmt.Errorf("sample: line %d: %s", reject.Line, reject.Reason)
		}
		t := truth[s.ExternalID]
		m.messages = append(m.messages, message{Signal: s, known: true, step: t[0], second: t[1]})
	}
	b, err := files.ReadFile("sample/insights.json")
	if err != nil {
		return nil, err
	}
	var more struct {
		Insights []insight
		Chain    chain
	}
	err = json.Unmarshal(b, &more)
	m.insights, m.chain = more.Insights, more.Chain
	return m, err
}

func readTruth() (map[string][2]string, error) {
	f, err := files.Open("sample/truth.csv")
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	truth := map[string][2]string{}
	for _, r := range rows[1:] {
		truth[r[0]] = [2]string{r[1], r[2]}
	}
	return truth, nil
}

// own reads somebody's own messages. If the file says to which step they
// belong, the journey is made of those, and the rest of the messages are judged
// by them.
func own(path string) (*material, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := format.ReadSignals(f, format.SignalOptions{Name: path})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m := &material{name: "messages of " + filepath.Base(path), shots: 10}
	steps, left := map[string]bool{}, 0
	for s, reject := range rows {
		if reject != nil {
			left++
			continue
		}
		m.messages = append(m.messages, message{Signal: s, known: s.Step != "", step: s.Step})
		if s.Step != "" {
			steps[s.Step] = true
		}
	}
	if len(m.messages) == 0 {
		return nil, fmt.Errorf("%s holds no message that can be read (%d rows were left out)", path, left)
	}
	if left > 0 {
		m.name += fmt.Sprintf(" (%d rows were left out; custory import signals lists them)", left)
	}
	if len(steps) > 0 {
		m.outline = "What customers write about\nAll steps\n"
		for _, s := range slices.Sorted(maps.Keys(steps)) {
			m.outline += "  " + strings.Join(strings.Fields(s), " ") + "\n"
		}
		for i := range m.messages {
			m.messages[i].step = strings.Join(strings.Fields(m.messages[i].step), " ")
		}
	}
	return m, nil
}
