package view_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

const mailed = "Mailed invitations do not reach the people who work the shifts"

// item is a record as the store keeps it.
func (w *world) item(id string) (i *schema.Item) {
	w.Helper()
	err := w.st.View(w.Context(), w.owner, func(tx *store.Tx) (err error) {
		i, err = tx.Items.Get(schema.ID(id))
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return i
}

// opened is a tab of the owner's in which the item is open and can be edited.
func (w *world) opened(title string) (b *tab, id string) {
	w.Helper()
	b, id = w.signedIn("owner"), w.find(title)
	b.click("[data-item=" + id + "]")
	b.until("document.querySelector('.history') && document.querySelector('.rename') && document.querySelector('.facts select')")
	return b, id
}

// typed is what stands in the editor of the title. The driver types Enter even
// where its key is taken.
func (b *tab) typed() string {
	b.Helper()
	return strings.TrimSuffix(js[string](b, "document.querySelector('.title-edit').value"), "\n")
}

// rename opens the editor of the title and puts another there.
func (b *tab) rename(to string) {
	b.Helper()
	b.click(".rename")
	b.until("document.activeElement.matches('.title-edit')")
	js[bool](b, fmt.Sprintf("document.activeElement.value = %q, true", to))
}

// renamed waits until the editor is closed and the item is called so.
func (b *tab) renamed(title string) {
	b.Helper()
	b.until(fmt.Sprintf("!document.querySelector('.title-edit') && document.activeElement.matches('.rename') && document.querySelector('#detail-title').textContent === %q", title))
}

func TestAnItemIsRenamed(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b, id := w.opened(mailed)
	kept := func(want string) {
		t.Helper()
		if got := w.item(id).Title; got != want {
			t.Errorf("it is called %q, not %q", got, want)
		}
	}

	b.rename("Not meant")
	b.run(chromedp.KeyEvent(kb.Escape))
	b.renamed(mailed)
	b.rename("Not meant either")
	b.click(".title-row .plain")
	b.renamed(mailed)
	kept(mailed)

	b.rename("  Invitations by mail\n are not seen ")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.renamed("Invitations by mail are not seen")
	kept("Invitations by mail are not seen")
	b.rename("Invitations drown in junk")
	b.click(".title-row .button")
	b.renamed("Invitations drown in junk")
	kept("Invitations drown in junk")

	long := strings.Repeat("too long ", 30)
	for _, bad := range []struct{ to, says string }{{" ", "at least one word"}, {long, "at most 200"}} {
		b.rename(bad.to)
		b.run(chromedp.KeyEvent(kb.Enter))
		b.until(fmt.Sprintf("document.querySelector('.fault')?.textContent.includes(%q)", bad.says))
		if got := b.typed(); got != bad.to {
			t.Errorf("what was typed became %q", got)
		}
		b.run(chromedp.KeyEvent(kb.Escape))
		b.renamed("Invitations drown in junk")
		b.until("!document.querySelector('.fault').textContent")
	}
	kept("Invitations drown in junk")
}

func TestADraftIsDismissedWithAReason(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b, id := w.opened("A soft landing when the trial ends")
	b.click(".review .button:not(.primary)")
	b.until("document.activeElement.matches('.review input')")
	b.run(chromedp.KeyEvent("We tried that in spring"))
	w.call("save_items", `{"items": [{"item": "`+w.find(mailed)+`", "severity": 1}]}`) // which draws the map anew
	b.until("document.querySelector('[role=status]').textContent.includes('changed')")
	b.click(".review .buttons:not([hidden]) + .buttons .button")
	b.until("!document.querySelector('.detail') && !document.querySelector('.card[data-item=" + id + "]')")
	if i := w.item(id); i.Review != schema.DismissedReview || i.ReviewReason != "We tried that in spring" {
		t.Errorf("it is %q, because %q", i.Review, i.ReviewReason)
	}
}

func TestAnItemThatAnotherTakesAwayIsMissed(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b, id := w.opened("A soft landing when the trial ends")
	b.rename("A soft landing")
	w.call("review_drafts", `{"action": "dismiss", "drafts": ["`+id+`"], "reason": "known"}`)
	b.until("!document.querySelector('.detail') && document.querySelector('.toast').textContent.includes('no longer on this map')")
}

func TestTheKeyboardTakesBackAndDoesAgain(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b, id := w.opened(mailed)
	now := func(n int) {
		t.Helper()
		b.until(fmt.Sprintf("document.querySelector('.scale [aria-pressed=true]')?.textContent === '%d'", n))
		if got := w.item(id).Severity; got == nil || *got != n {
			t.Errorf("the severity is not %d", n)
		}
	}
	press := func(key string, with ...chromedp.Modifier) {
		b.run(chromedp.KeyEvent(key, chromedp.KeyModifiers(with...)))
	}
	b.click("[aria-label='Severity 2 of 5']")
	now(2)
	for range 2 {
		press("z", chromedp.ModifierCtrl)
		now(5)
		press("Z", chromedp.ModifierCtrl, chromedp.ModifierShift)
		now(2)
		press("z", chromedp.ModifierCtrl)
		now(5)
		press("y", chromedp.ModifierCtrl)
		now(2)
	}
}

// TestTwoWhoEditOneItem has a page that has not heard yet what the other did.
func TestTwoWhoEditOneItem(t *testing.T) {
	w := told(t)
	b, id := w.opened(mailed)
	deaf := func(of bool) {
		js[bool](b, fmt.Sprintf("window.real ??= fetch, window.fetch = %v ? (u, o) => o.headers['Mcp-Method'] === 'resources/read' && !window.asked ? new Promise(() => {}) : real(u, o) : real, true", of))
	}
	other := func(args string) { w.call("save_items", `{"items": [{"item": "`+id+`", `+args+`}]}`) }

	deaf(true)
	other(`"title": "What the other says"`)
	js[bool](b, "window.asked = false, true")
	b.rename("What I say")
	js[bool](b, "window.asked = true")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.until("document.querySelector('.fault').textContent.includes('“What the other says” now')")
	if got := b.typed(); got != "What I say" || w.item(id).Title != "What the other says" {
		t.Errorf("typed was %q, kept is %q", got, w.item(id).Title)
	}
	b.shot("conflict")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.renamed("What I say")
	if got := w.item(id).Title; got != "What I say" {
		t.Errorf("it is called %q", got)
	}

	js[bool](b, "window.asked = false, true")
	other(`"severity": 1`)
	js[bool](b, "document.querySelector(\"[aria-label='Severity 3 of 5']\").click(), window.asked = true")
	b.until("document.querySelector('.fault').textContent.includes('nothing was saved') && document.querySelector('.scale [aria-pressed=true]').textContent === '1'")
	b.click("[aria-label='Severity 3 of 5']")
	b.until("document.querySelector('.scale [aria-pressed=true]').textContent === '3' && !document.querySelector('.fault').textContent")
	if got := w.item(id).Severity; got == nil || *got != 3 {
		t.Error("the severity is not 3")
	}
}
