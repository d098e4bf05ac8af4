package connect

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMerge(t *testing.T) {
	s := Server{Name: "custory", Command: "/opt/custory", Args: []string{"serve"}}
	for _, tt := range []struct {
		name      string
		client    Client
		old, want string // want "" is old
	}{
		{"an empty file", Cursor, "", "{\n  \"mcpServers\": {\n    \"custory\": {\n      \"command\": \"/opt/custory\",\n      \"args\": [\"serve\"]\n    }\n  }\n}\n"},
		{"an empty object", Cursor, "{}", "{\n  \"mcpServers\": {\n    \"custory\": {\n      \"command\": \"/opt/custory\",\n      \"args\": [\"serve\"]\n    }\n  }\n}"},
		{
			"other settings and servers stay, in their order and layout", Cursor,
			"{\n    \"zebra\": [1,  2],\n    \"mcpServers\": {\n        \"other\": {\"command\": \"x\", \"args\": []}\n    },\n    \"apple\": {\"b\":1, \"a\":2}\n}\n",
			"{\n    \"zebra\": [1,  2],\n    \"mcpServers\": {\n        \"other\": {\"command\": \"x\", \"args\": []},\n        \"custory\": {\n            \"command\": \"/opt/custory\",\n            \"args\": [\"serve\"]\n        }\n    },\n    \"apple\": {\"b\":1, \"a\":2}\n}\n",
		},
		{
			"tabs", VSCode,
			"{\n\t\"inputs\": [],\n\t\"servers\": {}\n}\n",
			"{\n\t\"inputs\": [],\n\t\"servers\": {\n\t\t\"custory\": {\n\t\t\t\"type\": \"stdio\",\n\t\t\t\"command\": \"/opt/custory\",\n\t\t\t\"args\": [\"serve\"]\n\t\t}\n\t}\n}\n",
		},
		{
			"line ends of Windows and a byte order mark", Cursor,
			"\ufeff{\r\n  \"a\": 1\r\n}\r\n",
			"\ufeff{\r\n  \"a\": 1,\r\n  \"mcpServers\": {\r\n    \"custory\": {\r\n      \"command\": \"/opt/custory\",\r\n      \"args\": [\"serve\"]\r\n    }\r\n  }\r\n}\r\n",
		},
		{
			"all on one line", Cursor,
			`{"a":1,"mcpServers":{"b":{}}}`,
			`{"a":1,"mcpServers":{"b":{},"custory":{"command":"/opt/custory","args":["serve"]}}}`,
		},
		{
			"the server is there with another path and an environment", Cursor,
			"{\n  \"mcpServers\": {\n    \"custory\": {\n      \"command\": \"/old/custory\",\n      \"env\": {\"A\": \"1\"},\n      \"args\": [ \"serve\" ]\n    }\n  }\n}\n",
			"{\n  \"mcpServers\": {\n    \"custory\": {\n      \"command\": \"/opt/custory\",\n      \"env\": {\"A\": \"1\"},\n      \"args\": [ \"serve\" ]\n    }\n  }\n}\n",
		},
		{"the server is there", Cursor, `{"mcpServers": {"custory": {"args": ["serve"], "command": "/opt/custory"}}}`, ""},
		{
			"names that are escaped", Cursor,
			`{"\"}":"}","mcpServers":{}}`,
			`{"\"}":"}","mcpServers":{"custory":{"command":"/opt/custory","args":["serve"]}}}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want, changes := tt.want, true
			if want == "" {
				want, changes = tt.old, false
			}
			got, changed, err := tt.client.Merge([]byte(tt.old), s)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != want || changed != changes {
				t.Errorf("changed %v:\n%s\nwant %v:\n%s", changed, got, changes, want)
			}
			again, changed, err := tt.client.Merge(got, s)
			if err != nil || changed || string(again) != string(got) {
				t.Errorf("a second time: changed %v, %v:\n%s", changed, err, again)
			}
		})
	}
}

func TestMergeRefuses(t *testing.T) {
	for _, tt := range []struct{ name, old, want string }{
		{"comments", "{\n  // mine\n  \"a\": 1\n}", "line 2 holds a comment"},
		{"a trailing comma", "{\n  \"a\": 1,\n}", "line 3 is not plain JSON"},
		{"half a file", `{"a": `, "line 1 is not plain JSON"},
		{"a list", `[]`, "the file is not a JSON object"},
		{"a section that is no object", `{"mcpServers": []}`, `"mcpServers" is not a JSON object`},
		{"a server that is no object", `{"mcpServers": {"custory": "x"}}`, `"custory" is not a JSON object`},
		{"a section twice", `{"mcpServers": {}, "mcpServers": {}}`, `the file names "mcpServers" twice`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := Cursor.Merge([]byte(tt.old), Server{Name: "custory", Command: "/opt/custory"})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Merge: %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzMerge(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"mcpServers":{"a":{}}}`, "{\n\t\"mcpServers\": {\n\t}\n}", `{"mcpServers":{"custory":{"command":1}}}`, "{ \"a\" : \"\\u0022}\" }\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, old string) {
		s := Server{Name: "custory", Command: `C:\custory "x".exe`, Args: []string{"serve", "<&>"}}
		text, _, err := Cursor.Merge([]byte(old), s)
		if err != nil {
			return
		}
		var was, is map[string]any
		plain := strings.TrimPrefix(old, "\ufeff")
		if strings.TrimSpace(plain) != "" {
			if err := json.Unmarshal([]byte(plain), &was); err != nil {
				t.Fatalf("merged what is no object: %v", err)
			}
		}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(string(text), "\ufeff")), &is); err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		servers := is["mcpServers"].(map[string]any)
		own := servers["custory"].(map[string]any)
		if own["command"] != s.Command || len(own["args"].([]any)) != 2 {
			t.Errorf("the server is %v", own)
		}
		others, _ := was["mcpServers"].(map[string]any)
		for _, pair := range []struct{ was, is map[string]any }{{was, is}, {others, servers}} {
			for name, v := range pair.was {
				got, _ := json.Marshal(pair.is[name])
				want, _ := json.Marshal(v)
				if name != "mcpServers" && name != "custory" && string(got) != string(want) {
					t.Errorf("%q is %s, was %s", name, got, want)
				}
			}
		}
		if again, changed, err := Cursor.Merge(text, s); err != nil || changed || string(again) != string(text) {
			t.Errorf("a second time: changed %v, %v", changed, err)
		}
	})
}
