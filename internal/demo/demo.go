// Package demo tells the story of custory from beginning to end, on messages
// that come with it or on somebody's own, through a client of the Model Context
// Protocol: nothing here goes around what a user's assistant could do.
package demo

import (
	"context"
	"fmt"
	"io"
	"time"
)

// A Client uses tools through the protocol.
type Client interface {
	// Call uses a tool and decodes what it answers into out. An answer that is
	// an error comes back as one, with its words.
	Call(ctx context.Context, tool string, args, out any) error
}

// Options say what to tell, and to whom.
type Options struct {
	Client  Client
	Out     io.Writer
	Color   bool   // Out is a terminal that shows colours
	Width   int    // columns; 0 is 96
	Signals string // a CSV or JSONL file of somebody's own messages; "" is the sample
	Connect string // what to paste into a client to go on, printed at the end
}

// A Result is what the story came to, for those who check it.
type Result struct {
	Signals   int           `json:"signals"`   // captured
	Placed    int           `json:"placed"`    // without asking, in the end
	Proposed  int           `json:"proposed"`  // a step is proposed
	Inbox     int           `json:"inbox"`     // left to people
	Confirmed int           `json:"confirmed"` // said by the answer key, as a person would
	Judged    int           `json:"judged"`    // others whose true step is known
	Right     int           `json:"right"`     // of those, the step that was placed or proposed is right
	PlacedN   int           `json:"placed_known"`
	PlacedOK  int           `json:"placed_right"`
	Insights  int           `json:"insights"`
	Took      time.Duration `json:"took_ns"`
}

// Run tells the story and returns what it came to.
func Run(ctx context.Context, opt Options) (Result, error) {
	start := time.Now()
	m, err := sample()
	if opt.Signals != "" {
		m, err = own(opt.Signals)
	}
	if err != nil {
		return Result{}, err
	}
	if opt.Width == 0 {
		opt.Width = 96
	}
	s := &story{Client: opt.Client, page: page{w: opt.Out, color: opt.Color, width: opt.Width}, m: m, ids: map[string]string{}}
	for _, chapter := range []func(context.Context) error{s.begin, s.capture, s.triage, s.again, s.evidence, s.decide, s.ask, s.show, s.takeBack} {
		if err := chapter(ctx); err != nil {
			return s.r, err
		}
		if s.err != nil {
			return s.r, fmt.Errorf("print: %w", s.err)
		}
	}
	s.r.Took = time.Since(start)
	s.title("Go on")
	s.say("All of this went through %d calls of the protocol, in %.1f seconds, without a key, a network or a model.", s.calls, s.r.Took.Seconds())
	s.block(opt.Connect)
	return s.r, s.err
}
