package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"custory/schema"
	"custory/tools"
)

func TestNoCallIsLost(t *testing.T) {
	for _, n := range []int{200, 2000} {
		f, a := newFake(t)
		var mu sync.Mutex
		running, most := 0, 0
		f.add("work_slowly", tools.Reads, func(ctx context.Context, c schema.Call, args json.RawMessage) (any, error) {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			running--
			mu.Unlock()
			return echoes(ctx, c, args)
		})
		s, _ := newServer(t, f, a)
		var in strings.Builder
		for i := range n {
			in.WriteString(callLine(fmt.Sprint(i), "work_slowly", fmt.Sprintf(`{"text":"%d"}`, i)))
		}
		got := say(t, s, in.String()) // which ends at once
		if len(got) != n {
			t.Errorf("%d answers to %d calls", len(got), n)
		}
		for i := range n {
			if want := fmt.Sprintf(`{"text":"%d"}`, i); string(got[fmt.Sprint(i)].Result.Structured) != want {
				t.Errorf("call %d gives %s", i, got[fmt.Sprint(i)].line)
			}
		}
		if most > maxRunning || most < 2 {
			t.Errorf("%d calls ran at once, want at most %d", most, maxRunning)
		}
	}
}

func TestAnIdUsedTwiceIsAnsweredTwice(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	var out bytes.Buffer
	if err := s.ServeStdio(t.Context(), strings.NewReader(strings.Repeat(callLine("1", "echo_text", `{}`), 50)), &out); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "\n"); got != 50 {
		t.Errorf("%d answers, want 50", got)
	}
}

// A stuck set has a tool that runs until it is let go or cancelled.
func stuck(t *testing.T, heedless bool) (s *Server, started chan struct{}, release func()) {
	f, a := newFake(t)
	started, free := make(chan struct{}, 1), make(chan struct{})
	f.add("hang_on", tools.Reads, func(ctx context.Context, c schema.Call, args json.RawMessage) (any, error) {
		started <- struct{}{}
		if heedless {
			ctx = context.WithoutCancel(ctx)
		}
		select {
		case <-free:
			return echoes(ctx, c, args)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
	s, _ = newServer(t, f, a)
	s.grace = time.Second
	release = sync.OnceFunc(func() { close(free) })
	t.Cleanup(release)
	return s, started, release
}

func TestTheEndWaitsForCallsInFlight(t *testing.T) {
	for _, ending := range []string{"the input ends", "the context ends"} {
		for _, tt := range []struct {
			name, want string
			released   bool
			heedless   bool
		}{
			{"a call that ends in time", `{\"text\":\"done\"}`, true, false},
			{"a call that is cancelled", "cancelled; nothing was changed", false, false},
			{"a call that heeds nothing", "", false, true},
		} {
			s, started, release := stuck(t, tt.heedless)
			in, client := io.Pipe()
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				_, _ = io.WriteString(client, callLine("1", "hang_on", `{"text":"done"}`))
				<-started
				if ending == "the input ends" {
					client.Close()
				} else {
					cancel()
				}
				if tt.released {
					release()
				}
			}()
			var out bytes.Buffer
			start := time.Now()
			err := s.ServeStdio(ctx, in, &out)
			if (err != nil) != tt.heedless {
				t.Errorf("%s, %s: error %v", ending, tt.name, err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s, %s: took %v", ending, tt.name, took)
			}
			if !tt.heedless && !strings.Contains(out.String(), tt.want) {
				t.Errorf("%s, %s: got %s", ending, tt.name, out.String())
			}
			cancel()
			client.Close()
		}
	}
}

// A brokenPipe refuses to be written to.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestNobodyListens(t *testing.T) {
	s, started, _ := stuck(t, false)
	in, client := io.Pipe()
	defer client.Close()
	go func() {
		_, _ = io.WriteString(client, callLine("1", "hang_on", "{}"))
		<-started
		_, _ = io.WriteString(client, callLine("2", "echo_text", "{}"))
	}()
	if err := s.ServeStdio(t.Context(), in, brokenPipe{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("ServeStdio = %v", err)
	}
}

func TestAClientThatDoesNotReadIsLeft(t *testing.T) {
	for _, line := range []string{"garbage\n", callLine("1", "echo_text", "{}")} {
		s, _, _ := stuck(t, false)
		in, client := io.Pipe()
		_, out := io.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			_, _ = io.WriteString(client, line)
			cancel()
		}()
		start := time.Now()
		_ = s.ServeStdio(ctx, in, out)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("the end took %v", took)
		}
		client.Close()
		out.Close()
	}
}

func TestNothingIsWrittenAfterTheEnd(t *testing.T) {
	s, started, release := stuck(t, true)
	in, client := io.Pipe()
	defer client.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = io.WriteString(client, callLine("1", "hang_on", "{}"))
		<-started
		cancel()
	}()
	var out bytes.Buffer
	if err := s.ServeStdio(ctx, in, &out); err == nil {
		t.Error("a request was left, and that is no error")
	}
	release() // -race would see the buffer written to
	_, _ = io.WriteString(client, "garbage\n")
	time.Sleep(10 * time.Millisecond)
	if out.Len() > 0 {
		t.Errorf("got %s", out.String())
	}
}

func TestAnErrorOfTheInputIsReturned(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	in, client := io.Pipe()
	broken := errors.New("broken")
	client.CloseWithError(broken)
	if err := s.ServeStdio(t.Context(), in, io.Discard); !errors.Is(err, broken) {
		t.Errorf("ServeStdio = %v", err)
	}
}
