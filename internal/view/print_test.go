package view_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"custory/store/storetest"
)

// printed is the page as a PDF.
func (b *tab) printed(name string) []byte {
	b.Helper()
	pdf, err := chromedp.Run(b.ctx, chromedp.Action[[]byte](func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		r, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
		return r.Data, err
	}))
	if err != nil {
		b.Fatal(err)
	}
	if dir := os.Getenv("CUSTORY_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return pdf
}

var pageOfPDF = regexp.MustCompile(`/Type\s*/Page\b`)

func TestTheMapIsPrinted(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b := w.signedIn("owner")
	b.click("[data-item=" + w.find(mailed) + "]")
	b.until("document.querySelector('.detail .history')")
	js[bool](b, "window.most = 0, addEventListener('beforeprint', () => { most = document.querySelectorAll('.grid').length }), true")
	for _, v := range []string{"grid", "table", "matrix"} {
		b.view(v)
		pdf := b.printed(v)
		if n := len(pageOfPDF.FindAll(pdf, -1)); !bytes.HasPrefix(pdf, []byte("%PDF")) || n == 0 || v == "grid" && n < 3 {
			t.Errorf("the %s is printed on %d pages", v, n)
		}
	}
	if n := js[int](b, "most"); n != 0 {
		t.Errorf("the matrix is printed with %d grids", n)
	}
	b.view("grid")
	b.printed("grid")
	b.until("most === 3 && document.querySelectorAll('.grid').length === 1")
}

// TestOnPaperIsTheMapAndNothingElse looks at what would be printed, as wide as
// the paper is, of a map that is dark on the screen.
func TestOnPaperIsTheMapAndNothingElse(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b := w.signedIn("owner")
	cards := js[int](b, "document.querySelectorAll('.card').length")
	b.click("[data-item=" + w.find(mailed) + "]")
	b.until("document.querySelector('.detail .history')")
	b.size(1047, 718, false)
	b.run(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}))
	js[bool](b, "document.documentElement.dataset.theme = 'dark', true")
	for _, sheets := range []bool{false, true} {
		if sheets {
			js[bool](b, "dispatchEvent(new Event('beforeprint'))")
		}
		if n := js[int](b, "['.tools', '.side', '.end', '.toast'].filter((s) => document.querySelector(s).checkVisibility()).length"); n > 0 {
			t.Errorf("%d things that are no use on paper are on it", n)
		}
		if n := js[int](b, "document.querySelectorAll('.card').length"); n != cards {
			t.Errorf("%d cards of %d are printed", n, cards)
		}
		out := js[[]string](b, `[...document.querySelectorAll('.card, .step, .stage, .bend')].filter((e) => {
			const r = e.getBoundingClientRect();
			const clipped = (p) => p && (getComputedStyle(p).overflow !== 'visible' && p.scrollHeight > p.clientHeight + 1 || clipped(p.parentElement));
			return r.left < 0 || r.right > innerWidth || !r.width || !r.height || clipped(e.parentElement.closest('.row'));
		}).map((e) => e.textContent)`)
		if len(out) > 0 {
			t.Errorf("%q are cut off", out)
		}
	}
	b.size(1047, 2000, false)
	b.shot("paper")
	if got := js[string](b, "getComputedStyle(document.body).color"); got != "rgb(27, 26, 23)" {
		t.Errorf("the ink is %s", got)
	}
}
