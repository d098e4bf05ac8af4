package resources_test

import (
	"strings"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// A world is a small workspace, made by hand, with at least one of everything
// that can be read.
type world struct {
	st    *store.Store
	actor schema.Actor
	calls map[string]schema.ID // by what they did

	journey, child            schema.ID
	finding, deciding         schema.ID // stages
	hear, cost, pay           schema.ID // steps
	admin, boss               schema.ID // personas
	touchpoint, insight       schema.ID
	untested, draft, refused  schema.ID
	opportunity, bet          schema.ID
	solution, metric          schema.ID
	said, proposed, waiting   schema.ID
	dismissed                 schema.ID
	placement, link, citation schema.ID
	comment, note             schema.ID
}

func newWorld(t testing.TB) *world {
	w := &world{st: storetest.Open(t), calls: map[string]schema.ID{}}
	w.actor = storetest.Workspace(t, w.st)
	w.actor.Client = "tests"
	w.update(t, "edit_journey", "made the journey Trial to customer", w.structure)
	w.update(t, "save_items", "made 9 items", w.items)
	w.calls["save_items at first"] = w.calls["save_items"]
	w.update(t, "capture_signals", "filed 5 signals", w.signals)
	w.update(t, "comment", "", w.talk)
	w.update(t, "save_items", "set the status of itm_2", func(tx *store.Tx) error {
		i, err := tx.Items.Get(w.insight)
		if err != nil {
			return err
		}
		i.Status = "Observed"
		i.Description = "Visitors look for the price before anything else.\nMost give up after the second page."
		return tx.Items.Put(i)
	})
	return w
}

func (w *world) update(t testing.TB, tool, says string, fn func(*store.Tx) error) {
	t.Helper()
	id := w.st.NewID(schema.KindCall)
	err := w.st.Update(t.Context(), schema.Call{ID: id, Tool: tool, Actor: w.actor}, func(tx *store.Tx) error {
		tx.Summarize(says)
		return fn(tx)
	})
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	w.calls[tool] = id
}

func (w *world) view(t testing.TB, fn func(*store.Tx) error) {
	t.Helper()
	if err := w.st.View(t.Context(), w.actor, fn); err != nil {
		t.Fatal(err)
	}
}

// must collects the first error of many writes.
type must struct{ err error }

func put[R schema.Record](m *must, put func(R) error, r R) schema.ID {
	if m.err == nil {
		m.err = put(r)
	}
	return r.Self().ID
}

func ptr[T any](v T) *T { return &v }

func (w *world) structure(tx *store.Tx) error {
	var m must
	w.admin = put(&m, tx.Personas.Put, &schema.Persona{Name: "Trial admin", Role: "Head of operations", RoleInJourney: "Team admin", Bio: "Runs the trial beside her day job.",
		Goals: []string{"Have a rota by Friday"}, Frustrations: []string{"Hidden prices", "Long forms"}, TechSavviness: "Medium", Budget: "200 a month", Hidden: []string{"budget"}})
	w.boss = put(&m, tx.Personas.Put, &schema.Persona{Name: "Owner, the boss", RoleInJourney: "Approver"})
	w.journey = put(&m, tx.Journeys.Put, &schema.Journey{Name: "Trial to customer", Description: "From the first visit to the first invoice.", Personas: []schema.ID{w.admin, w.boss}})
	w.finding = put(&m, tx.Stages.Put, &schema.Stage{Journey: w.journey, Name: "Finding out", Position: 1})
	w.deciding = put(&m, tx.Stages.Put, &schema.Stage{Journey: w.journey, Name: "Deciding", Description: "Weighing it up.", Position: 2})
	put(&m, tx.Stages.Put, &schema.Stage{Journey: w.journey, Name: "Staying", Position: 3})
	w.hear = put(&m, tx.Steps.Put, &schema.Step{Stage: w.finding, Name: "I hear about it", Position: 1, Emotion: ptr(4)})
	w.cost = put(&m, tx.Steps.Put, &schema.Step{Stage: w.finding, Name: "I find out: what does it cost?", Description: "Price page, plans and extras.", Position: 2, Emotion: ptr(2), Personas: []schema.ID{w.admin}})
	w.pay = put(&m, tx.Steps.Put, &schema.Step{Stage: w.deciding, Name: "I pay and get my invoice", Position: 1})
	w.child = put(&m, tx.Journeys.Put, &schema.Journey{Name: "Refund"})
	ask := put(&m, tx.Stages.Put, &schema.Stage{Journey: w.child, Name: "Asking"})
	put(&m, tx.Steps.Put, &schema.Step{Stage: ask, Name: "I ask for my money back"})
	put(&m, tx.Nestings.Put, &schema.Nesting{Step: w.pay, Journey: w.child})
	return m.err
}

func (w *world) items(tx *store.Tx) error {
	var m must
	item := func(i *schema.Item, steps ...schema.ID) schema.ID {
		if i.Status == "" {
			i.Status = i.Type.Statuses()[0]
		}
		id := put(&m, tx.Items.Put, i)
		for n, s := range steps {
			w.placement = put(&m, tx.Placements.Put, &schema.Placement{Item: id, Step: s, Position: n})
		}
		return id
	}
	w.touchpoint = item(&schema.Item{Type: schema.Touchpoint, Title: "Price page", Channel: "Website", Actor: []schema.ID{w.admin}}, w.cost)
	w.insight = item(&schema.Item{Type: schema.Insight, Title: "Prices are hard to find", InsightType: "Pain", Severity: ptr(4), AffectedSegment: []schema.ID{w.admin}}, w.cost, w.pay)
	w.untested = item(&schema.Item{Type: schema.Insight, Title: "Invoices come late", Status: "Assumption"}, w.pay)
	w.draft = item(&schema.Item{Type: schema.Insight, Title: "Discounts confuse people", Review: schema.Pending}, w.cost)
	w.refused = item(&schema.Item{Type: schema.Insight, Title: "Nobody reads the price page", Review: schema.DismissedReview, ReviewReason: "two people said the opposite"}, w.cost)
	w.opportunity = item(&schema.Item{Type: schema.Opportunity, Title: "Let visitors see the price at once", Owner: w.actor.ID, Impact: ptr(5), Effort: ptr(2), Priority: "High", Confidence: "High confidence"}, w.cost)
	w.bet = item(&schema.Item{Type: schema.Opportunity, Title: "Rework all plans", Impact: ptr(4), Effort: ptr(5)}, w.pay)
	w.solution = item(&schema.Item{Type: schema.Solution, Title: "Price in the header", SolutionType: "Feature", TargetDate: "2030-03-01"}, w.cost)
	w.metric = item(&schema.Item{Type: schema.Metric, Title: "Trial to paid", MetricType: "Business", Unit: "%", Baseline: ptr(12.0), Current: ptr(14.5), Target: ptr(20.0), Direction: "Higher is better", EvaluationPeriod: "Monthly"}, w.pay)
	item(&schema.Item{Type: schema.Touchpoint, Title: "Invoice mail", Channel: "Email"}) // stands on no step
	link := func(from, to schema.ID) schema.ID {
		return put(&m, tx.Links.Put, &schema.Link{From: from, To: to})
	}
	link(w.touchpoint, w.insight)
	w.link = link(w.insight, w.opportunity)
	link(w.opportunity, w.solution)
	link(w.solution, w.metric)
	put(&m, tx.Tasks.Put, &schema.Task{Item: w.solution, Platform: "Linear", Key: "USE-91", Title: "Show the price", Status: "In Progress", URL: "https://linear.app/x/issue/USE-91"})
	put(&m, tx.Weblinks.Put, &schema.Weblink{Item: w.solution, URL: "https://example.com/sketch", Title: "Sketch"})
	put(&m, tx.Attachments.Put, &schema.Attachment{Item: w.solution, Name: "header.png", MediaType: "image/png", Size: 20480, Digest: "sha256:ab"})
	for n, v := range []float64{12, 13.5, 14.5} {
		put(&m, tx.Readings.Put, &schema.Reading{Item: w.metric, At: time.Date(2029, time.Month(10+n), 1, 0, 0, 0, 0, time.UTC), Value: v})
	}
	return m.err
}

func (w *world) signals(tx *store.Tx) error {
	var m must
	file := func(text, author string, source schema.SourceKind, day int) *schema.Signal {
		s := &schema.Signal{Text: text, Author: author, Source: source, SourceName: "desk", SaidAt: time.Date(2029, 12, day, 9, 0, 0, 0, time.UTC)}
		put(&m, tx.Signals.Put, s)
		return s
	}
	place := func(s *schema.Signal, step schema.ID, state schema.PlacementState, sure *float64, reason string) {
		put(&m, tx.Placements.Put, &schema.Placement{Signal: s.ID, Step: step, State: state, Confidence: sure, Reason: reason})
	}
	cite := func(item schema.ID, s *schema.Signal, quote string, stance schema.Stance) schema.ID {
		at := strings.Index(s.Text, quote)
		return put(&m, tx.Citations.Put, &schema.Citation{Item: item, Signal: s.ID, Start: at, End: at + len(quote), Quote: quote, Stance: stance})
	}
	a := file("Where on earth is the price list?\n# I looked *everywhere*.", "u-1", "support", 1)
	b := file("I gave up looking for what it costs.", "u-2", "research", 5)
	c := file("Refund please, the amount is wrong", "u-3", "chat", 20)
	d := file("Is there a mobile app for the kitchen?", "u-4", "chat", 21)
	e := file("Buy followers now", "", "manual", 22)
	w.said, w.proposed, w.waiting, w.dismissed = a.ID, c.ID, d.ID, e.ID
	place(a, w.cost, schema.PlacementConfirmed, nil, "")
	place(b, w.cost, schema.PlacementPlaced, ptr(0.93), "")
	place(c, w.pay, schema.PlacementProposed, ptr(0.41), "two steps are close")
	place(e, "", schema.PlacementDismissed, nil, "spam")
	w.citation = cite(w.insight, a, "Where on earth is the price list?", schema.Supports)
	cite(w.insight, b, "I gave up looking", schema.Supports)
	return m.err
}

func (w *world) talk(tx *store.Tx) error {
	var m must
	w.comment = put(&m, tx.Comments.Put, &schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: w.insight}, Author: w.actor.ID, Text: "Seen again in the interviews."})
	put(&m, tx.Comments.Put, &schema.Comment{On: schema.Ref{Kind: schema.KindStep, ID: w.cost}, Author: w.actor.ID, Text: "Ask sales."})
	w.note = put(&m, tx.Notes.Put, &schema.Note{Text: "Enterprise customers pay by invoice.", Journey: w.journey, State: schema.NoteReady})
	return m.err
}
