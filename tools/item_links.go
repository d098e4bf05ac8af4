package tools

import (
	"fmt"
	"slices"

	"custory/schema"
	"custory/store"
)

// join places and links the item, and keeps what belongs to it.
func (s *saving) join(tx *store.Tx, paths *pathBook) error {
	if s.in.Remove {
		return nil
	}
	for _, do := range []func(*store.Tx, *pathBook) error{s.takeOff, s.placeOn, s.unlink, s.link, s.keepDetails} {
		if err := do(tx, paths); err != nil {
			return err
		}
	}
	return nil
}

func (s *saving) placeOn(tx *store.Tx, paths *pathBook) error {
	steps, err := resolveAll(tx, schema.KindStep, "place_on", s.in.PlaceOn)
	if err != nil || len(steps) == 0 {
		return err
	}
	have, err := tx.PlacementsOf(s.item.ID)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if slices.ContainsFunc(have, func(p *schema.Placement) bool { return p.Step == step }) {
			continue
		}
		if err := placeItem(tx, s.item.ID, step, have); err != nil {
			return err
		}
		path, err := paths.of(step)
		if err != nil {
			return err
		}
		if s.line.Did != "created" { // of a new item it goes without saying
			s.note("placed on %s", path)
		}
	}
	return nil
}

func (s *saving) takeOff(tx *store.Tx, paths *pathBook) error {
	steps, err := resolveAll(tx, schema.KindStep, "remove_from", s.in.RemoveFrom)
	if err != nil || len(steps) == 0 {
		return err
	}
	have, err := tx.PlacementsOf(s.item.ID)
	if err != nil {
		return err
	}
	for _, step := range steps {
		i := slices.IndexFunc(have, func(p *schema.Placement) bool { return p.Step == step })
		if i < 0 {
			return inField(notStanding(tx, s.item.ID, step), "remove_from")
		}
		if err := tx.Placements.Remove(have[i].ID); err != nil {
			return err
		}
		path, err := paths.of(step)
		if err != nil {
			return err
		}
		s.note("taken off %s", path)
	}
	return nil
}

// notStanding says that an item does not stand on a step, and where it does.
func notStanding(tx *store.Tx, item, step schema.ID) error {
	path, err := tx.Path(step)
	if err != nil {
		return err
	}
	f := &schema.Error{Code: schema.NotFound, Message: fmt.Sprintf("%s does not stand on %s", item, path)}
	stands, err := standsOn(tx, item, &pathBook{tx: tx})
	for _, s := range stands {
		f.Valid = append(f.Valid, fmt.Sprintf("%s (%s)", s.Step, s.Path))
	}
	if len(stands) == 0 {
		f.Hint = "it stands on no step"
	}
	if err != nil {
		return err
	}
	return f
}

func (s *saving) link(tx *store.Tx, _ *pathBook) error {
	others, err := resolveAll(tx, schema.KindItem, "link_to", s.in.LinkTo)
	if err != nil {
		return err
	}
	for _, id := range others {
		other, err := tx.Items.Get(id)
		if err != nil {
			return err
		}
		from, to, err := along(s.item, other)
		if err != nil {
			return err
		}
		if have, err := tx.LinkBetween(from, to); err != nil || have != nil {
			if err != nil {
				return err
			}
			continue
		}
		if err := tx.Links.Put(&schema.Link{From: from, To: to}); err != nil {
			return err
		}
		s.note("linked %s %s %q", map[bool]string{true: "to", false: "from"}[from == s.item.ID], id, other.Title)
	}
	return nil
}

// along gives two items the direction in which they may be linked.
func along(a, b *schema.Item) (from, to schema.ID, err error) {
	for _, p := range schema.Pairs() {
		switch {
		case p == schema.Pair{From: a.Type, To: b.Type}:
			return a.ID, b.ID, nil
		case p == schema.Pair{From: b.Type, To: a.Type}:
			return b.ID, a.ID, nil
		}
	}
	f := &schema.Error{Code: schema.Invalid, Field: "link_to", Message: fmt.Sprintf("%s (%s) and %s (%s) are not linked directly", schema.An(a.Type), a.ID, schema.An(b.Type), b.ID), Hint: "link each to the item between them"}
	for _, p := range schema.Pairs() {
		f.Valid = append(f.Valid, fmt.Sprintf("%s -> %s", p.From, p.To))
	}
	return "", "", f
}

func (s *saving) unlink(tx *store.Tx, _ *pathBook) error {
	others, err := resolveAll(tx, schema.KindItem, "unlink_from", s.in.UnlinkFrom)
	if err != nil {
		return err
	}
	for _, id := range others {
		link, err := tx.LinkBetween(s.item.ID, id)
		if err == nil && link == nil {
			link, err = tx.LinkBetween(id, s.item.ID)
		}
		if err != nil {
			return err
		}
		if link == nil {
			return &schema.Error{Code: schema.NotFound, Field: "unlink_from", Message: fmt.Sprintf("%s is not linked to %s", s.item.ID, id), Hint: "fetch shows its links"}
		}
		if err := tx.Links.Remove(link.ID); err != nil {
			return err
		}
		s.note("unlinked from %s", id)
	}
	return nil
}
