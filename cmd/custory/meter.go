package main

import (
	"fmt"
	"io"
	"time"
)

// A meter tells how far a long piece of work has come: on one line of a
// terminal, and else in a line every few seconds.
type meter struct {
	w           io.Writer
	live        bool
	began, last time.Time
}

func newMeter(w io.Writer) *meter {
	now := time.Now()
	return &meter{w: w, live: isTerminal(w), began: now, last: now}
}

// tell shows how many rows are done, and how many a second.
func (m *meter) tell(rows int) {
	const often, seldom = 100 * time.Millisecond, 5 * time.Second
	now := time.Now()
	wait := seldom
	if m.live {
		wait = often
	}
	if now.Sub(m.last) < wait {
		return
	}
	m.last = now
	line := fmt.Sprintf("%s, %s a second", count(rows, "row"), number(int(float64(rows)/now.Sub(m.began).Seconds())))
	if m.live {
		fmt.Fprintf(m.w, "\r\x1b[K%s", line)
	} else {
		fmt.Fprintln(m.w, line)
	}
}

// done takes the line away.
func (m *meter) done() {
	if m.live {
		fmt.Fprint(m.w, "\r\x1b[K")
	}
}
