package view_test

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"custory/store/storetest"
)

// frame is the sealed frame of a page, which to the browser is a page of its
// own. What goes wrong in it fails the test as well.
func (b *tab) frame() *tab {
	b.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		all, err := chromedp.Targets(b.ctx)
		if err != nil {
			b.Fatal(err)
		}
		for _, info := range all {
			if info.Type != "iframe" {
				continue
			}
			ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithTargetID(info.TargetID))
			b.Cleanup(stop)
			f := &tab{TB: b.TB, ctx: ctx, in: b}
			f.run(command(log.Enable, cdp.Empty{}), command(runtime.Enable, cdp.Empty{}))
			if err := chromedp.Listen(ctx, f.heard); err != nil {
				b.Fatal(err)
			}
			return f
		}
	}
	b.Fatal("the page has no sealed frame")
	return nil
}

// TestASealedFrameShowsTheMap has the app where most assistants show it: in a
// sandbox of no origin, without storage, under the policy of the host.
func TestASealedFrameShowsTheMap(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b := open(t)
	b.run(chromedp.Navigate(w.hosted("Trial to paying customer", `{"serverTools": {}, "serverResources": {}}`, `sandbox="allow-scripts"`,
		"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; connect-src 'self'; base-uri 'none'")))
	f := b.frame()
	f.until("document.querySelectorAll('.card').length > 20")
	if got := js[string](f, "(() => { try { return String(sessionStorage) } catch (e) { return e.name + ' ' + origin } })()"); got != "SecurityError null" {
		t.Fatalf("the frame is not sealed: %s", got)
	}
	f.click("[data-item=" + w.find(mailed) + "]")
	f.until("document.querySelectorAll('.quote').length === 6 && document.querySelector('.facts select')")
	f.click("[aria-label='Severity 2 of 5']")
	f.until("document.querySelector('.scale [aria-pressed=true]').textContent === '2'")
	for _, v := range []string{"table", "matrix", "grid"} { // each is to be kept, which fails
		f.view(v)
	}
	js[bool](f, "document.querySelector('[aria-label=Group]').value = 'Insight', document.querySelector('[aria-label=Group]').dispatchEvent(new Event('change'))")
	f.until("document.querySelector('.found').textContent.includes('8 of ')")
	b.shot("sealed")
}
