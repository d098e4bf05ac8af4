package mcpserver

import (
	"encoding/json"
	"testing"
)

func TestWhatIsHiddenIsNotShown(t *testing.T) {
	for value, want := range map[any]string{
		"plain":                      `"plain"`,
		"":                           `""`,
		7:                            `7`,
		`a "quoted" \ <b> & für`:     `"a \"quoted\" \\ <b> & für"`,
		"ends with \\":               `"ends with \\"`,
		"tu\u202ern":                 `"turn"`,
		"\u200b\u2066":               `""`,
		"\x1b[31mred\a\x00\r\n\tend": `"[31mred\n\tend"`,
		"li\u2028ne":                 `"li\nne"`,
		"\u200b\"\u200b":             `"\""`,
	} {
		for _, wrap := range []string{"", "list", "record"} {
			v, want := value, want
			switch wrap {
			case "list":
				v, want = []any{1, value, "z"}, "[1,"+want+`,"z"]`
			case "record":
				v, want = map[string]any{"a": value, "b": nil, "c": "z"}, `{"a":`+want+`,"b":null,"c":"z"}`
			}
			got, err := shown(must1(encode(v)))
			if err != nil || string(got) != want || !json.Valid(got) {
				t.Errorf("%q is shown as %s, %v, want %s", v, got, err, want)
			}
		}
	}
}
