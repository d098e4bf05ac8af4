package mcpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"custory/internal/mcpclient"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

// modernMeta is what a request of 2026-07-28 says of itself.
const modernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`

// A posting is a request over HTTP with its headers, of which "" leaves one
// out.
type posting struct {
	method, body string
	header       map[string]string
}

func (p posting) to(t testing.TB, url string) (*http.Response, string) {
	t.Helper()
	if p.method == "" {
		p.method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(t.Context(), p.method, url, strings.NewReader(p.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	for k, v := range p.header {
		if v == "" {
			req.Header.Del(k)
			continue
		}
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func serveHTTP(t testing.TB, s *Server) string {
	t.Helper()
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestGarbageOverHTTPIsAnswered(t *testing.T) {
	f, a := newFake(t)
	s, log := newServer(t, f, a)
	url := serveHTTP(t, s)
	for _, tt := range garbage {
		res, body := posting{body: tt.line}.to(t, url)
		var got reply
		if err := json.Unmarshal([]byte(body), &got); err != nil || got.Error == nil || got.Error.Message == "" || len(body) > 1000 {
			t.Errorf("%s is answered with %.2000s", tt.name, body)
			continue
		}
		if code := got.Error.Code; code != tt.code && code != -32020 || string(got.ID) != tt.id && string(got.ID) != "" {
			t.Errorf("%s is answered with %s, want %d to %s", tt.name, body, tt.code, tt.id)
		}
		if strings.Contains(got.Error.Message, "Go ") || res.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s is answered with %s of type %s", tt.name, body, res.Header.Get("Content-Type"))
		}
	}
	if l := log.String(); strings.Contains(l, "ERROR") {
		t.Errorf("garbage of a client is logged: %s", l)
	}
}

func TestRequestsThatAreNotOfTheProtocol(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	s.maxMessage = 1 << 20
	url := serveHTTP(t, s)
	call := strings.TrimSpace(callLine("1", "echo_text", `{"text":"x"}`))
	for name, tt := range map[string]struct {
		posting
		status int
	}{
		"another type":       {posting{body: call, header: map[string]string{"Content-Type": "text/plain"}}, 415},
		"no type":            {posting{body: call, header: map[string]string{"Content-Type": ""}}, 415},
		"a type with more":   {posting{body: call, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}}, 200},
		"a form":             {posting{body: "a=b", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}, 415},
		"wants HTML":         {posting{body: call, header: map[string]string{"Accept": "text/html"}}, 406},
		"wants anything":     {posting{body: call, header: map[string]string{"Accept": "*/*"}}, 200},
		"does not say":       {posting{body: call, header: map[string]string{"Accept": ""}}, 200},
		"too large":          {posting{body: strings.Repeat(" ", 2<<20) + call}, 413},
		"PUT":                {posting{method: http.MethodPut, body: call}, 405},
		"an unknown version": {posting{body: call, header: map[string]string{"Mcp-Protocol-Version": "1999-01-01"}}, 400},
		"an unknown session": {posting{body: call, header: map[string]string{"Mcp-Session-Id": "made-up"}}, 404},
		"a stream of none":   {posting{method: http.MethodGet}, 400},
		"the end of none":    {posting{method: http.MethodDelete}, 400},
		"a stream as JSON":   {posting{method: http.MethodGet, header: map[string]string{"Accept": "application/json"}}, 406},
		"a modern stream":    {posting{method: http.MethodGet, header: map[string]string{"Mcp-Protocol-Version": "2026-07-28"}}, 405},
		"a modern end":       {posting{method: http.MethodDelete, header: map[string]string{"Mcp-Protocol-Version": "2026-07-28"}}, 405},
		"a notification":     {posting{body: `{"jsonrpc":"2.0","method":"notifications/initialized"}`}, 202},
		"an answer":          {posting{body: `{"jsonrpc":"2.0","id":"x","result":{}}`}, 202},
	} {
		if res, body := tt.to(t, url); res.StatusCode != tt.status {
			t.Errorf("%s: status %d, want %d: %.200s", name, res.StatusCode, tt.status, body)
		}
	}
}

func TestHeadersMustRepeatTheMessage(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	url := serveHTTP(t, s)
	body := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo_text","arguments":{"text":"x"},` + modernMeta + `}}`
	right := map[string]string{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "echo_text"}
	for name, tt := range map[string]struct {
		change map[string]string
		code   int
	}{
		"right":            {nil, 0},
		"the name encoded": {map[string]string{"Mcp-Name": "=?base64?ZWNob190ZXh0?="}, 0},
		"badly encoded":    {map[string]string{"Mcp-Name": "=?base64?%%%?="}, -32020},
		"no version":       {map[string]string{"Mcp-Protocol-Version": ""}, -32020},
		"another version":  {map[string]string{"Mcp-Protocol-Version": "2025-11-25"}, -32020},
		"no method":        {map[string]string{"Mcp-Method": ""}, -32020},
		"another method":   {map[string]string{"Mcp-Method": "tools/list"}, -32020},
		"no name":          {map[string]string{"Mcp-Name": ""}, -32020},
		"another name":     {map[string]string{"Mcp-Name": "ask_ghost"}, -32020},
		"to be resumed":    {map[string]string{"Last-Event-ID": "7"}, -32020},
	} {
		header := map[string]string{}
		for k, v := range right {
			header[k] = v
		}
		for k, v := range tt.change {
			header[k] = v
		}
		res, got := posting{body: body, header: header}.to(t, url)
		var r reply
		if err := json.Unmarshal([]byte(got), &r); err != nil {
			t.Fatal(err)
		}
		switch {
		case tt.code == 0 && (res.StatusCode != 200 || string(r.Result.Structured) != `{"text":"x"}`):
			t.Errorf("%s: %d %s", name, res.StatusCode, got)
		case tt.code != 0 && (res.StatusCode != 400 || r.Error == nil || r.Error.Code != tt.code):
			t.Errorf("%s: %d %s, want %d", name, res.StatusCode, got, tt.code)
		}
	}

	for _, twice := range []string{"Mcp-Name", "Mcp-Param-Text"} {
		req := must1(http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body)))
		req.Header = http.Header{"Content-Type": {"application/json"}, "Mcp-Protocol-Version": {"2026-07-28"}, "Mcp-Method": {"tools/call"}, "Mcp-Name": {"echo_text"}}
		req.Header[twice] = []string{"echo_text", "ask_ghost"}
		res := must1(http.DefaultClient.Do(req))
		res.Body.Close()
		if res.StatusCode != 400 {
			t.Errorf("%s twice gives %d", twice, res.StatusCode)
		}
	}
}

func TestHeadersMustRepeatTheArgumentsThatASchemaNames(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	suite{s}.add()
	url := serveHTTP(t, s)
	for name, tt := range map[string]struct {
		tool, args string
		header     map[string]string
		fits       bool
	}{
		"nothing":             {"test_header_mirror", `{}`, nil, true},
		"the same":            {"test_header_mirror", `{"region":"north","place":{"floor":3}}`, map[string]string{"Mcp-Param-Region": "north", "Mcp-Param-Floor": "3"}, true},
		"the name encoded":    {"test_header_mirror", `{"region":"north"}`, map[string]string{"Mcp-Name": "=?base64?dGVzdF9oZWFkZXJfbWlycm9y?=", "Mcp-Param-Region": "south"}, false},
		"encoded":             {"test_header_mirror", `{"region":"nörd"}`, map[string]string{"Mcp-Param-Region": "=?base64?bsO2cmQ=?="}, true},
		"another":             {"test_header_mirror", `{"region":"north"}`, map[string]string{"Mcp-Param-Region": "south"}, false},
		"another within":      {"test_header_mirror", `{"place":{"floor":3}}`, map[string]string{"Mcp-Param-Floor": "4"}, false},
		"none":                {"test_header_mirror", `{"region":"north"}`, nil, false},
		"none in the message": {"test_header_mirror", `{}`, map[string]string{"Mcp-Param-Region": "north"}, false},
		"of no argument":      {"test_header_mirror", `{}`, map[string]string{"Mcp-Param-Other": "north"}, true},
		"of another tool":     {"echo_text", `{}`, map[string]string{"Mcp-Param-Region": "north"}, true},
	} {
		header := map[string]string{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": tt.tool}
		maps.Copy(header, tt.header)
		res, got := posting{header: header, body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + tt.tool + `","arguments":` + tt.args + `,` + modernMeta + `}}`}.to(t, url)
		if tt.fits != (res.StatusCode == 200) || !tt.fits && !strings.Contains(got, `"code":-32020`) {
			t.Errorf("%s: %d %s", name, res.StatusCode, got)
		}
	}
	legacy := strings.TrimSpace(callLine("1", "test_header_mirror", `{"region":"north"}`))
	if res, got := (posting{body: legacy}).to(t, url); res.StatusCode != 200 || !strings.Contains(got, "mirrored") {
		t.Errorf("before 2026-07-28: %d %s", res.StatusCode, got)
	}
}

func TestSessionsHoldWhatTheClientSaid(t *testing.T) {
	f, ann := newFake(t)
	var called schema.Actor
	f.add("who_calls", tools.Reads, func(_ context.Context, c schema.Call, _ json.RawMessage) (any, error) {
		called = c.Actor
		return textArgs{}, nil
	})
	bob := ann
	bob.ID, bob.Key = "mem_bob", "key_bob"
	who := ann
	serve := func(secret string) (*Server, string) {
		s, err := New(Config{Tools: f, Secret: []byte(secret), Actor: func(context.Context) schema.Actor { return who }})
		must(err)
		return s, serveHTTP(t, s)
	}
	_, url := serve("a secret")
	hello := posting{body: `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","clientInfo":{"name":"old client","version":"1"},"capabilities":{}}}`}
	res, body := hello.to(t, url)
	id := res.Header.Get("Mcp-Session-Id")
	if id == "" || res.StatusCode != 200 {
		t.Fatalf("initialize: %d %s", res.StatusCode, body)
	}
	call := posting{body: strings.TrimSpace(callLine("1", "who_calls", `{}`)), header: map[string]string{"Mcp-Session-Id": id}}
	if res, body := call.to(t, url); res.StatusCode != 200 || called.Client != "old client" {
		t.Errorf("%d %s by %+v", res.StatusCode, body, called)
	}
	_, restarted := serve("a secret")
	if res, body := call.to(t, restarted); res.StatusCode != 200 {
		t.Errorf("after a restart: %d %s", res.StatusCode, body)
	}
	_, other := serve("another secret")
	if res, _ := call.to(t, other); res.StatusCode != 404 {
		t.Errorf("with another secret: %d", res.StatusCode)
	}
	who = bob
	if res, _ := call.to(t, url); res.StatusCode != 404 {
		t.Errorf("another's session: %d", res.StatusCode)
	}
	who = ann
	end := posting{method: http.MethodDelete, header: call.header}
	if res, _ := end.to(t, url); res.StatusCode != 204 {
		t.Errorf("DELETE: %d", res.StatusCode)
	}
	for _, p := range []posting{call, end, {method: http.MethodGet, header: call.header}} {
		if res, _ := p.to(t, url); res.StatusCode != 404 {
			t.Errorf("%s after the end: %d", p.method, res.StatusCode)
		}
	}
}

func TestWhoEndsManySessionsRevivesNobodyElses(t *testing.T) {
	var e endings
	e.add("quiet", "mine")
	for n := range 2 * maxEnded {
		e.add("loud", fmt.Sprint(n))
	}
	if !e.has("quiet", "mine") || !e.has("loud", fmt.Sprint(2*maxEnded-1)) || e.all != maxEndedEach+1 {
		t.Errorf("%d ended sessions are remembered", e.all)
	}
	for n := range 2 * maxEnded {
		e.add(fmt.Sprint("member ", n), "x")
	}
	if e.all != maxEnded {
		t.Errorf("of many members %d are remembered", e.all)
	}
}

func TestAKeyIsNamedBeforeTheProgram(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		f, a := newFake(t)
		var called schema.Actor
		f.add("who_calls", tools.Reads, func(_ context.Context, c schema.Call, _ json.RawMessage) (any, error) {
			called = c.Actor
			return textArgs{}, nil
		})
		a.Key, a.Client, a.Proposes = "key_1", "Support triage", true
		s, _ := newServer(t, f, a)
		must(link(t, s, mcpclient.Options{Name: "agent", Protocol: era}).Call(t.Context(), "who_calls", nil, nil))
		if called.Client != "Support triage: agent" || called.Key != "key_1" || !called.Proposes {
			t.Errorf("called by %+v", called)
		}
	})
}

func TestManyCallersAtOnce(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	c := overHTTP(t, s, mcpclient.Options{HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}})
	round := func(calls int) {
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				for range calls {
					want, got := textArgs{fmt.Sprint(i)}, textArgs{}
					if err := c.Call(t.Context(), "echo_text", want, &got); err != nil || got != want {
						t.Errorf("caller %d: %v, %v", i, got, err)
					}
				}
			})
		}
		all.Wait()
	}
	round(2)
	before := heapInUse()
	round(10)
	if grown := heapInUse() - before; grown > 10<<20 {
		t.Errorf("2,000 calls of 200 callers leave %d MiB", grown>>20)
	}
}

// heapInUse is what is left on the heap after a collection.
func heapInUse() int64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestAbandonedSessionsTakeNoMemory(t *testing.T) {
	storetest.Long(t)
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	h := s.Handler()
	begin := func(n int) {
		for range n {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","clientInfo":{"name":"gone","version":"1"},"capabilities":{}}}`))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Header().Get("Mcp-Session-Id") == "" {
				t.Fatalf("initialize: %d %s", w.Code, w.Body)
			}
		}
	}
	begin(1000)
	before := heapInUse()
	begin(20_000)
	grown := heapInUse() - before
	t.Logf("20,000 sessions took %d KiB", grown>>10)
	if grown > 10<<20 { // mcp-go's own transport takes more than 200 MiB
		t.Errorf("20,000 abandoned sessions take %d MiB", grown>>20)
	}
}

func TestAClosedConnectionCancelsAndRollsBack(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		f, a := newFake(t)
		started, ended := make(chan struct{}), make(chan error, 1)
		f.add("save_slowly", tools.Writes, func(ctx context.Context, c schema.Call, _ json.RawMessage) (any, error) {
			err := f.store.Update(ctx, c, func(tx *store.Tx) error {
				if err := tx.Journeys.Put(&schema.Journey{Name: "Never"}); err != nil {
					return err
				}
				close(started)
				<-ctx.Done()
				return ctx.Err()
			})
			ended <- err
			return nil, err
		})
		s, _ := newServer(t, f, a)
		c := link(t, s, mcpclient.Options{Protocol: era})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-started; cancel() }()
		if err := c.Call(ctx, "save_slowly", nil, nil); err == nil {
			t.Error("the call succeeded")
		}
		if err := <-ended; err == nil {
			t.Error("the transaction was committed")
		}
		must(f.store.View(t.Context(), a, func(tx *store.Tx) error {
			if all := must1(tx.Journeys.All()); len(all) != 0 {
				t.Errorf("%d journeys are there", len(all))
			}
			return nil
		}))
		if err := c.Call(t.Context(), "echo_text", nil, nil); err != nil {
			t.Errorf("then a call gives %v", err)
		}
	})
}

func TestAnOlderClientWithdrawsItsCallOverHTTP(t *testing.T) {
	f, a := newFake(t)
	started := make(chan struct{})
	f.add("read_slowly", tools.Reads, func(ctx context.Context, _ schema.Call, _ json.RawMessage) (any, error) {
		close(started)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	s, _ := newServer(t, f, a)
	url := serveHTTP(t, s)
	session := func() map[string]string {
		res, _ := posting{body: `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","clientInfo":{"name":"x","version":"1"},"capabilities":{}}}`}.to(t, url)
		return map[string]string{"Mcp-Session-Id": res.Header.Get("Mcp-Session-Id")}
	}
	mine, others := session(), session()
	got := make(chan string, 1)
	go func() {
		_, body := posting{body: strings.TrimSpace(callLine("7", "read_slowly", `{}`)), header: mine}.to(t, url)
		got <- body
	}()
	<-started
	withdraw := `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}`
	posting{body: withdraw, header: others}.to(t, url)
	select {
	case body := <-got:
		t.Fatalf("another session cancelled the call: %s", body)
	case <-time.After(50 * time.Millisecond):
	}
	posting{body: withdraw, header: mine}.to(t, url)
	if body := <-got; body != ": \n\n" {
		t.Errorf("the call is answered: %s", body)
	}
}

func TestASilentStreamShowsThatItIsAlive(t *testing.T) {
	f, a := newFake(t)
	f.add("work_slowly", tools.Reads, func(ctx context.Context, c schema.Call, args json.RawMessage) (any, error) {
		time.Sleep(100 * time.Millisecond)
		return echoes(ctx, c, args)
	})
	s, _ := newServer(t, f, a)
	s.beat = 60 * time.Millisecond // the first is not late
	res, body := posting{body: strings.TrimSpace(callLine("1", "work_slowly", `{"text":"x"}`))}.to(t, serveHTTP(t, s))
	if res.Header.Get("X-Accel-Buffering") != "no" || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("headers are %v", res.Header)
	}
	if !strings.HasPrefix(body, ": \n\n") || !strings.Contains(body, "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\"") {
		t.Errorf("the stream is %q", body)
	}
}

// A deadlineWriter notes until when a write must have succeeded.
type deadlineWriter struct {
	*httptest.ResponseRecorder
	until []time.Time
}

func (w *deadlineWriter) SetWriteDeadline(t time.Time) error {
	w.until = append(w.until, t)
	return nil
}

func TestAConnectionIsLeftWithoutADeadline(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	f.add("work_slowly", tools.Reads, func(ctx context.Context, c schema.Call, args json.RawMessage) (any, error) {
		time.Sleep(50 * time.Millisecond)
		return echoes(ctx, c, args)
	})
	must(s.addTool(f.list[len(f.list)-1], false))
	s.beat = 10 * time.Millisecond
	for _, tool := range []string{"echo_text", "work_slowly"} { // as JSON, and as a stream
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(callLine("1", tool, `{}`)))
		r.Header.Set("Content-Type", "application/json")
		w := &deadlineWriter{ResponseRecorder: httptest.NewRecorder()}
		s.Handler().ServeHTTP(w, r)
		if n := len(w.until); n < 2 || !w.until[n-1].IsZero() || w.until[0].IsZero() {
			t.Errorf("%s: deadlines are %v", tool, w.until)
		}
	}
}

// What is served is what the headers were held against, however a message
// names it.
func TestANameThatStandsTwice(t *testing.T) {
	f, a := newFake(t)
	f.add("other", tools.Reads, func(context.Context, schema.Call, json.RawMessage) (any, error) { return textArgs{"the other"}, nil })
	s, _ := newServer(t, f, a)
	url := serveHTTP(t, s)
	for _, pad := range []string{"", strings.Repeat("x", 2*heavy)} {
		_, body := posting{
			body:   `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo_text","NAME":"other","arguments":{"text":"x"},"pad":"` + pad + `",` + modernMeta + `}}`,
			header: map[string]string{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "other"},
		}.to(t, url)
		if !strings.Contains(body, "the other") {
			t.Errorf("with %d bytes more: %s", len(pad), body)
		}
	}
}
