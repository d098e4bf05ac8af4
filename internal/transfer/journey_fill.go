package transfer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"custory/internal/format"
	"custory/schema"
	"custory/store"
)

// maxItems is how many items one call saves.
const maxItems = 200

// A block is one item, with the steps it stands on.
type block struct {
	Item        schema.ID   `json:"item,omitempty"` // one that is there
	Type        string      `json:"type,omitempty"`
	Title       string      `json:"title,omitempty"`
	Description string      `json:"description,omitempty"`
	Status      string      `json:"status,omitempty"`
	Owner       schema.ID   `json:"owner,omitempty"`
	PlaceOn     []schema.ID `json:"place_on"`
	EvenIfSame  bool        `json:"even_if_same,omitempty"` // as a new one: what is there has been looked for

	of format.Item
}

// fill puts the items on the steps. What the file says twice in the same words
// is one item on several steps, and so is what the workspace has already.
func (b *building) fill(ctx context.Context) error {
	blocks, err := b.blocks(ctx)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(blocks, maxItems) {
		if err := b.use(ctx, "save_items", map[string]any{"items": chunk}, &struct{}{}); err != nil {
			return about(err, "items", func(i int) string {
				return fmt.Sprintf("the %s %q", strings.ToLower(chunk[i].of.Group), clip(chunk[i].of.Title))
			})
		}
		for _, k := range chunk {
			b.made.Placed += len(k.PlaceOn)
			if k.Item == "" {
				b.made.Items++
			}
		}
	}
	return nil
}

// blocks are the items of the file, each once.
func (b *building) blocks(ctx context.Context) (blocks []*block, err error) {
	at, n := map[format.Item]*block{}, 0
	err = b.view(ctx, func(tx *store.Tx) error {
		known, err := knownItems(tx)
		if err != nil {
			return err
		}
		for _, stage := range b.in.Stages {
			for _, step := range stage.Steps {
				on := b.steps[n]
				n++
				for _, it := range step.Items {
					k := at[it]
					if k == nil {
						if k, err = b.block(tx, it, known[itemKey(it.Group, it.Title)]); err != nil {
							return err
						}
						at[it], blocks = k, append(blocks, k)
					}
					if !slices.Contains(k.PlaceOn, on) {
						k.PlaceOn = append(k.PlaceOn, on)
					}
				}
			}
		}
		return nil
	})
	return blocks, err
}

// knownItems are the items of the workspace, by type and title. Drafts are not
// among them.
func knownItems(tx *store.Tx) (map[string]*schema.Item, error) {
	all, err := tx.Items.All()
	known := make(map[string]*schema.Item, len(all))
	for _, i := range all {
		if !i.Draft() {
			known[itemKey(string(i.Type), i.Title)] = i
		}
	}
	return known, err
}

func itemKey(group, title string) string {
	return group + "\n" + strings.ToLower(strings.TrimSpace(title))
}

// block is an item as the tool takes it.
func (b *building) block(tx *store.Tx, it format.Item, known *schema.Item) (*block, error) {
	if known != nil {
		if it.Description != "" && it.Description != known.Description || it.Status != "" && !strings.EqualFold(it.Status, known.Status) {
			b.note("the %s %q is in the workspace already and stays as it is there", strings.ToLower(it.Group), clip(it.Title))
		}
		return &block{Item: known.ID, of: it}, nil
	}
	k := &block{Type: it.Group, Title: it.Title, Description: it.Description, EvenIfSame: true, of: it}
	t := schema.ItemType(it.Group)
	if i := slices.IndexFunc(t.Statuses(), func(s string) bool { return strings.EqualFold(s, it.Status) }); i >= 0 {
		k.Status = t.Statuses()[i]
	} else if it.Status != "" {
		b.note("%q is no status of a %s; %q has the first, %s", clip(it.Status), t, clip(it.Title), t.Statuses()[0])
	}
	if it.Owner == "" {
		return k, nil
	}
	if !slices.Contains(t.Fields(), "owner") {
		b.note("a %s has no owner; %q is without %q", t, clip(it.Title), clip(it.Owner))
		return k, nil
	}
	owner, err := resolved(tx, schema.KindMember, it.Owner)
	if owner == "" {
		b.note("there is no member %q; what the file says they own has no owner", clip(it.Owner))
	}
	k.Owner = owner
	return k, err
}
