package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"custory/internal/view"
	"custory/resources"
	"custory/schema"
	"custory/store"
)

// mostDetails bounds the items that a file shows in full, so that a browser
// opens it at once. The others it shows as the map has them.
const mostDetails = 1500

// writeMap writes a journey to be looked at: a page or a picture.
func (e export) writeMap(cmd *cobra.Command, o *opened, w io.Writer) (left []string, err error) {
	var m *resources.MapView
	items := map[schema.ID]*resources.ItemView{}
	err = o.store.View(cmd.Context(), o.actor, func(tx *store.Tx) error {
		id, err := tx.Resolve(schema.KindJourney, e.journey)
		if err != nil {
			return err
		}
		if m, err = resources.Map(tx, id); err != nil || e.format == "svg" {
			return err
		}
		for _, i := range detailed(m.Items) {
			if items[i.ID], err = resources.Item(tx, i.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	left = m.LeftOut
	if e.format == "svg" {
		_, err = io.WriteString(w, view.SVG(m))
		return left, err
	}
	if n := len(m.Items) - len(items); n > 0 {
		left = append(left, fmt.Sprintf("the history, comments and long texts of %d items", n))
	}
	page, err := view.Export(m, items)
	if err == nil {
		_, err = io.WriteString(w, page)
	}
	return left, err
}

// detailed are the items to show in full: those with quotes first.
func detailed(items []resources.MapItem) (chosen []resources.MapItem) {
	for _, quoted := range []bool{true, false} {
		for _, i := range items {
			if (i.Quotes > 0) == quoted && len(chosen) < mostDetails {
				chosen = append(chosen, i)
			}
		}
	}
	return chosen
}
