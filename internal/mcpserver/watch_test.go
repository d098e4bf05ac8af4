package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"custory/internal/mcpclient"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// rename gives a journey a new name, as another call would.
func rename(t testing.TB, st *store.Store, a schema.Actor, slug, name string) {
	t.Helper()
	err := st.Update(t.Context(), schema.Call{Tool: "rename", Actor: a}, func(tx *store.Tx) error {
		id, err := tx.Resolve(schema.KindJourney, slug)
		if err != nil {
			return err
		}
		j, err := tx.Journeys.Get(id)
		if err != nil {
			return err
		}
		j.Name = name
		return tx.Journeys.Put(j)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// newMaps returns a server of a workspace with journeys of these names.
func newMaps(t testing.TB, names ...string) (*Server, *fakeSet, schema.Actor) {
	t.Helper()
	f, a := newFake(t)
	must(f.store.Update(t.Context(), schema.Call{Tool: "seed", Actor: a}, func(tx *store.Tx) error {
		for _, name := range names {
			if err := tx.Journeys.Put(&schema.Journey{Name: name}); err != nil {
				return err
			}
		}
		return nil
	}))
	s, _ := newServer(t, f, a)
	return s, f, a
}

// hears waits for one address to be told.
func hears(t testing.TB, told <-chan string, want string) {
	t.Helper()
	select {
	case got := <-told:
		if got != want {
			t.Errorf("told of %s, want %s", got, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("not told of %s", want)
	}
}

// silent sees to it that nothing is told.
func silent(t testing.TB, told <-chan string) {
	t.Helper()
	select {
	case uri := <-told:
		t.Errorf("told of %s", uri)
	case <-time.After(2 * 200 * time.Millisecond): // twice as long as a Tail sleeps
	}
}

func TestChangesAreToldToWhoWatches(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		s, f, a := newMaps(t, "Checkout", "Renewal")
		c := link(t, s, mcpclient.Options{Protocol: era})
		told := make(chan string, 100)
		stop, err := c.Listen(t.Context(), []string{"custory://journey/checkout", "custory://vocabulary"}, func(uri string) { told <- uri })
		if err != nil {
			t.Fatal(err)
		}
		rename(t, f.store, a, "renewal", "Renewing")
		rename(t, f.store, a, "checkout", "Paying")
		hears(t, told, "custory://journey/checkout") // as it was asked for
		rename(t, f.store, a, "paying", "Paying again")
		hears(t, told, "custory://journey/checkout")
		if err := stop(); err != nil {
			t.Error(err)
		}
		until(t, func() bool { return s.lookout.count() == 0 })
		rename(t, f.store, a, "renewing", "Renewal")
		rename(t, f.store, a, "paying", "Checkout")
		silent(t, told)
		if err := c.Call(t.Context(), "echo_text", nil, nil); err != nil {
			t.Errorf("then a call gives %v", err)
		}
	})
}

// count is how many logs are followed.
func (l *lookout) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.followers)
}

// until waits for something to come true.
func until(t testing.TB, so func() bool) {
	t.Helper()
	for range 2000 {
		if so() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it did not come true")
}

func TestWhatCannotBeReadCannotBeWatched(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		s, _, _ := newMaps(t, "Checkout")
		c := link(t, s, mcpclient.Options{Protocol: era})
		for _, uri := range []string{"custory://journey/nowhere", "custory://nothing", "http://elsewhere/", "ui://custory/journey"} {
			_, err := c.Listen(t.Context(), []string{"custory://inbox", uri}, func(string) {})
			refused, ok := errors.AsType[*mcpclient.RPCError](err)
			if !ok || refused.Code != -32602 && refused.Code != -32002 || strings.Contains(refused.Message, "Go ") || !strings.Contains(string(refused.Data), uri) {
				t.Errorf("watching %s gives %v", uri, err)
			}
		}
		until(t, func() bool { return s.lookout.count() == 0 })
		if _, err := c.Listen(t.Context(), []string{"skill://weekly-pulse/SKILL.md"}, func(string) {}); err != nil {
			t.Errorf("watching what never changes gives %v", err)
		}
		if n := s.lookout.count(); n != 0 {
			t.Errorf("%d logs are followed for it", n)
		}
	})
}

func TestAWatchSeesItsWorkspaceAlone(t *testing.T) {
	s, f, ann := newMaps(t, "Checkout")
	eve, err := f.store.NewWorkspace(t.Context(), "Elsewhere", "Eve")
	must(err)
	must(f.store.Update(t.Context(), schema.Call{Tool: "seed", Actor: eve}, func(tx *store.Tx) error {
		return tx.Journeys.Put(&schema.Journey{Name: "Secret"})
	}))
	c := overHTTP(t, s, mcpclient.Options{})
	told := make(chan string, 100)
	if _, err := c.Listen(t.Context(), []string{"custory://journeys", "custory://workspace"}, func(uri string) { told <- uri }); err != nil {
		t.Fatal(err)
	}
	rename(t, f.store, eve, "secret", "Secrets")
	silent(t, told)
	if _, err := c.Listen(t.Context(), []string{"custory://journey/secrets"}, func(string) {}); err == nil {
		t.Error("another's journey is watched")
	}
	rename(t, f.store, ann, "checkout", "Paying")
	for range 2 {
		select {
		case <-told:
		case <-time.After(20 * time.Second):
			t.Fatal("not told")
		}
	}
}

// RenameInAnotherProcess renames the only journey of a file.
func RenameInAnotherProcess(path string) {
	ctx := context.Background()
	st, err := store.Open(ctx, path, store.Options{})
	must(err)
	a := must1(st.Owner(ctx, must1(st.Workspaces(ctx))[0].ID))
	must(st.Update(ctx, schema.Call{Tool: "rename", Actor: a}, func(tx *store.Tx) error {
		j := must1(tx.Journeys.All())[0]
		j.Name = "Renamed elsewhere"
		return tx.Journeys.Put(j)
	}))
	must(st.Close())
}

func TestChangesOfOtherProcessesAreTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shared.db")
	f := &fakeSet{store: storetest.OpenAt(t, path, store.Options{})}
	a := must1(f.store.NewWorkspace(t.Context(), "Acme", "Ann"))
	must(f.store.Update(t.Context(), schema.Call{Tool: "seed", Actor: a}, func(tx *store.Tx) error {
		return tx.Journeys.Put(&schema.Journey{Name: "Checkout"})
	}))
	s, _ := newServer(t, f, a)
	told := make(chan string, 100)
	for _, era := range []string{mcpclient.Newest, mcpclient.NewestLegacy} {
		c := overHTTP(t, s, mcpclient.Options{Protocol: era})
		if _, err := c.Listen(t.Context(), []string{"custory://journey/checkout"}, func(uri string) { told <- uri }); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.lookout.count(); n != 1 {
		t.Errorf("%d logs are followed for two clients", n)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "MCPSERVER_RENAME="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	hears(t, told, "custory://journey/checkout")
	hears(t, told, "custory://journey/checkout")
}

func TestOneCanWatchOnlySoMuch(t *testing.T) {
	s, _, _ := newMaps(t, "Checkout")
	w := s.newWatch()
	defer w.close()
	for i := range maxWatched {
		must(w.add(t.Context(), s, "custory://journeys?format="+[]string{"json", "markdown"}[i%2]+strings.Repeat("&format=json", i)))
	}
	var limit *schema.Error
	if err := w.add(t.Context(), s, "custory://inbox"); !errors.As(err, &limit) || limit.Code != schema.Limited {
		t.Errorf("one more gives %v", err)
	}
	if n := s.lookout.followers[s.actor(t.Context()).Workspace].watches["custory://journeys"]; len(n) != 1 {
		t.Errorf("one watch stands %d times at an address", len(n))
	}

	c := overStdio(t, s, mcpclient.Options{})
	for range maxListens {
		if _, err := c.Listen(t.Context(), []string{"custory://inbox"}, func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Listen(t.Context(), []string{"custory://inbox"}, func(string) {}); err == nil || !strings.Contains(err.Error(), "16 requests listen") {
		t.Errorf("one more over stdio gives %v", err)
	}
	if err := c.Call(t.Context(), "echo_text", nil, nil); err != nil {
		t.Errorf("then a call gives %v", err)
	}

	h := overHTTP(t, s, mcpclient.Options{})
	for range maxStreams {
		if _, err := h.Listen(t.Context(), []string{"custory://inbox"}, func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Listen(t.Context(), []string{"custory://inbox"}, func(string) {}); err == nil || !strings.Contains(err.Error(), "64 streams are open") {
		t.Errorf("one more over HTTP gives %v", err)
	}

	for i := range maxSessions {
		if _, e := s.watched.of(caller{"x", &session{Nonce: fmt.Sprint(i)}}); e != nil {
			t.Fatal(e)
		}
	}
	if _, e := s.watched.of(caller{"x", &session{Nonce: "more"}}); e == nil {
		t.Error("an actor watches in any number of sessions")
	}
	if _, e := s.watched.of(caller{"y", &session{Nonce: "more"}}); e != nil {
		t.Error("an actor's sessions count for another")
	}
}

// A slowWriter lets one line pass at a time.
type slowWriter struct {
	mu    sync.Mutex
	lines []string
	next  chan struct{}
}

func (w *slowWriter) say(line []byte) error {
	<-w.next
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, string(line))
	return nil
}

func (w *slowWriter) alive() error { return nil }

func TestASlowClientIsToldOnceOfMuch(t *testing.T) {
	s, f, a := newMaps(t, "Checkout")
	m, _ := parse([]byte(`{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["custory://journey/checkout"]},` + modernMeta + `}}`))
	x := s.newExchange("slow", new(peer), m)
	x.watch = s.newWatch()
	defer x.watch.close()
	w := &slowWriter{next: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); x.serve(ctx, m, w, 0) }()
	until(t, func() bool { return x.watch.size() == 1 })
	start := time.Now()
	for i := range 50 {
		rename(t, f.store, a, "checkout", fmt.Sprintf("Checkout %d", i))
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("who writes waits for who listens: %v", took)
	}
	until(t, func() bool {
		x.watch.mu.Lock()
		defer x.watch.mu.Unlock()
		return len(x.watch.changed) == 1
	})
	time.Sleep(300 * time.Millisecond) // the log is read to its end
	w.next <- struct{}{}
	w.next <- struct{}{}
	time.Sleep(50 * time.Millisecond)
	cancel()
	close(w.next)
	<-done
	if len(w.lines) != 2 || !strings.Contains(w.lines[0], "acknowledged") || !strings.Contains(w.lines[1], `"uri":"custory://journey/checkout"`) {
		t.Errorf("said %q", w.lines)
	}
}

func TestShutdownEndsStreams(t *testing.T) {
	s, _, _ := newMaps(t, "Checkout")
	srv := httptest.NewServer(s.Handler())
	for _, era := range []string{mcpclient.Newest, mcpclient.NewestLegacy} {
		c, err := mcpclient.HTTP(t.Context(), srv.URL, mcpclient.Options{Protocol: era})
		must(err)
		if _, err := c.Listen(t.Context(), []string{"custory://inbox"}, func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if err := srv.Config.Shutdown(ctx); err != nil {
		t.Errorf("the HTTP server: %v", err)
	}
	if n := len(s.streams.byWho); n != 0 {
		t.Errorf("%d streams are open", n)
	}
}

func TestWhoMayNoLongerHearIsCutOff(t *testing.T) {
	f, a := newFake(t)
	must(f.store.Update(t.Context(), schema.Call{Tool: "seed", Actor: a}, func(tx *store.Tx) error {
		return tx.Journeys.Put(&schema.Journey{Name: "Checkout"})
	}))
	var mu sync.Mutex
	var revoked error
	s := must1(New(Config{Tools: f, Actor: As(a), Recheck: func(context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		return revoked
	}}))
	for _, era := range []string{mcpclient.Newest, mcpclient.NewestLegacy} {
		c := overHTTP(t, s, mcpclient.Options{Protocol: era})
		told := make(chan string, 10)
		if _, err := c.Listen(t.Context(), []string{"custory://journeys"}, func(uri string) { told <- uri }); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		revoked = errors.New("revoked")
		mu.Unlock()
		rename(t, f.store, a, "checkout", "Checkout "+era)
		silent(t, told)
		until(t, func() bool {
			s.streams.mu.Lock()
			defer s.streams.mu.Unlock()
			return len(s.streams.byWho) == 0
		})
		mu.Lock()
		revoked = nil
		mu.Unlock()
	}
}

// Since 2026-07-28 an address of nothing is a wrong argument, in a subscription
// as in all else.
func TestListeningToNothing(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	res, body := posting{
		body:   `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["custory://journey/nowhere"]},` + modernMeta + `}}`,
		header: map[string]string{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "subscriptions/listen"},
	}.to(t, serveHTTP(t, s))
	var got reply
	if err := json.Unmarshal([]byte(body), &got); err != nil || got.Error == nil || got.Error.Code != -32602 || res.StatusCode != 400 {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}
