package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
)

// chance makes changes at random, the same for the same seed.
type chance struct {
	*world
	rnd *rand.Rand
	tx  *store.Tx // of the call that is being made
}

func newChance(t testing.TB, seed uint64) *chance {
	return &chance{world: newWorld(t), rnd: rand.New(rand.NewPCG(seed, 7))}
}

// call makes a call of a few changes. Some are refused: then nothing has
// happened, and there is no id.
func (c *chance) call(t testing.TB) schema.ID {
	t.Helper()
	id, err := c.try(t, "chance", func(tx *store.Tx) error {
		c.tx = tx
		for range 1 + c.rnd.IntN(3)*c.rnd.IntN(2) {
			if err := c.change(); err != nil {
				return err
			}
		}
		if tx.Seq() == 0 {
			return store.ErrDry
		}
		return nil
	})
	if err != nil && schema.FaultsOf(err) == nil {
		t.Fatalf("a change at random failed otherwise than by a fault: %v", err)
	}
	if !c.logged(t, id) {
		return ""
	}
	return id
}

// change creates, edits or removes a record of some kind.
func (c *chance) change() error {
	doors := []schema.Kind{schema.KindInvitation, schema.KindJoinRequest, schema.KindKey} // of which journeys know nothing
	kind := one(c, slices.DeleteFunc(schema.Kinds()[1:], func(k schema.Kind) bool { return slices.Contains(doors, k) }))
	structure := []schema.Kind{schema.KindJourney, schema.KindStage, schema.KindStep, schema.KindItem, schema.KindPlacement, schema.KindPlacement, schema.KindPlacement,
		schema.KindNesting, schema.KindLink, schema.KindLink}
	if c.rnd.IntN(2) == 0 {
		kind = one(c, structure)
	}
	switch n := c.rnd.IntN(10); {
	case n < 5:
		if r := c.create(kind); r != nil {
			return put(c.tx, r)
		}
	case n < 8:
		if r := c.some(kind); r != nil {
			c.edit(r)
			return put(c.tx, r)
		}
	case kind == schema.KindMember && n == 8: // the workspace itself, now and then
		r := c.some(schema.KindWorkspace).(*schema.Workspace)
		r.Name = c.words(2)
		return c.tx.Workspaces.Put(r)
	default:
		if r := c.some(kind); r != nil && (!slices.Contains(structure[:4], kind) || c.rnd.IntN(4) == 0) { // else little would be left
			return c.tx.Remove(r.Self().ID)
		}
	}
	return nil
}

// some returns a record of the kind, or nil if there is none.
func (c *chance) some(k schema.Kind) schema.Record {
	all, err := c.tx.AllOf(k)
	if err != nil || len(all) == 0 {
		return nil
	}
	return all[c.rnd.IntN(len(all))]
}

func (c *chance) id(k schema.Kind) schema.ID {
	if r := c.some(k); r != nil {
		return r.Self().ID
	}
	return ""
}

func (c *chance) ids(k schema.Kind) (ids []schema.ID) {
	for range c.rnd.IntN(3) {
		if id := c.id(k); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (c *chance) words(n int) string {
	some := strings.Fields("price refund invoice Größe delay login trial export team alert card mobile slow happy angry the of")
	var all []string
	for range n {
		all = append(all, some[c.rnd.IntN(len(some))])
	}
	return strings.Join(all, " ")
}

func one[T any](c *chance, of []T) T { return of[c.rnd.IntN(len(of))] }

func (c *chance) create(k schema.Kind) schema.Record {
	step, item, signal, journey := c.id(schema.KindStep), c.id(schema.KindItem), c.id(schema.KindSignal), c.id(schema.KindJourney)
	at := time.UnixMilli(1890000000000 + c.rnd.Int64N(1e9)).UTC()
	switch k {
	case schema.KindMember:
		return &schema.Member{Name: c.words(1), Role: schema.Editor}
	case schema.KindJourney:
		return &schema.Journey{Name: c.words(2), Personas: c.ids(schema.KindPersona)}
	case schema.KindStage:
		return &schema.Stage{Journey: journey, Name: c.words(2), Position: c.rnd.IntN(4)}
	case schema.KindStep:
		return &schema.Step{Stage: c.id(schema.KindStage), Name: c.words(3), Position: c.rnd.IntN(4), Personas: c.ids(schema.KindPersona)}
	case schema.KindNesting:
		return &schema.Nesting{Step: step, Journey: journey, Position: c.rnd.IntN(3)}
	case schema.KindItem:
		t := one(c, schema.ItemType("").Values())
		i := &schema.Item{Type: t, Title: c.words(2), Description: c.words(c.rnd.IntN(5)), Status: one(c, t.Statuses())}
		switch t {
		case schema.Touchpoint:
			i.Actor = c.ids(schema.KindPersona)
		case schema.Insight:
			i.AffectedSegment = c.ids(schema.KindPersona)
		default:
			i.Owner = c.id(schema.KindMember)
		}
		return i
	case schema.KindPlacement:
		p := &schema.Placement{Step: step, Item: item, Position: c.rnd.IntN(4)}
		if c.rnd.IntN(2) == 0 {
			p = &schema.Placement{Step: step, Signal: signal, State: "placed", Confidence: ptr(c.rnd.Float64()), Reason: c.words(2)}
		}
		if p.Signal != "" && c.rnd.IntN(4) == 0 {
			p.Step, p.State = "", "dismissed"
		}
		return p
	case schema.KindLink:
		for range 10 {
			from, _ := c.some(schema.KindItem).(*schema.Item)
			to, _ := c.some(schema.KindItem).(*schema.Item)
			if from != nil && slices.Contains(schema.Pairs(), schema.Pair{From: from.Type, To: to.Type}) {
				return &schema.Link{From: from.ID, To: to.ID}
			}
		}
		return nil
	case schema.KindPersona:
		return &schema.Persona{Name: c.words(1), Goals: []string{c.words(2)}}
	case schema.KindSignal:
		return &schema.Signal{Text: c.words(6), Source: "chat", Author: c.words(1), Thread: one(c, []string{"", "a", "b"}), SaidAt: at, Persona: one(c, []schema.ID{"", c.id(schema.KindPersona)})}
	case schema.KindCitation:
		if s, ok := c.some(schema.KindSignal).(*schema.Signal); ok {
			quote, _, _ := strings.Cut(s.Text, " ")
			return &schema.Citation{Item: item, Signal: s.ID, End: len(quote), Quote: quote, Stance: one(c, schema.Stance("").Values())}
		}
		return nil
	case schema.KindNote:
		return &schema.Note{Text: c.words(5), Journey: one(c, []schema.ID{"", journey}), State: "Ready"}
	case schema.KindComment:
		on := schema.Ref{Kind: one(c, schema.CommentKinds())}
		on.ID = c.id(on.Kind)
		r := &schema.Comment{On: on, Text: c.words(4), Author: c.id(schema.KindMember), Mentions: c.ids(schema.KindMember)}
		if to, ok := c.some(schema.KindComment).(*schema.Comment); ok && c.rnd.IntN(2) == 0 {
			r.On, r.ReplyTo = to.On, to.ID
		}
		return r
	case schema.KindAttachment:
		return &schema.Attachment{Item: item, Name: c.words(1), Digest: "sha256:0", Size: c.rnd.Int64()}
	case schema.KindWeblink:
		return &schema.Weblink{Item: item, URL: "https://x.example", Title: c.words(2)}
	case schema.KindTask:
		return &schema.Task{Item: item, Platform: "Jira", Key: "K-1", Title: c.words(2), URL: "https://x.example"}
	case schema.KindReading:
		for range 5 {
			if i, ok := c.some(schema.KindItem).(*schema.Item); ok && i.Type == schema.Metric {
				return &schema.Reading{Item: i.ID, At: at, Value: c.rnd.NormFloat64()}
			}
		}
		return nil
	case schema.KindBookmark:
		return &schema.Bookmark{Journey: journey, Seq: 1 + c.rnd.Int64N(100), Trigger: schema.ManualSave}
	}
	panic(fmt.Sprintf("no chance of a %s", k))
}

// edit changes some of the record, often where it stands.
func (c *chance) edit(r schema.Record) {
	often := c.rnd.IntN(2) == 0
	switch r := r.(type) {
	case *schema.Member:
		r.Name = c.words(1)
		if often && r.Role < schema.Owner {
			r.Left = time.UnixMilli(1890000000000).UTC()
		}
	case *schema.Persona:
		r.Name, r.Bio = c.words(1), c.words(3)
	case *schema.Journey:
		r.Name, r.Personas = c.words(2), c.ids(schema.KindPersona)
	case *schema.Stage:
		r.Name, r.Position = c.words(2), c.rnd.IntN(4)
		if often {
			r.Journey = c.id(schema.KindJourney)
		}
	case *schema.Step:
		r.Name, r.Position, r.Personas = c.words(2), c.rnd.IntN(4), c.ids(schema.KindPersona)
		if often {
			r.Stage = c.id(schema.KindStage)
		}
	case *schema.Nesting:
		r.Position = c.rnd.IntN(4)
		if often {
			r.Step = c.id(schema.KindStep)
		}
	case *schema.Item:
		r.Title, r.Status = c.words(2), one(c, r.Type.Statuses())
		if often {
			r.Review = one(c, []schema.Review{"", schema.Pending})
		}
	case *schema.Placement:
		r.Position = c.rnd.IntN(4)
		switch {
		case r.Item != "" && often:
			r.Step = c.id(schema.KindStep)
		case r.Item != "":
			r.Item = c.id(schema.KindItem)
		case r.State == "dismissed":
			r.Step, r.State = c.id(schema.KindStep), "confirmed"
		default:
			r.State, r.Signal = "confirmed", c.id(schema.KindSignal)
		}
	case *schema.Link:
		r.To = c.id(schema.KindItem)
	case *schema.Citation:
		r.Stance = one(c, schema.Stance("").Values())
	case *schema.Note:
		r.Text, r.Journey = c.words(4), one(c, []schema.ID{"", c.id(schema.KindJourney)})
	case *schema.Comment:
		r.Text, r.Mentions = c.words(4), c.ids(schema.KindMember)
	case *schema.Attachment:
		r.Name, r.Item = c.words(1), c.id(schema.KindItem)
	case *schema.Weblink:
		r.Title, r.Item = c.words(1), c.id(schema.KindItem)
	case *schema.Task:
		r.Title, r.Item = c.words(1), c.id(schema.KindItem)
	case *schema.Reading:
		r.Value = c.rnd.NormFloat64()
	case *schema.Bookmark:
		r.Label = c.words(1)
	}
}
