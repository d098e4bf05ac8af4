package mcpserver

import (
	"testing"
	"testing/synctest"
)

func TestAGateIsNarrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(2, 100)
		in := 0
		for range 3 {
			go func() {
				if g.enter(10) {
					in++
				}
			}()
			synctest.Wait()
		}
		if in != 2 {
			t.Errorf("%d are inside, want 2", in)
		}
		g.leave(10)
		synctest.Wait()
		if in != 3 {
			t.Errorf("one left, and %d have entered, want 3", in)
		}
		g.close()
		g.leave(10)
		g.leave(10)
		<-g.empty
	})
}

func TestAGateCountsBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(10, 100)
		if !g.enter(1000) {
			t.Fatal("one that is too large is not let in alone")
		}
		entered := false
		go func() { entered = g.enter(1) }()
		synctest.Wait()
		if entered {
			t.Error("another is let in beside it")
		}
		g.leave(1000)
		synctest.Wait()
		if !entered {
			t.Error("the other is not let in after it")
		}
		g.leave(1)
		g.close()
		g.close()
		<-g.empty
	})
}

func TestAGateThatClosesSendsAwayWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 100)
		g.enter(1)
		answer := make(chan bool)
		go func() { answer <- g.enter(1) }()
		synctest.Wait()
		g.close()
		if <-answer {
			t.Error("it was let in")
		}
		select {
		case <-g.empty:
			t.Error("the gate is empty with one inside")
		default:
		}
		g.leave(1)
		<-g.empty
	})
}
