package view_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"custory/internal/view"
	"custory/resources"
	"custory/schema"
	"custory/store/storetest"
)

// big is the map of 2,000 items on 77 steps.
func big() *resources.MapView {
	m := &resources.MapView{ID: "jny_1", Slug: "big", Name: "Big"}
	types := schema.ItemType("").Values()
	for s := range 77 {
		if s%11 == 0 {
			m.Stages = append(m.Stages, resources.MapStage{ID: schema.ID(fmt.Sprintf("stg_%d", s)), Name: fmt.Sprint("Stage ", s)})
		}
		st := &m.Stages[len(m.Stages)-1]
		st.Steps = append(st.Steps, resources.MapStep{ID: schema.ID(fmt.Sprintf("stp_%d", s)), Name: fmt.Sprint("I do step ", s), Emotion: 1 + s%5, Coverage: schema.Assumed})
	}
	for n := range 2000 {
		i := resources.MapItem{ID: schema.ID(fmt.Sprintf("itm_%d", n)), Type: types[n%5], Title: fmt.Sprintf("What %d of them say about waiting for an answer", n), Status: types[n%5].Statuses()[0], Severity: 1 + n%5, Impact: 1 + n%4, Effort: 1 + n%5, Updated: time.Unix(int64(n), 0)}
		m.Items = append(m.Items, i)
		st := &m.Stages[n%77/11].Steps[n%77%11]
		st.Items = append(st.Items, i.ID)
	}
	return m
}

// TestTwoThousandItemsDoNotStutter measures in units of what the browser takes
// to make and lay out as many bare elements, so that slow machines are no
// excuse and fast ones no help.
func TestTwoThousandItemsDoNotStutter(t *testing.T) {
	storetest.Long(t)
	html, err := view.Export(big(), nil)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "big.html")
	if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(t)
	b.run(chromedp.Navigate("file://" + file))
	b.until("document.querySelectorAll('.card').length >= 2000 * 0.9")
	nodes := js[int](b, "document.querySelectorAll('*').length")
	bare := js[float64](b, fmt.Sprintf(`(() => { const t = performance.now(), root = document.createElement('div'); for (let i = 0; i < %d; i++) { const e = document.createElement('div'); e.className = 'x'; e.append('words of an item'); root.append(e); } document.body.append(root); root.offsetHeight; const took = performance.now() - t; root.remove(); return took })()`, nodes))
	took := func(view string) float64 {
		return js[float64](b, `(() => { const t = performance.now(); document.querySelector('.views [data-view=`+view+`]').click(); document.querySelector('main').offsetHeight; return performance.now() - t })()`)
	}
	took("matrix")
	for _, v := range []string{"table", "matrix", "grid"} {
		ms := took(v)
		t.Logf("the %s takes %.0f ms, %d bare elements %.0f ms", v, ms, nodes, bare)
		if ms > 12*bare+100 {
			t.Errorf("the %s takes %.0f ms, and %d bare elements only %.0f", v, ms, nodes, bare)
		}
	}
	ms := js[float64](b, `(() => { const t = performance.now(), s = document.querySelector('[aria-label=Group]'); s.value = 'Insight'; s.dispatchEvent(new Event('change')); document.querySelector('main').offsetHeight; return performance.now() - t })()`)
	t.Logf("filtering takes %.0f ms", ms)
	if ms > 12*bare+100 {
		t.Errorf("filtering takes %.0f ms", ms)
	}
}
