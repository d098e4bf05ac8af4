package view_test

import (
	"strings"
	"testing"

	"custory/store/storetest"
)

// whole tells what of the places is cut off.
const whole = `['.picked', '.sum', '.legend'].filter((s) => { const e = document.querySelector(s), r = e.getBoundingClientRect(); return e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1 || r.left < 0 || r.right > innerWidth })`

func TestAPhoneShowsTheTitleWhole(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b := w.signedIn("viewer")
	b.size(360, 740, true)
	if cut := js[[]string](b, whole); len(cut) > 0 {
		t.Errorf("%q are cut off", cut)
	}
	if got := js[string](b, "document.querySelector('.sum').innerText"); !strings.HasSuffix(got, "17\u00a0signals") {
		t.Errorf("it says %q", got)
	}
	w.call("edit_journey", `{"journey": "Trial to paying customer", "operations": [{"op": "update", "target": "Trial to paying customer", "name": "From the first look at the prices to a paying customer"}]}`)
	b.until("document.querySelector('.picked').textContent.startsWith('From the first')")
	if cut := js[[]string](b, whole); len(cut) > 0 {
		t.Errorf("with a long title, %q are cut off", cut)
	}
	b.shot("title-phone")
}

func TestAPhoneShowsWhatMattersOfEachRow(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	b := w.signedIn("viewer")
	b.view("table")
	if js[bool](b, "[...document.querySelectorAll('.beneath, .sort-by')].some((e) => e.checkVisibility())") {
		t.Error("where there are columns, what they tell is told twice")
	}
	b.size(360, 740, true)
	row := func(title string) string {
		return js[string](b, `[...document.querySelectorAll('.table tbody tr')].find((r) => r.innerText.includes('`+title+`')).innerText`)
	}
	for title, says := range map[string][]string{
		mailed:                          {"Observed", "5", "I invite my team"},
		"Visitors who see a price":      {"23\u00a0%", "Goal 35\u00a0%", "I find out what it costs"},
		"Import wizard that guesses":    {"Idea", "Impact 2", "Effort 5"},
		"Price page with calculator":    {"Confirmed", "Website"},
		"A soft landing when the trial": {"Draft", "New"},
	} {
		for _, s := range says {
			if got := row(title); !strings.Contains(got, s) {
				t.Errorf("the row %q does not say %s", got, s)
			}
		}
	}
	sort := func(by string) {
		js[bool](b, "document.querySelector('.sort-by select').value = '"+by+"', document.querySelector('.sort-by select').dispatchEvent(new Event('change'))")
	}
	sort("severity")
	b.until("document.querySelector('.table tbody tr').innerText.includes('Mailed invitations') && document.activeElement.matches('.sort-by select')")
	b.shot("sorted-phone")
	b.click(".sort-by .plain")
	b.until("!document.querySelector('.table tbody tr').innerText.includes('Mailed invitations') && document.activeElement.matches('.sort-by .plain')")
	sort("updated")
	b.until("document.querySelector('.table tbody tr').innerText.includes('Updated: ')")
	if js[bool](b, "document.querySelector('main').scrollWidth > innerWidth") {
		t.Error("the table is wider than the phone")
	}
}

func TestALaneThatIsEmptyTakesALine(t *testing.T) {
	storetest.Long(t)
	w := newWorld(t)
	w.call("edit_journey", `{"operations": [{"op": "create_journey", "name": "Short", "ref": "j"}, {"op": "add_stage", "in": "j", "name": "One", "ref": "g"}, {"op": "add_step", "in": "g", "name": "I look"}]}`)
	w.call("save_items", `{"items": [{"type": "Insight", "title": "Alone", "place_on": ["I look"]}]}`)
	b, url := w.visit()
	b.scheme("light")
	b.signIn(url, w.token["viewer"])
	b.until("document.querySelector('.card')")
	for _, width := range []int64{1440, 360} {
		b.size(width, 740, width < 400)
		if got := js[[]int](b, "[...document.querySelectorAll('.bare')].map((e) => e.offsetHeight)"); len(got) != 4 || max(got[0], got[1], got[2], got[3]) > 40 {
			t.Errorf("at %d, the empty lanes are %v high", width, got)
		}
		b.shot("bare-" + map[bool]string{true: "phone", false: "desktop"}[width < 400])
	}
}
