package view_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"custory/store/storetest"
)

// axe is the text of axe-core, which checks pages for accessibility. CI fetches
// it into .tools and names it in $CUSTORY_AXE.
func axe(t *testing.T) string {
	t.Helper()
	path := os.Getenv("CUSTORY_AXE")
	if path == "" {
		const missing = "$CUSTORY_AXE names no axe-core: .ci/browser fetches it"
		if os.Getenv("CI") != "" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestNothingSeriousIsInaccessible(t *testing.T) {
	storetest.Long(t)
	script := axe(t)
	w := told(t)
	b, url := w.visit()
	check := func(what string) {
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			found := js[[]string](b, `axe.run(document, {resultTypes: ['violations']}).then((r) => r.passes.length < 10 ? ['axe checked next to nothing'] : r.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + n.failureSummary.slice(0, 200)).join(' | ')))`)
			for _, f := range found {
				t.Errorf("%s, %s: %s", what, scheme, f)
			}
		}
	}
	b.run(chromedp.Navigate(url), chromedp.WaitVisible("#key"), chromedp.Evaluate[chromedp.Void](script))
	check("the sign-in")
	b.run(chromedp.SendKeys("#key", w.token["owner"]), chromedp.Click("form button"))
	b.until("document.querySelectorAll('.card').length > 20")
	for _, v := range []string{"grid", "table", "matrix"} {
		b.view(v)
		check("the " + v)
	}
	b.view("grid")
	b.click(fmt.Sprintf("[data-item=%s]", w.find("A soft landing when the trial ends")))
	b.until("document.querySelector('.history')")
	check("an item")
	b.click(".tools .keys")
	check("the keys")
	b.click(".help .close")
	b.size(360, 740, true)
	check("an item on a phone")
	b.click(".close")
	for _, v := range []string{"grid", "table", "matrix"} {
		b.view(v)
		check("the " + v + " on a phone")
	}
}
