package view_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"custory/store/storetest"
)

func TestTheKeysAreTold(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b, _ := w.opened(mailed)
	b.run(chromedp.KeyEvent("?"))
	b.until("document.querySelector('.help').open && document.querySelector('.help').contains(document.activeElement)")
	b.shot("keys")
	if got := js[string](b, "document.querySelector('.help').innerText"); !strings.Contains(got, "Take back") {
		t.Errorf("it tells %q", got)
	}
	b.run(chromedp.KeyEvent("/"))
	b.run(chromedp.KeyEvent(kb.Escape))
	b.until("!document.querySelector('.help').open && document.querySelector('.detail') && document.activeElement.id === 'detail-title'")
	b.click(".tools .keys")
	b.until("document.querySelector('.help').open")
	b.click(".help .close")
	b.until("!document.querySelector('.help').open")
}

func TestWhoCannotEditIsToldNoKeysForThat(t *testing.T) {
	storetest.Long(t)
	b := told(t).signedIn("viewer")
	b.click(".tools .keys")
	b.until("document.querySelector('.help').open")
	if got := js[string](b, "document.querySelector('.help').innerText"); strings.Contains(got, "Take back") || !strings.Contains(got, "Search") {
		t.Errorf("it tells %q", got)
	}
}

func TestALinkLeadsToAnItem(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b, id := w.opened(mailed)
	js[bool](b, "navigator.clipboard.writeText = async (t) => { window.copied = t }, true")
	b.click(".copy")
	b.until("document.querySelector('.toast').textContent === 'Link copied'")
	link := js[string](b, "copied")
	if !strings.HasSuffix(link, "/"+id) {
		t.Errorf("the link is %s", link)
	}
	js[bool](b, "navigator.clipboard.writeText = async () => { throw new Error('not here') }, true")
	b.click(".copy")
	b.until("document.querySelector('.toast').textContent.includes('address bar')")
	if got := js[string](b, "location.href"); got != link {
		t.Errorf("the address is %s, not %s", got, link)
	}

	other := open(t)
	other.signIn(link, w.token["viewer"])
	other.until("document.querySelector('.detail')?.dataset.item === '" + id + "'")
	gone := open(t)
	gone.signIn(strings.TrimSuffix(link, id)+"itm_999", w.token["viewer"])
	gone.until("document.querySelector('.toast')?.textContent.includes('not on this map')")
}
