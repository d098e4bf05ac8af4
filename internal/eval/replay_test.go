package eval

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"custory/memory"
	"custory/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		file(t, path, got)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestDecisionsAreMeasured(t *testing.T) {
	ctx := t.Context()
	b, err := newBench(ctx, memory.NGram(256))
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	p := Replaying{Memory: b.mem, Workspace: b.actor.Workspace, Name: "Eval"}
	if _, err := Replay(ctx, p); !errors.Is(err, schema.NotFound) || !strings.Contains(err.Error(), "nothing has been confirmed yet") {
		t.Errorf("before anybody has decided: %v", err)
	}
	if err := b.buildJourney(ctx, []string{"I order a card", "I reset my password", "I travel"}); err != nil {
		t.Fatal(err)
	}
	var examples []example
	for i := range 15 {
		examples = append(examples, example{fmt.Sprintf("the plastic thing %d has not come", i), "I order a card"},
			example{fmt.Sprintf("cannot sign in, attempt %d", i), "I reset my password"}, example{fmt.Sprintf("abroad with suitcase %d", i), "I travel"})
	}
	if err := b.confirm(ctx, Placing{}, examples); err != nil {
		t.Fatal(err)
	}
	var out captureAnswer
	if err := b.call(ctx, "capture_signals", map[string]any{"signals": []map[string]any{{"text": "qqq"}, {"text": "xyzzy"}}, "source": "support", "place": "none"}, &out); err != nil {
		t.Fatal(err)
	}
	dismissals := []map[string]any{{"signal": out.Signals[0].ID, "dismiss": true}, {"signal": out.Signals[1].ID, "dismiss": true}}
	if err := b.call(ctx, "place_signals", map[string]any{"placements": dismissals}, &struct{}{}); err != nil {
		t.Fatal(err)
	}
	steps := 0
	p.Progress = func(string, int, int) { steps++ }
	r, err := Replay(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	if r.N != 47 || r.Dismissed != 2 || r.Steps != 3 || r.Top1 < 0.85 || r.Top1 > 0.98 || len(r.Curve) != 2 || r.Curve[1].Top1 < r.Curve[0].Top1 || steps < r.N {
		t.Errorf("decisions are measured as %+v, told in %d steps", r, steps)
	}
}

// story is what became of 48 decisions: some it was unsure about, some that it
// placed, one in four of them wrong, and dismissals, one of them placed. The
// figures are such that they add up to the same on every machine.
func story() ReplayReport {
	var all []verdict
	add := func(n int, sure float64, guesses []memory.Guess, steps ...schema.ID) {
		for range n {
			g := append([]memory.Guess{}, guesses...)
			g[0].Probability = sure
			all = append(all, judge(memory.Decision{Steps: steps}, g, 0.85))
		}
	}
	ab := []memory.Guess{{Step: "stp_1"}, {Step: "stp_2", Probability: 0.01}}
	add(5, 0.25, ab, "stp_2")
	add(15, 0.5, ab, "stp_1")
	add(18, 0.9375, ab, "stp_3", "stp_1")
	add(6, 0.9375, ab, "stp_3")
	add(3, 0.125, ab)
	add(1, 0.875, ab)
	r := reportOf(all)
	r.Workspace, r.Steps, r.PlaceAt = "Acme <&\"\x1b[2J> Retail", 3, 0.85
	return r
}

func TestReplayReportIsTold(t *testing.T) {
	r := story()
	var table, object bytes.Buffer
	e := json.NewEncoder(&object)
	e.SetIndent("", "  ")
	if err := errors.Join(r.Print(&table), e.Encode(r)); err != nil {
		t.Fatal(err)
	}
	golden(t, "replay.txt", table.String())
	golden(t, "replay.json", object.String())
}

// TestPictureIsWellFormed draws reports of all sizes, of a workspace whose name
// would end its element.
func TestPictureIsWellFormed(t *testing.T) {
	few, none := story(), ReplayReport{Workspace: strings.Repeat("</text><script>", 20)}
	few.Curve = few.Curve[:1]
	for _, r := range []ReplayReport{story(), few, none} {
		var b bytes.Buffer
		if err := r.Draw(&b); err != nil {
			t.Fatal(err)
		}
		names := map[string]int{}
		var title string
		for d := xml.NewDecoder(bytes.NewReader(b.Bytes())); ; {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v in\n%s", err, b.String())
			}
			if s, ok := tok.(xml.StartElement); ok {
				names[s.Name.Local]++
				if s.Name.Local == "title" && title == "" {
					if err := d.DecodeElement(&title, &s); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if names["script"] > 0 || names["desc"] != 1 || names["svg"] != 1 || !strings.HasPrefix(title, "Placement in "+cutName(printable(r.Workspace))) {
			t.Errorf("the picture has %v and the title %q", names, title)
		}
		if bytes.Contains(b.Bytes(), []byte("NaN")) || bytes.Contains(b.Bytes(), []byte("Inf")) || bytes.Contains(b.Bytes(), []byte("%!")) {
			t.Errorf("a figure is none:\n%s", b.String())
		}
		if !bytes.Contains(b.Bytes(), []byte("prefers-color-scheme:dark")) {
			t.Error("there is no dark picture")
		}
	}
}

func TestTicksAreRoundAndFew(t *testing.T) {
	for n, want := range map[int]string{0: "[0]", 1: "[0 1]", 7: "[0 2 4 6]", 20: "[0 5 10 15 20]", 144: "[0 50 100]", 770: "[0 200 400 600]", 9999: "[0 2000 4000 6000 8000]"} {
		if got := fmt.Sprint(ticks(n)); got != want {
			t.Errorf("ticks(%d) = %s, want %s", n, got, want)
		}
	}
	for n := 1; n < math.MaxInt32/2; n = n*7/4 + 1 {
		if got := len(ticks(n)); got < 2 || got > 6 {
			t.Errorf("ticks(%d) are %d", n, got)
		}
	}
}
