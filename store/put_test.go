package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"custory/schema"
	"custory/store"
)

func TestPutCreatesWhatHasNoID(t *testing.T) {
	w := newWorld(t)
	j := &schema.Journey{Head: schema.Head{Version: 9, Workspace: "wsp_9", Created: time.UnixMilli(1)}, Slugs: schema.Slugs{Slug: "mine", Aliases: []string{"too"}}, Name: "Trial"}
	w.put(t, j)
	if j.ID.Kind() != schema.KindJourney || j.Version != 1 || j.Workspace != w.actor.Workspace || j.Created.Year() != 2030 || !j.Created.Equal(j.Updated) {
		t.Errorf("the head of a new journey is %+v", j.Head)
	}
	if want := (schema.Slugs{Slug: "trial"}); !cmp.Equal(j.Slugs, want) {
		t.Errorf("its slugs are %+v, want %+v", j.Slugs, want)
	}
	w.view(t, func(tx *store.Tx) error {
		got, err := tx.Journeys.Get(j.ID)
		if diff := cmp.Diff(j, got); diff != "" {
			t.Errorf("it is read otherwise than it was written (-written +read):\n%s", diff)
		}
		return err
	})
}

func TestPutRefusesAnOldVersion(t *testing.T) {
	w := newWorld(t)
	j := &schema.Journey{Name: "Trial"}
	w.put(t, j)
	mine, yours := *j, *j
	mine.Name = "Mine"
	w.put(t, &mine)
	if mine.Version != 2 {
		t.Errorf("the second version is %d", mine.Version)
	}
	yours.Name = "Yours"
	w.refuse(t, "put", schema.Conflict, []string{"jny_1 is at version 2, not 1", "fetch it"}, func(tx *store.Tx) error { return tx.Journeys.Put(&yours) })
	yours.Version = 3
	w.refuse(t, "put", schema.Conflict, []string{"jny_1 is at version 2, not 3"}, func(tx *store.Tx) error { return tx.Journeys.Put(&yours) })
	yours.ID = "jny_77"
	w.refuse(t, "put", schema.NotFound, []string{"there is no journey jny_77"}, func(tx *store.Tx) error { return tx.Journeys.Put(&yours) })
	yours.ID = "stg_1"
	w.refuse(t, "put", schema.Invalid, []string{"stg_1 is a stage; a journey is wanted"}, func(tx *store.Tx) error { return tx.Journeys.Put(&yours) })
}

func TestPuttingWhatIsThereWritesNothing(t *testing.T) {
	w := newSmall(t)
	head := func() (seq int64) {
		w.view(t, func(tx *store.Tx) (err error) { seq, err = tx.Head(); return err })
		return seq
	}
	before := head()
	var all []schema.Record
	w.view(t, func(tx *store.Tx) error {
		for _, id := range []schema.ID{w.journey, w.stage, w.step, w.item, w.placement, w.citation} {
			r, err := tx.Get(id)
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	call := w.update(t, "put", func(tx *store.Tx) error {
		for _, r := range all {
			h := r.Self()
			h.Updated, h.Created = time.Now(), time.Now() // not for the caller to say
			if err := put(tx, r); err != nil {
				return err
			}
			if h.Version != 1 || h.Updated.Year() != 2030 || h.Created.Year() != 2030 {
				t.Errorf("putting %s as it was makes its head %+v", h.ID, *h)
			}
		}
		if tx.Seq() != 0 {
			t.Errorf("Seq() = %d in a call that changed nothing", tx.Seq())
		}
		return nil
	})
	if after := head(); after != before {
		t.Errorf("the log went on from %d to %d", before, after)
	}
	w.view(t, func(tx *store.Tx) error {
		if _, err := tx.LoggedCall(call); !errors.Is(err, schema.NotFound) {
			t.Errorf("a call that changed nothing is in the log: %v", err)
		}
		return nil
	})
}

func TestTimesAreKeptToTheMillisecondInUTC(t *testing.T) {
	w := newWorld(t)
	metric := w.put(t, &schema.Item{Type: schema.Metric, Title: "Trials", Status: "Draft"})
	at := time.Date(2029, 5, 1, 12, 0, 0, 123456789, time.FixedZone("", 7200))
	r := &schema.Reading{Item: metric, At: at, Value: 1}
	w.put(t, r)
	want := time.Date(2029, 5, 1, 10, 0, 0, 123000000, time.UTC)
	if !r.At.Equal(want) || r.At.Location() != time.UTC {
		t.Errorf("the time was kept as %v, want %v", r.At, want)
	}
	r.At = at // says the same
	w.put(t, r)
	if r.Version != 1 {
		t.Errorf("the same time in another zone made version %d", r.Version)
	}
	early := &schema.Reading{Item: metric, At: time.Date(1888, 1, 1, 0, 0, 0, 999999, time.UTC), Value: 1}
	w.put(t, early)
	w.view(t, func(tx *store.Tx) error {
		got, err := tx.Readings.Get(early.ID)
		if err == nil && !got.At.Equal(early.At) {
			t.Errorf("%v is read as %v", early.At, got.At)
		}
		return err
	})
}

func TestEveryKindIsReadAsItWasWritten(t *testing.T) {
	w := newSmall(t)
	owner := w.actor.ID
	persona := w.put(t, &schema.Persona{Name: "Petra", Bio: "b", Role: "r", RoleInJourney: "Buyer", JobToBeDone: "j", BuyingInfluence: "Approves", Budget: "1", Location: "l",
		Goals: []string{"a", "b"}, Frustrations: []string{`quo"te`}, Motivations: []string{"ü"}, TechSavviness: "High", Devices: []string{"d"}, Tools: []string{"t"}, Hidden: []string{"bio"}})
	child := w.put(t, &schema.Journey{Name: "Child", Description: "d", Personas: []schema.ID{persona}, Defaults: schema.Destinations{LinearTeam: "a", FigmaSource: "g"}})
	metric := w.put(t, &schema.Item{Type: schema.Metric, Title: "M", Status: "Active", Owner: owner, EnabledFields: []string{"unit"}, MetricType: "Business", Unit: "%",
		Baseline: ptr(0.), Current: ptr(-1e-300), Target: ptr(1e300), Direction: "Lower is better", EvaluationPeriod: "Weekly",
		DataSource: &schema.DataSource{Provider: "PostHog", Measure: "event count", Event: "e"}})
	solution := w.put(t, &schema.Item{Type: schema.Solution, Title: "S", Status: "Idea", SolutionType: "Process", Impact: ptr(1), Effort: ptr(5), Priority: "Low", TargetDate: "2030-01-01"})
	comment := w.put(t, &schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: w.item}, Text: "Hm", Author: owner, Mentions: []schema.ID{owner}})
	all := []schema.ID{w.actor.Workspace, owner, persona, child, w.stage, w.item, metric, solution, comment, w.placement, w.signal, w.citation}
	for _, r := range []schema.Record{
		&schema.Step{Stage: w.stage, Name: "n", Description: "two\nlines", Position: -3, Emotion: ptr(5), Personas: []schema.ID{persona}},
		&schema.Nesting{Step: w.step, Journey: child, Position: 7},
		&schema.Link{From: solution, To: metric},
		&schema.Item{Type: schema.Touchpoint, Title: "T", Status: "Exists", Channel: "App", Actor: []schema.ID{persona}},
		&schema.Item{Type: schema.Insight, Title: "I", Status: "New", InsightType: "Pain", Confidence: "High confidence", Severity: ptr(5), AffectedSegment: []schema.ID{persona}, Review: "dismissed", ReviewReason: "known"},
		&schema.Signal{Text: "t\x01\u202e", Source: "chat", SourceName: "n", Author: "a", SaidAt: time.UnixMilli(1).UTC(), URL: "http://x.example", ExternalID: "1", Thread: "t", Language: "en", Sentiment: ptr(-1.), Persona: persona},
		&schema.Placement{Step: w.step, Signal: w.signal, State: "placed", Confidence: ptr(1.), Reason: "r"},
		&schema.Note{Text: "n", Journey: w.journey, SourceType: "chat", SourceID: "7", State: "Ready"},
		&schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: w.item}, Text: "Yes", Author: owner, ReplyTo: comment},
		&schema.Attachment{Item: w.item, Name: "a", MediaType: "image/png", Size: 1 << 40, Digest: "sha256:0", URL: "http://x.example"},
		&schema.Weblink{Item: w.item, URL: "http://x.example", Title: "t", Description: "d"},
		&schema.Task{Item: w.item, Platform: "Jira", Key: "K-1", Title: "t", Status: "s", URL: "http://x.example"},
		&schema.Reading{Item: metric, At: time.UnixMilli(1893456000001).UTC(), Value: 0.1, Note: "n"},
		&schema.Bookmark{Journey: w.journey, Seq: 1 << 40, Label: "l", Trigger: schema.ManualSave, Stages: 1, Steps: 2, Items: 3},
		&schema.Member{Name: "Bob", Email: "bob@acme.example", Role: schema.Viewer, Assistant: true, Left: time.UnixMilli(2).UTC()},
		&schema.Key{Member: owner, Name: "Cursor", Role: schema.Editor, Proposes: true, Expires: time.UnixMilli(2).UTC(), Revoked: time.UnixMilli(3).UTC(), Hash: "00ff"},
		&schema.Invitation{Email: "cy@acme.example", Role: schema.Editor, InvitedBy: owner, Expires: time.UnixMilli(4).UTC(), Accepted: owner, Cancelled: time.UnixMilli(5).UTC()},
		&schema.JoinRequest{Email: "di@acme.example", Name: "Di", State: schema.JoinRejected, DecidedBy: owner},
	} {
		all = append(all, w.put(t, r))
		w.view(t, func(tx *store.Tx) error {
			got, err := tx.Get(r.Self().ID)
			if diff := cmp.Diff(r, got); diff != "" {
				t.Errorf("%s (-written +read):\n%s", r.Self().ID, diff)
			}
			return err
		})
	}
	kinds := map[schema.Kind]bool{}
	w.view(t, func(tx *store.Tx) error { // and so it stands in the log
		for _, id := range all {
			kinds[id.Kind()] = true
			r, err := tx.Get(id)
			if err != nil {
				return err
			}
			history, err := tx.History(id, 0, 100)
			if err != nil {
				return err
			}
			for _, c := range history {
				if c.Ref.ID == id && c.Version == r.Self().Version {
					if got, want := string(c.After), mustJSON(t, r); got != want {
						t.Errorf("the log has %s\nand the table %s", got, want)
					}
				}
			}
		}
		return nil
	})
	if len(kinds) != len(schema.Kinds()) {
		t.Errorf("only %d kinds of %d were tried", len(kinds), len(schema.Kinds()))
	}
}

func TestAFailedPutLeavesTheRecordAsNew(t *testing.T) {
	w := newSmall(t)
	again := &schema.Signal{Text: "Where on earth is the price list?", Source: "support", Author: "u-1"}
	w.update(t, "capture", func(tx *store.Tx) error {
		if err := tx.Signals.Put(again); !errors.Is(err, schema.Conflict) {
			t.Errorf("the same signal again: %v, want a conflict", err)
		}
		if again.ID != "" {
			t.Errorf("it has the id %s, and is not stored", again.ID)
		}
		again.Text += " Still."
		return tx.Signals.Put(again)
	})
	if again.Version != 1 {
		t.Errorf("put at last, it is %+v", again.Head)
	}
	i := &schema.Item{Type: schema.Insight, Title: "A title", Status: "?"}
	w.update(t, "save", func(tx *store.Tx) error {
		if err := tx.Items.Put(i); !errors.Is(err, schema.Invalid) {
			t.Errorf("an item of no status: %v, want invalid", err)
		}
		i.Title, i.Status = "Another title", "New"
		return tx.Items.Put(i)
	})
	if want := (schema.Slugs{Slug: "another-title"}); !cmp.Equal(i.Slugs, want) {
		t.Errorf("its slugs are %+v, want %+v", i.Slugs, want)
	}
}

func TestSlugsFollowTheName(t *testing.T) {
	w := newWorld(t)
	persona := func(name string) *schema.Persona {
		p := &schema.Persona{Name: name}
		w.put(t, p)
		return p
	}
	check := func(p *schema.Persona, slug string, aliases ...string) {
		t.Helper()
		if want := (schema.Slugs{Slug: slug, Aliases: aliases}); !cmp.Equal(p.Slugs, want) {
			t.Errorf("the slugs of %s %q are %+v, want %+v", p.ID, p.Name, p.Slugs, want)
		}
		w.view(t, func(tx *store.Tx) error {
			for _, s := range append(aliases, slug) {
				if id, err := tx.Resolve(schema.KindPersona, s); err != nil || id != p.ID {
					t.Errorf("%q leads to %s, %v; want %s", s, id, err, p.ID)
				}
			}
			return nil
		})
	}
	rename := func(p *schema.Persona, name string) {
		t.Helper()
		p.Name = name
		w.put(t, p)
	}
	a, b, c := persona("Petra"), persona("Petra"), persona("PETRA!")
	check(a, "petra")
	check(b, "petra-2")
	check(c, "petra-3")
	rename(b, "Petra.")
	check(b, "petra-2") // as it was
	rename(a, "Paula")
	check(a, "paula", "petra")
	check(persona("Petra"), "petra-4") // for the alias is taken
	rename(a, "Petra")
	check(a, "petra", "paula")
	rename(a, "Paula")
	check(a, "paula", "petra")
	rename(b, "Paula")
	check(b, "paula-2", "petra-2")
	a.Slugs = schema.Slugs{Slug: "mine"}
	a.Bio = "not for the caller to say"
	w.put(t, a)
	check(a, "paula", "petra")
	x, y := persona("🐢"), persona("🐢🐢")
	check(x, "persona")
	check(y, "persona-2")
	rename(x, "Xenia")
	rename(y, "🐢🐢🐢")
	check(y, "persona-2") // still of no letter
	w.remove(t, x.ID)
	rename(y, "🐢")
	check(y, "persona-2") // though the first is free again
	long := strings.Repeat("long ", 30)
	check(persona(long), schema.Slugify(long))
	check(persona(long), schema.Slugify(long)+"-2")
	j := &schema.Journey{Name: "Petra"}
	w.put(t, j)
	if j.Slug != "petra" {
		t.Errorf("a journey cannot have the slug of a persona: %q", j.Slug)
	}
}

func TestARemovedNameIsFree(t *testing.T) {
	w := newWorld(t)
	a := &schema.Journey{Name: "Trial"}
	w.put(t, a)
	removal := w.update(t, "remove", func(tx *store.Tx) error { return tx.Remove(a.ID) })
	b := &schema.Journey{Name: "Trial"}
	w.put(t, b)
	if b.Slug != "trial" {
		t.Errorf("the slug of a removed journey is still taken: %q", b.Slug)
	}
	w.update(t, "undo", func(tx *store.Tx) error { return tx.Undo(removal) })
	w.view(t, func(tx *store.Tx) error {
		back, err := tx.Journeys.Get(a.ID)
		if err == nil && back.Slug != "trial-2" {
			t.Errorf("back again, the journey has the slug %q", back.Slug)
		}
		return err
	})
}

func TestWorkspacesOfOneNameAreToldApart(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"Acme", strings.Repeat("a", 100), "🐢"} {
		for n := range 3 {
			a, err := w.st.NewWorkspace(t.Context(), name, "Ann")
			if err != nil {
				t.Fatal(err)
			}
			want := schema.Slugify(name)
			if want == "" {
				want = "workspace"
			}
			if n > 0 {
				want = fmt.Sprintf("%s-%d", want, n+1)
			}
			if err := w.st.View(t.Context(), a, func(tx *store.Tx) error {
				ws, err := tx.Workspaces.Get(a.Workspace)
				if err == nil && ws.Slug != want {
					t.Errorf("workspace %d of the name %q has the slug %q, want %q", n+1, name, ws.Slug, want)
				}
				return err
			}); err != nil {
				t.Error(err)
			}
		}
	}
	ws := &schema.Workspace{}
	w.view(t, func(tx *store.Tx) (err error) { ws, err = tx.Workspaces.Get(w.actor.Workspace); return err })
	ws.Slug = "acme"
	w.refuse(t, "rename", schema.Conflict, []string{`the slug "acme" is taken`}, func(tx *store.Tx) error { return tx.Workspaces.Put(ws) })
}
