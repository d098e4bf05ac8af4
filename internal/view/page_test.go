package view_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
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
	w := told(t)
	url := w.serve().URL
	b := open(t)
	b.scheme("light")
	b.run(chromedp.Navigate(url), chromedp.WaitVisible("#key"))
	b.shot("sign-in-light")
	b.signIn(url, "owner-key")
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
