package tools

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"custory/schema"
)

func TestHarmlessMistakesAreMended(t *testing.T) {
	s := shape[queryItemsIn]()
	for _, tt := range []struct{ given, want string }{
		{``, `{}`},
		{`null`, `{}`},
		{`{"limit": "4"}`, `{"limit": 4}`},
		{`{"limit": 4.0}`, `{"limit": 4}`},
		{`{"types": "insight"}`, `{"types": ["Insight"]}`},
		{`{"types": "[\"insight\", \"METRIC\"]"}`, `{"types": ["Insight", "Metric"]}`},
		{`{"where": "{\"priority\": \"High\"}"}`, `{"where": {"priority": "High"}}`},
		{`{"least": {"impact": "4"}}`, `{"least": {"impact": 4}}`},
		{`{"where": {"priority": 4}}`, `{"where": {"priority": "4"}}`},
		{`{"words": 12, "owner": null, "state": ""}`, `{"words": "12"}`},
	} {
		got, err := arguments(s, json.RawMessage(tt.given))
		if err != nil {
			t.Errorf("%s: %v", tt.given, err)
			continue
		}
		var want, is map[string]any
		b, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if json.Unmarshal(b, &is) != nil || json.Unmarshal([]byte(tt.want), &want) != nil || !reflect.DeepEqual(is, want) {
			t.Errorf("%s is read as %s, want %s", tt.given, b, tt.want)
		}
	}
}

func TestEverythingThatIsWrongIsReportedAtOnce(t *testing.T) {
	_, err := arguments(shape[searchIn](), json.RawMessage(`{"qeury": "x", "limit": "many", "state": "lost", "types": [{"a": 1}]}`))
	f := schema.FaultsOf(err)
	var fields []string
	for _, e := range f {
		fields = append(fields, e.Field)
	}
	if got := strings.Join(fields, " "); got != "limit qeury state types[0] query" {
		t.Errorf("the faults are about %q", got)
	}
	for _, e := range f {
		switch e.Field {
		case "qeury":
			if !strings.Contains(e.Hint, `"query"`) || len(e.Valid) == 0 {
				t.Errorf("%v does not lead to the right name", e)
			}
		case "state":
			if strings.Join(e.Valid, " ") != "inbox proposed placed dismissed" {
				t.Errorf("%v does not list what is valid", e)
			}
		}
	}
}

func FuzzArguments(f *testing.F) {
	for _, seed := range []string{`{}`, `[]`, `{"query": "x"}`, `{"limit": 1e400}`, `{"types": [null, "insight"]}`, `{"where": {"a": {"b": []}}}`, `{"least": "{\"x\": \"1\"}"}`,
		`{"created_since": "2026-02-30"}`, `{"limit": "0x10"}`, `{"words": "\ud800"}`, `{"cursor": "bzo5OTk5"}`, strings.Repeat("[", 5000)} {
		f.Add([]byte(seed))
	}
	s := shape[queryItemsIn]()
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := arguments(s, raw)
		if err != nil {
			if schema.FaultsOf(err) == nil {
				t.Fatalf("%q: %v is no fault", raw, err)
			}
			return
		}
		b, err := json.Marshal(got)
		if err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		var in queryItemsIn
		if err := json.Unmarshal(b, &in); err != nil && schema.FaultsOf(err) == nil && !strings.Contains(err.Error(), "moment") {
			t.Fatalf("%q passed as %s and cannot be read: %v", raw, b, err)
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Add("", 0)
	f.Add("bzo1", 10)
	f.Add("zzz", -1)
	f.Fuzz(func(t *testing.T, cursor string, limit int) {
		offset, n, err := page(cursor, limit, 10, 50)
		if err == nil && (offset < 0 || n < 1 || n > 50) {
			t.Errorf("page(%q, %d) = %d, %d", cursor, limit, offset, n)
		}
	})
}
