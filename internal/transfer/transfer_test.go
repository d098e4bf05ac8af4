package transfer_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"custory/internal/transfer"
	"custory/memory"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

// A desk is a workspace with its owner and the tools.
type desk struct {
	st    *store.Store
	actor schema.Actor
	set   *tools.Set
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{st: storetest.Open(t)}
	d.actor = storetest.Workspace(t, d.st)
	d.set = toolsOn(t, d.st)
	return d
}

func toolsOn(t *testing.T, st *store.Store) *tools.Set {
	t.Helper()
	set, err := tools.New(st, memory.New(st, memory.NGram(256), nil), tools.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// call uses a tool, and returns its result as JSON.
func (d *desk) call(t *testing.T, tool, args string) string {
	t.Helper()
	out, err := d.set.Call(t.Context(), schema.Call{Tool: tool, Actor: d.actor}, json.RawMessage(args))
	if err != nil {
		t.Fatalf("%s %s: %v", tool, args, err)
	}
	b, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (d *desk) export(t *testing.T, history bool) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := transfer.Export(t.Context(), d.st, d.actor.Workspace, &b, history); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// furnished is a desk with a journey, items, a persona, signals, an insight
// with a quote, and an undone call.
func furnished(t *testing.T) *desk {
	d := newDesk(t)
	d.call(t, "save_persona", `{"name": "Ada & <Co>"}`)
	d.call(t, "edit_journey", `{"operations": [{"op": "create_journey", "name": "Trial to customer", "description": "Two\nlines", "ref": "j"},
		{"op": "add_stage", "name": "Deciding", "ref": "s"}, {"op": "add_step", "in": "s", "name": "I find out what it costs", "emotion": 2, "personas": ["Ada & <Co>"]},
		{"op": "add_step", "in": "s", "name": "I pay"}]}`)
	d.call(t, "save_items", `{"items": [{"type": "Solution", "title": "A price list", "impact": 4, "owner": "me", "place_on": ["I find out what it costs"]},
		{"type": "Metric", "title": "Visits", "place_on": ["I pay"], "readings": [{"at": "2029-12-31T00:00:00Z", "value": 12.5}]}]}`)
	d.call(t, "capture_signals", `{"source": "support", "signals": [{"text": "Where on earth is the price list?", "author": "u-1", "said_at": "2029-12-31T10:00:00.123456Z", "step": "I find out what it costs"},
		{"text": "The invoice came late", "sentiment": -0.25}]}`)
	d.call(t, "place_signals", `{"placements": [{"signal": "sig_2", "steps": ["I pay"]}]}`)
	d.call(t, "edit_journey", `{"operations": [{"op": "remove", "target": "I pay"}]}`)
	d.call(t, "undo", `{}`)
	d.call(t, "edit_journey", `{"journey": "trial-to-customer", "operations": [{"op": "update", "name": "Trial to paying customer"}]}`)
	d.call(t, "comment", `{"on": "itm_1", "text": "Do it soon"}`)
	return d
}

func TestAWorkspaceComesBackByteForByte(t *testing.T) {
	d := furnished(t)
	was := d.export(t, true)
	st := storetest.OpenAt(t, filepath.Join(t.TempDir(), "other.db"), store.Options{})
	n, err := transfer.Import(t.Context(), st, strings.NewReader(was))
	if err != nil {
		t.Fatal(err)
	}
	if n.Workspace.Slug != "test" || n.Records[schema.KindSignal] != 2 || n.Calls < 9 || n.Changes < 20 {
		t.Errorf("counted %+v", n)
	}
	other := &desk{st: st, actor: d.actor, set: toolsOn(t, st)}
	if is := other.export(t, true); is != was {
		t.Errorf("exported again:\n%s\nwant:\n%s", is, was)
	}
	if wrong, err := st.Check(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("Check: %v, %v", wrong, err)
	}
	got, want := other.call(t, "get_changes", `{"limit": 50}`), d.call(t, "get_changes", `{"limit": 50}`)
	if got != want {
		t.Errorf("the history is\n%s\nwant\n%s", got, want)
	}
	other.call(t, "undo", `{}`) // the comment
	other.call(t, "undo", `{}`) // the new name
	if text := other.call(t, "get_journey", `{"journey": "trial-to-customer"}`); !strings.Contains(text, `"slug":"trial-to-customer"`) {
		t.Errorf("after undo the journey is %s", text)
	}
}

func TestAnExportIsALineARecord(t *testing.T) {
	d := furnished(t)
	text := d.export(t, true)
	if !json.Valid([]byte(text)) {
		t.Error("the export is not JSON")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSpace(line), ",")
		if strings.HasPrefix(line, `{"kind"`) && !json.Valid([]byte(line)) {
			t.Errorf("not a record: %s", line)
		}
	}
	if again := d.export(t, true); again != text {
		t.Error("a second export differs")
	}
}

func TestWithoutHistoryTheRecordsStay(t *testing.T) {
	d := furnished(t)
	st := storetest.OpenAt(t, filepath.Join(t.TempDir(), "other.db"), storetest.Options())
	if _, err := transfer.Import(t.Context(), st, strings.NewReader(d.export(t, false))); err != nil {
		t.Fatal(err)
	}
	other := &desk{st: st, actor: d.actor, set: toolsOn(t, st)}
	first := other.export(t, false)
	if got, want := strings.Count(first, "\n"), strings.Count(d.export(t, false), "\n"); got != want {
		t.Errorf("%d lines, want %d", got, want)
	}
	st = storetest.OpenAt(t, filepath.Join(t.TempDir(), "third.db"), store.Options{})
	if _, err := transfer.Import(t.Context(), st, strings.NewReader(first)); err != nil {
		t.Fatal(err)
	}
	third := &desk{st: st, actor: d.actor}
	if got := third.export(t, false); got != first {
		t.Errorf("exported again:\n%s\nwant:\n%s", got, first)
	}
}

func TestImportRefuses(t *testing.T) {
	d := furnished(t)
	good := d.export(t, true)
	for _, tt := range []struct{ name, text, want string }{
		{"an empty file", "", "the file ends in the header"},
		{"another JSON file", `{"mcpServers": {}}`, `the header: "mcpServers" stands where "custory_export" is wanted`},
		{"a list", `[1]`, "the header"},
		{"no JSON", "hello", "the header: invalid character"},
		{"a newer format", strings.Replace(good, `"custory_export":1`, `"custory_export":2`, 1), "newer custory"},
		{"newer tables", strings.Replace(good, `"schema":`, `"schema":9`, 1), "newer custory"},
		{"half a file", good[:len(good)/2], "the file ends in entry"},
		{"something behind it", good + "{}", "something follows"},
		{"a moment that is none", strings.Replace(good, `made the workspace","at":"2`, `made the workspace","at":"x`, 1), "entry 1 of calls"},
		{"a record of no kind", strings.Replace(good, `{"kind":"member"`, `{"kind":"unicorn"`, 1), `entry 1 of records: there is no kind of record "unicorn"`},
		{"a changed record", strings.Replace(good, `"name":"I pay"`, `"name":"I do not pay"`, 1), "is not as the log leaves it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st := storetest.Open(t)
			_, err := transfer.Import(t.Context(), st, strings.NewReader(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Import: %v, want %q", err, tt.want)
			}
			if all, err := st.Workspaces(t.Context()); err != nil || len(all) > 0 {
				t.Errorf("something is left: %v, %v", all, err)
			}
		})
	}
	if _, err := transfer.Import(t.Context(), d.st, strings.NewReader(good)); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("into the same file: %v", err)
	}
}
