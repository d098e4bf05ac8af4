package resources_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"custory/resources"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// filled makes a journey of some steps with n items, each with a description,
// every insight quoted, and every metric read some
// times.
func filled(t testing.TB, steps, n, readings int) (*world, schema.ID) {
	w := &world{st: storetest.Open(t), calls: map[string]schema.ID{}}
	w.actor = storetest.Workspace(t, w.st)
	w.update(t, "fill", "", func(tx *store.Tx) error {
		var m must
		w.journey = put(&m, tx.Journeys.Put, &schema.Journey{Name: "Full"})
		stage := put(&m, tx.Stages.Put, &schema.Stage{Journey: w.journey, Name: "Only one"})
		said := &schema.Signal{Text: "We waited and waited.", Source: "chat", Author: "u-1"}
		put(&m, tx.Signals.Put, said)
		var on []schema.ID
		for i := range steps {
			on = append(on, put(&m, tx.Steps.Put, &schema.Step{Stage: stage, Name: fmt.Sprint("I wait ", i), Position: i}))
		}
		types := schema.ItemType("").Values()
		for i := range n {
			it := &schema.Item{Type: types[i%5], Title: fmt.Sprintf("What %d of them say about waiting", i), Description: strings.Repeat("They wait for an answer. ", 5)}
			it.Status = it.Type.Statuses()[0]
			id := put(&m, tx.Items.Put, it)
			put(&m, tx.Placements.Put, &schema.Placement{Item: id, Step: on[i%steps], Position: i})
			switch it.Type {
			case schema.Insight:
				put(&m, tx.Citations.Put, &schema.Citation{Item: id, Signal: said.ID, Start: 0, End: 9, Quote: "We waited", Stance: schema.Supports})
			case schema.Metric:
				for r := range readings {
					put(&m, tx.Readings.Put, &schema.Reading{Item: id, At: tx.Now.AddDate(0, 0, r), Value: float64(r)})
				}
			}
		}
		return m.err
	})
	return w, w.journey
}

func (w *world) mapOf(t testing.TB, journey schema.ID) (v *resources.MapView) {
	t.Helper()
	w.view(t, func(tx *store.Tx) (err error) {
		v, err = resources.Map(tx, journey)
		return err
	})
	return v
}

func TestAMapHoldsEachItemOnceWithWhatItsCardShows(t *testing.T) {
	w := newWorld(t)
	v := w.mapOf(t, w.journey)
	at := map[schema.ID]resources.MapItem{}
	for _, i := range v.Items {
		if _, twice := at[i.ID]; twice {
			t.Errorf("%s stands there twice", i.ID)
		}
		at[i.ID] = i
	}
	if _, there := at[w.refused]; there {
		t.Error("a dismissed draft is drawn")
	}
	if !at[w.draft].Draft || at[w.insight].People != 2 || at[w.insight].Quotes != 2 || !slices.Equal(at[w.insight].Personas, []schema.ID{w.admin}) {
		t.Errorf("the draft is %+v, the insight %+v", at[w.draft], at[w.insight])
	}
	if m := at[w.metric].Metric; m == nil || len(m.Readings) != 3 || m.Readings[2].Value != 14.5 || *m.Target != 20 {
		t.Errorf("the metric is %+v", m)
	}
	if o := at[w.opportunity].Owner; o != w.actor.ID || v.People[0].ID != o || v.People[0].Name == "" {
		t.Errorf("the owner %s is named %v", o, v.People)
	}
	if v.You.Role != w.actor.Role || v.You.ID != w.actor.ID {
		t.Errorf("it is read by %+v", v.You)
	}
	if on := v.Stages[0].Steps[1].Items; !slices.Contains(on, w.insight) || !slices.Contains(v.Stages[1].Steps[0].Items, w.insight) {
		t.Errorf("the insight is not on both of its steps: %v", on)
	}
	if len(v.LeftOut) > 0 {
		t.Errorf("it leaves out %v", v.LeftOut)
	}
}

func TestAMapOfTwoThousandItemsIsWhole(t *testing.T) {
	storetest.Long(t)
	w, journey := filled(t, 77, 2000, 15)
	v := w.mapOf(t, journey)
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Items) != 2000 || len(v.LeftOut) > 0 || len(b) > 1_600_000 {
		t.Errorf("it has %d items in %d bytes and leaves out %v", len(v.Items), len(b), v.LeftOut)
	}
	if m := v.Items[slices.IndexFunc(v.Items, func(i resources.MapItem) bool { return i.Metric != nil })].Metric; len(m.Readings) != 12 || m.Readings[11].Value != 14 {
		t.Errorf("a metric of 15 readings shows %d, not the newest 12", len(m.Readings))
	}
}

func TestAMapSaysWhatIsBeyondItsBounds(t *testing.T) {
	storetest.Long(t)
	w, journey := filled(t, resources.MaxMapSteps+3, resources.MaxMapItems+60, 0)
	v := w.mapOf(t, journey)
	said := strings.Join(v.LeftOut, "; ")
	// Five items stand on each step, and one more on the first 45.
	if len(v.Items) != resources.MaxMapItems || len(v.Stages[0].Steps) != resources.MaxMapSteps || !strings.Contains(said, "3 steps") || !strings.Contains(said, "45 items") {
		t.Errorf("it has %d items on %d steps and says %q", len(v.Items), len(v.Stages[0].Steps), said)
	}
}

func BenchmarkMap(b *testing.B) {
	w, journey := filled(b, 77, 2000, 15)
	for b.Loop() {
		w.view(b, func(tx *store.Tx) error {
			text, _, err := resources.Read(b.Context(), tx, "custory://journey/"+string(journey)+"/map?format=json")
			b.SetBytes(int64(len(text)))
			return err
		})
	}
}
