package view_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"custory/internal/mcpclient"
	"custory/internal/view"
	"custory/store/storetest"
)

// host is a page that shows the app as an assistant would: it speaks JSON-RPC
// with it, and passes on what the app reads and calls.
const host = `<!doctype html><title>host</title><iframe id="app" %s width="1000" height="720" srcdoc="%s"></iframe><script>
const frame = document.getElementById('app'), heard = [];
const send = (m) => frame.contentWindow.postMessage({jsonrpc: '2.0', ...m}, '*');
addEventListener('message', async ({source, data}) => {
  if (source !== frame.contentWindow) return;
  heard.push(data.method ?? 'answer ' + data.id);
  if (data.method === 'ui/initialize') return send({id: data.id, result: {protocolVersion: data.params.protocolVersion, hostInfo: {name: 'host', version: '1'}, hostCapabilities: %s,
    hostContext: {theme: 'dark', locale: 'en-GB', containerDimensions: {maxHeight: 700}}}});
  if (data.method === 'ui/notifications/initialized') {
    send({method: 'ui/notifications/tool-input', params: {arguments: {journey: %s}}});
    send({method: 'ui/notifications/tool-result', params: %s});
  }
  if (data.method === 'resources/read' || data.method === 'tools/call') {
    const r = await fetch('/rpc', {method: 'POST', body: JSON.stringify(data)});
    send(await r.json());
  }
});
</script>`

// assistant shows the app in a host that can do as much as it says.
func (w *world) assistant(journey, can string) *tab {
	w.Helper()
	b := open(w.TB)
	b.run(chromedp.Navigate(w.hosted(journey, can, "", "")))
	b.until("frames[0].document.querySelectorAll('.card').length > 20")
	return b
}

// hosted is where such a host is, what its frame is allowed, and its policy,
// which is the app's as well.
func (w *world) hosted(journey, can, frame, policy string) (url string) {
	w.Helper()
	named, err := json.Marshal(journey)
	if err != nil {
		w.Fatal(err)
	}
	result, err := json.Marshal(map[string]any{"structuredContent": w.call("get_journey", `{"journey": `+string(named)+`, "format": "data"}`), "content": []any{}})
	if err != nil {
		w.Fatal(err)
	}
	client, err := mcpclient.HTTP(w.Context(), w.serve().URL+"/mcp", mcpclient.Options{Header: http.Header{"Authorization": {"Bearer " + w.token["owner"]}}})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = client.Close() })
	mux := http.NewServeMux()
	mux.HandleFunc("POST /rpc", func(rw http.ResponseWriter, r *http.Request) {
		var q struct {
			ID     json.RawMessage
			Method string
			Params map[string]any
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			w.Error(err)
		}
		answer := map[string]any{"jsonrpc": "2.0", "id": q.ID}
		var res json.RawMessage
		if err := client.Request(r.Context(), q.Method, q.Params, &res); err != nil {
			answer["error"] = map[string]any{"code": -32602, "message": err.Error()}
		} else {
			answer["result"] = res
		}
		_ = json.NewEncoder(rw).Encode(answer)
	})
	mux.HandleFunc("/", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		if policy != "" {
			rw.Header().Set("Content-Security-Policy", policy)
		}
		fmt.Fprintf(rw, host, frame, html.EscapeString(view.App()), can, named, result)
	})
	s := httptest.NewServer(mux)
	w.Cleanup(s.Close)
	return s.URL
}

func TestAnAssistantShowsTheMap(t *testing.T) {
	w := told(t)
	b := w.assistant("Trial to paying customer", `{"serverTools": {}, "serverResources": {}}`)
	const doc = "frames[0].document"
	b.until(doc + ".documentElement.dataset.theme === 'dark' && heard.includes('ui/notifications/size-changed')")
	b.shot("app-dark")
	id := w.find("Mailed invitations do not reach the people who work the shifts")
	js[bool](b, doc+".querySelector('[data-item="+id+"]').click(), true")
	b.until(doc + ".querySelectorAll('.quote').length === 6 && " + doc + ".querySelector('.facts select')")
	js[bool](b, doc+".querySelector('[aria-label=\"Severity 1 of 5\"]').click(), true")
	b.until(doc + ".querySelector('[aria-label=\"Severity 1 of 5\"]')?.getAttribute('aria-pressed') === 'true'")
	js[bool](b, "send({method: 'ui/notifications/host-context-changed', params: {theme: 'light'}}), true")
	b.until(doc + ".documentElement.dataset.theme === 'light'")
	b.shot("app-light")
	js[bool](b, "send({id: 'end', method: 'ui/resource-teardown', params: {}}), true")
	b.until("heard.includes('answer end')")
}

func TestAnAssistantThatPassesNothingOnShowsWhatItWasTold(t *testing.T) {
	storetest.Long(t)
	b := told(t).assistant("Trial to paying customer", `{}`)
	js[bool](b, "frames[0].document.querySelector('.card.t-Insight').click(), true")
	b.until("frames[0].document.querySelector('.detail-title')")
	if js[int](b, "frames[0].document.querySelectorAll('.detail select').length") > 0 {
		t.Error("it offers to edit what it cannot")
	}
}
