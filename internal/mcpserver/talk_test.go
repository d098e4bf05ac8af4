package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"custory/schema"
	"custory/tools"
)

// A stage is where an exchange goes that breaks.
type stage struct {
	said   int
	breaks func() error
}

func (s *stage) say([]byte) error {
	s.said++
	return s.breaks()
}

func (s *stage) alive() error { return s.say(nil) }

func TestWhoCannotBeToldIsNotServedOn(t *testing.T) {
	f, a := newFake(t)
	s, log := newServer(t, f, a)
	f.add("work_long", tools.Reads, func(ctx context.Context, _ schema.Call, _ json.RawMessage) (any, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	must(s.addTool(f.list[len(f.list)-1], false))
	m, _ := parse([]byte(strings.TrimSpace(callLine("1", "work_long", `{}`))))
	for name, breaks := range map[string]func() error{
		"an error": func() error { return errors.New("gone") },
		"a panic":  func() error { panic("broken") },
	} {
		to := &stage{breaks: breaks}
		line, _ := s.newExchange("test", new(peer), m).serve(t.Context(), m, to, time.Millisecond)
		if to.said != 1 || !strings.Contains(string(line), "cancelled; nothing was changed") {
			t.Errorf("%s: said %d, then %s", name, to.said, line)
		}
	}
	if !strings.Contains(log.String(), "msg=panic") {
		t.Errorf("the log is %s", log)
	}
}

func TestWhoHasNothingToSayDoesNotBegin(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	m, _ := parse([]byte(strings.TrimSpace(callLine("1", "echo_text", `{}`))))
	x := s.newExchange("test", new(peer), m)
	x.serve(t.Context(), m, &stage{}, time.Hour)
	x.ringing()
	if x.NotificationChannel() != nil || x.talk.begun {
		t.Error("a talk began that had nothing to say, or after its end")
	}
}
