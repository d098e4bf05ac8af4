package view_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"custory/store/storetest"
)

// signIn opens the page and comes in with a key.
func (b *tab) signIn(url, key string) {
	b.Helper()
	b.run(chromedp.Navigate(url), chromedp.WaitVisible("#key"), chromedp.SendKeys("#key", key), chromedp.Click("form button"))
}

// view chooses one of the views.
func (b *tab) view(name string) {
	b.Helper()
	b.click(fmt.Sprintf("[data-view=%s]:not(main)", name))
	b.until(fmt.Sprintf("document.querySelector('main').dataset.view === %q", name))
}

func TestEveryViewHasItsPicture(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b, url := w.visit()
	b.scheme("light")
	b.run(chromedp.Navigate(url), chromedp.WaitVisible("#key"))
	b.shot("sign-in-light")
	b.signIn(url, w.token["owner"])
	b.until("document.querySelectorAll('.card').length > 20 && document.querySelector('.cue')?.dataset.state === 'live'")
	item := w.find("Mailed invitations do not reach the people who work the shifts")
	for _, size := range []struct {
		name  string
		w, h  int64
		phone bool
	}{{"desktop", 1440, 900, false}, {"phone", 360, 740, true}} {
		b.size(size.w, size.h, size.phone)
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			for _, v := range []string{"grid", "table", "matrix"} {
				b.view(v)
				b.shot(fmt.Sprintf("%s-%s-%s", v, size.name, scheme))
				if over := js[bool](b, "document.documentElement.scrollWidth > innerWidth"); over {
					t.Errorf("the %s is wider than the %s", v, size.name)
				}
			}
			b.view("grid")
			b.click(fmt.Sprintf(".card[data-item=%s]", item))
			b.until("document.querySelectorAll('.quote').length === 6")
			b.shot(fmt.Sprintf("item-%s-%s", size.name, scheme))
			b.click(".close")
		}
	}
}

// visit is a new tab, and where the world is served. The server outlives the
// tab: what it cuts off would count as a fault of the page.
func (w *world) visit() (b *tab, url string) {
	w.Helper()
	url = w.serve().URL
	return open(w.TB), url
}

// signedIn is a tab in which the journey's map is shown.
func (w *world) signedIn(key string) *tab {
	w.Helper()
	b, url := w.visit()
	b.scheme("light")
	b.signIn(url, w.token[key])
	b.until("document.querySelectorAll('.card').length > 20 && document.querySelector('.cue')?.dataset.state === 'live'")
	return b
}

func TestChangesOfOthersAppearByThemselves(t *testing.T) {
	w := told(t)
	b := w.signedIn("viewer")
	id := w.find("Reminder mails")
	w.call("save_items", `{"items": [{"item": "`+id+`", "title": "Reminders that nobody sent"}, {"type": "Insight", "title": "Quite new", "place_on": ["I decide to pay"]}]}`)
	b.until(`document.querySelector('[data-item=` + id + `]').textContent.includes('nobody sent') && document.body.textContent.includes('Quite new')`)
	b.until(`document.querySelector('[role=status]').textContent.includes('2\u00a0items changed')`)
}

func TestAnEditorEditsAndTakesBack(t *testing.T) {
	w := told(t)
	b := w.signedIn("owner")
	id := w.find("Mailed invitations do not reach the people who work the shifts")
	b.click("[data-item=" + id + "]")
	b.until("document.querySelectorAll('.quote').length === 6 && document.querySelector('.facts select')")
	b.click("[aria-label='Severity 2 of 5']")
	b.until("document.querySelector('[aria-label=\"Severity 2 of 5\"]')?.getAttribute('aria-pressed') === 'true'")
	js[bool](b, `const st = document.querySelector('.facts [aria-label=Status]'); st.value = 'Validated'; st.dispatchEvent(new Event('change')); true`)
	b.until(`document.querySelector('[data-item=` + id + `]').textContent.includes('Validated')`)
	b.click(".tools .plain.small:not([hidden])")
	b.until(`document.querySelector('[data-item=` + id + `]').textContent.includes('Observed')`)

	// What another changes in between shows in the open item.
	w.call("save_items", `{"items": [{"item": "`+id+`", "severity": 3}]}`)
	b.until("document.querySelector('[aria-label=\"Severity 3 of 5\"]')?.getAttribute('aria-pressed') === 'true'")

	draft := w.find("A soft landing when the trial ends")
	b.click("[data-item=" + draft + "]")
	b.click(".review .primary")
	b.until("!document.querySelector('.review')")
	if m, _ := w.mapOf("Trial to paying customer"); m.Counts.Drafts != 1 {
		t.Errorf("%d drafts wait", m.Counts.Drafts)
	}
}

func TestAViewerCannotEditAndAStrangerSeesNothing(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	again := w.serve().URL
	b := w.signedIn("viewer")
	b.click(".card.t-Insight")
	b.until("document.querySelector('.rest .part')")
	if js[int](b, "document.querySelectorAll('.detail select, .detail input, .detail textarea, .scale').length") > 0 {
		t.Error("a viewer is offered to edit")
	}
	b.click(".end .plain")
	b.until("document.querySelector('#key') && !sessionStorage.length")
	b.signIn(again, "nobody")
	b.until("document.querySelector('.fault')?.textContent.includes('does not know this key')")
	if js[bool](b, "document.body.textContent.includes('paying customer')") {
		t.Error("a stranger sees the journey")
	}
}

func TestWhatIsNoKeyIsSaidInTheForm(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b, url := w.visit()
	b.signIn(url, "hello world")
	b.until("document.querySelector('#key') && document.querySelector('.fault')?.textContent.includes('not a key')")
	b.signIn(url, "  Bearer "+w.token["viewer"]+" ")
	b.until("document.querySelector('.card.t-Insight')")
}

func TestWhoMayOnlyProposeReads(t *testing.T) {
	storetest.Long(t)
	b := told(t).signedIn("proposer")
	b.click(".card.t-Insight")
	b.until("document.querySelector('.rest .part')")
	if js[int](b, "document.querySelectorAll('.detail select, .detail input, .detail textarea, .scale').length") > 0 {
		t.Error("a key that may only propose is offered to edit")
	}
}

func TestARevokedKeyLeadsBackToTheForm(t *testing.T) {
	w := told(t)
	b := w.signedIn("viewer")
	k := w.keys["viewer"]
	k.Revoked = w.st.Now()
	w.put(k)
	b.until("document.querySelector('#key') && document.querySelector('.fault')?.textContent.includes('revoked') && !sessionStorage.length")
	if js[bool](b, "document.body.textContent.includes('paying customer')") {
		t.Error("the journey still shows")
	}
}

func TestALostStreamIsTakenUpAgain(t *testing.T) {
	w := told(t)
	s := w.serve()
	b := open(t)
	b.broken = true
	b.signIn(s.URL, w.token["viewer"])
	b.until("document.querySelector('.cue')?.dataset.state === 'live'")
	s.CloseClientConnections()
	b.until("document.querySelector('.cue').dataset.state === 'waiting'")
	b.until("document.querySelector('.cue').dataset.state === 'live'")
	w.call("save_items", `{"items": [{"item": "`+w.find("Price page with calculator")+`", "title": "Heard after the break"}]}`)
	b.until("document.body.textContent.includes('Heard after the break')")
}

func TestTheKeyboardReachesEverything(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b := w.signedIn("viewer")
	b.run(chromedp.KeyEvent("/"))
	b.until("document.activeElement.id === 'search'")
	js[bool](b, "document.querySelector('#search').value = '', true") // the driver types the slash even where its key is taken
	b.run(chromedp.SendKeys("#search", "calendar hour"))
	b.until("document.querySelectorAll('.card:not(.meant)').length === 1 && document.querySelectorAll('.card.meant').length > 0 && document.querySelector('.found').textContent.includes('by meaning')")
	b.run(chromedp.KeyEvent(kb.Escape))
	b.until("document.querySelectorAll('.card').length > 20")
	js[bool](b, "document.querySelector('.lane button[tabindex=\"0\"]').focus(), true")
	b.run(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowDown))
	b.until("document.activeElement.matches('.t-Insight') && document.querySelectorAll('.lane button[tabindex=\"0\"]').length === 1")
	here := js[string](b, "document.activeElement.dataset.item")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.until("document.activeElement.id === 'detail-title'")
	b.run(chromedp.KeyEvent(kb.Escape))
	b.until("!document.querySelector('.detail') && document.activeElement.dataset.item === '" + here + "'")
	b.run(chromedp.SendKeys("#search", "no such thing anywhere"))
	b.until("document.querySelector('.empty h2')?.textContent === 'Nothing matches'")
}

func TestThePageHoldsNoDataAndIsStrict(t *testing.T) {
	s := newWorld(t).serve()
	res, err := http.Get(s.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	policy := res.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "connect-src 'self'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %s", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the headers are %v", res.Header)
	}
	for path, want := range map[string]int{"/": http.StatusMethodNotAllowed, "/other": http.StatusNotFound} {
		if res, err := http.Post(s.URL+path, "text/plain", nil); err != nil || res.StatusCode != want {
			t.Errorf("POST %s: %v, %v", path, res.StatusCode, err)
		}
	}
}
