package connect

import (
	"strings"
	"testing"
)

func TestMergeKeepsComments(t *testing.T) {
	s := Server{Name: "custory", Command: "/opt/custory", Args: []string{"serve"}}
	const own = "\"custory\": {\n      \"source\": \"custom\",\n      \"command\": \"/opt/custory\",\n      \"args\": [\"serve\"]\n    }"
	for _, tt := range []struct{ name, old, want string }{
		{
			"comments and trailing commas",
			"// Zed settings\n{\n  /* the look */ \"theme\": \"One, // Dark\", // mine\n  \"context_servers\": {\n    \"other\": {}, // theirs\n  },\n}\n",
			"// Zed settings\n{\n  /* the look */ \"theme\": \"One, // Dark\", // mine\n  \"context_servers\": {\n    \"other\": {}, // theirs\n    " + own + "\n  },\n}\n",
		},
		{
			"a comment behind the last member stays with it",
			"{\n  \"theme\": \"One\" // mine\n}\n",
			"{\n  \"theme\": \"One\", // mine\n  \"context_servers\": {\n    " + own + "\n  }\n}\n",
		},
		{
			"a comment of several lines, and a comma that comes late",
			"{\n  \"theme\": \"One\" /* for\n  now */ , \n}\n",
			"{\n  \"theme\": \"One\" /* for\n  now */ , \n  \"context_servers\": {\n    " + own + "\n  }\n}\n",
		},
		{
			"an object that holds nothing but a comment",
			"{\n  \"context_servers\": {\n    // none yet\n  }\n}\n",
			"{\n  \"context_servers\": {\n    // none yet\n    " + own + "\n  }\n}\n",
		},
		{
			"the server, with a note",
			"{\n  \"context_servers\": {\n    \"custory\": {\n      \"source\": \"custom\", // by hand\n      \"command\": \"/old\", // where it was\n      \"args\": [ \"serve\", ],\n      \"env\": {}\n    }\n  }\n}\n",
			"{\n  \"context_servers\": {\n    \"custory\": {\n      \"source\": \"custom\", // by hand\n      \"command\": \"/opt/custory\", // where it was\n      \"args\": [ \"serve\", ],\n      \"env\": {}\n    }\n  }\n}\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, changed, err := Zed.Merge([]byte(tt.old), s)
			if err != nil || !changed || string(got) != tt.want {
				t.Errorf("changed %v, %v:\n%s\nwant:\n%s", changed, err, got, tt.want)
			}
			again, changed, err := Zed.Merge(got, s)
			if err != nil || changed || string(again) != string(got) {
				t.Errorf("a second time: changed %v, %v:\n%s", changed, err, again)
			}
		})
	}
}

func TestMergeAsksForTheKeyOnce(t *testing.T) {
	s := Server{Name: "custory", URL: "https://maps.example.com/mcp", Key: Key{Env: "CUSTORY_KEY"}}
	const ask = `{"type": "promptString", "id": "custory-key", "description": "Key for https://maps.example.com/mcp", "password": true}`
	for _, tt := range []struct{ name, old, want string }{
		{"beside another", "{\n  \"inputs\": [\n    // tokens\n    {\"id\": \"other\"}\n  ]\n}\n", "{\n  \"inputs\": [" + ask + ", \n    // tokens\n    {\"id\": \"other\"}\n  ],"},
		{"in an empty list", "{\n  \"inputs\": [],\n  \"servers\": {}\n}\n", "{\n  \"inputs\": [" + ask + "],\n"},
		{"that is there, as a person wrote it", "{\n  \"inputs\": [{\"id\": \"custory-key\", \"type\": \"promptString\"}]\n}\n", "{\n  \"inputs\": [{\"id\": \"custory-key\", \"type\": \"promptString\"}],"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := VSCode.Merge([]byte(tt.old), s)
			if err != nil || !strings.HasPrefix(string(got), tt.want) {
				t.Errorf("%v:\n%s\nwant it to begin:\n%s", err, got, tt.want)
			}
			again, changed, err := VSCode.Merge(got, s)
			if err != nil || changed || string(again) != string(got) {
				t.Errorf("a second time: changed %v, %v:\n%s", changed, err, again)
			}
		})
	}
	if _, _, err := VSCode.Merge([]byte(`{"inputs": {}}`), s); err == nil || !strings.Contains(err.Error(), `"inputs" is not a list`) {
		t.Errorf("inputs that are no list: %v", err)
	}
}

func TestMergeKeepsOtherHeaders(t *testing.T) {
	s := Server{Name: "custory", URL: "https://new.example.com/mcp", Key: Key{Env: "CUSTORY_KEY"}}
	const old = `{"mcpServers": {"custory": {"url": "https://old.example.com/mcp", "headers": {"X-Team": "maps", "Authorization": "Bearer x"}}}}`
	const want = `{"mcpServers": {"custory": {"url": "https://new.example.com/mcp", "headers": {"X-Team": "maps", "Authorization": "Bearer ${env:CUSTORY_KEY}"}}}}`
	if got, _, err := Cursor.Merge([]byte(old), s); err != nil || string(got) != want {
		t.Errorf("%v: %s, want %s", err, got, want)
	}
}

func TestMergeRefusesAServerOfTheOtherSort(t *testing.T) {
	local := Server{Name: "custory", Command: "/opt/custory", Args: []string{"serve"}}
	remote := Server{Name: "custory", URL: "https://maps.example.com/mcp"}
	for _, c := range Clients() {
		for _, pair := range [][2]Server{{local, remote}, {remote, local}} {
			if c == ClaudeDesktop {
				continue // takes one sort only
			}
			_, _, err := c.Merge([]byte(c.Snippet(pair[0])), pair[1])
			if err == nil || !strings.Contains(err.Error(), "choose another name with --name") {
				t.Errorf("%s: %v", c, err)
			}
		}
	}
}

func FuzzMergeKeepsWhatIsNotOurs(f *testing.F) {
	for _, seed := range []string{"{}", "// a\n{\n \"a\": [1, 2,], // b\n}", "{/**/}", "{\"context_servers\":{\n/*x*/},}", "{\"a\":\"/*\",\n}", "{\n\"a\":1/*\n*/\n}", "{\"a\":1 //"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, old string) {
		s := Server{Name: "custory", Command: "/opt/custory", Args: []string{"serve"}}
		text, changed, err := Zed.Merge([]byte(old), s)
		if err != nil {
			return
		}
		is, err := read(text, true)
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		own, err := is.find([]string{"context_servers", "custory"})
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		if len(own.fields) < 3 {
			t.Errorf("the server has %d members:\n%s", len(own.fields), text)
		}
		if !changed && string(text) != old {
			t.Errorf("not changed, and yet another:\n%s\n%s", old, text)
		}
		if again, changed, err := Zed.Merge(text, s); err != nil || changed || string(again) != string(text) {
			t.Errorf("a second time: changed %v, %v:\n%s", changed, err, again)
		}
	})
}
