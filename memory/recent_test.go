package memory

import "testing"

func TestRecentLetsGoOfWhatWasNotAskedForTheLongest(t *testing.T) {
	made := 0
	r := recent[string, int]{limit: 2}
	ask := func(k string) int { return r.get(k, func() int { made++; return made }) }
	for _, tt := range []struct {
		key  string
		want int
	}{
		{"a", 1}, {"b", 2}, {"a", 1}, {"c", 3}, // b goes
		{"a", 1}, {"b", 4}, {"b", 4}, {"c", 5},
	} {
		if got := ask(tt.key); got != tt.want {
			t.Errorf("%s is %d, want %d", tt.key, got, tt.want)
		}
	}
	if len(r.vals) != 2 || len(r.keys) != 2 {
		t.Errorf("%d values and %d keys are held, want 2", len(r.vals), len(r.keys))
	}
}
