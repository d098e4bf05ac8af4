package transfer

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"custory/schema"
	"custory/store"
)

// Export writes the whole workspace as JSON, as it is at one moment: every
// record and, if history is set, the log. The same workspace is always written
// in the same bytes, one record a line. What is not written is what can be
// computed again: the index and the vectors.
func Export(ctx context.Context, st *store.Store, workspace schema.ID, w io.Writer, history bool) (n Count, err error) {
	e := &exporter{w: bufio.NewWriterSize(w, 1<<16), n: Count{Records: map[schema.Kind]int{}}}
	err = st.View(ctx, schema.Actor{Workspace: workspace}, func(tx *store.Tx) error {
		return e.workspace(ctx, tx, workspace, history)
	})
	if err != nil {
		return Count{}, err
	}
	return e.n, e.w.Flush()
}

type exporter struct {
	w *bufio.Writer
	n Count
}

func (e *exporter) workspace(ctx context.Context, tx *store.Tx, id schema.ID, history bool) (err error) {
	if e.n.Workspace, err = tx.Workspaces.Get(id); err != nil {
		return err
	}
	body, err := json.Marshal(e.n.Workspace)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(e.w, `{"custory_export":%d,"schema":%d,"workspace":%s`, formatVersion, store.SchemaVersion(), body); err != nil {
		return err
	}
	bookmarks := 0
	err = e.list("records", func(add func(any) error) error {
		return tx.Each(func(k schema.Kind, body json.RawMessage) error {
			switch {
			case k == schema.KindWorkspace:
				return nil // is in the header
			case k == schema.KindBookmark && !history:
				bookmarks++
				return nil // names a place in the log
			}
			e.n.Records[k]++
			return add(recordLine{k, body})
		})
	})
	if err == nil && history {
		err = e.log(ctx, tx)
	}
	if bookmarks > 0 {
		e.n.Left = append(e.n.Left, fmt.Sprintf("%d saved versions, which are places in the history", bookmarks))
	}
	if err == nil {
		_, err = e.w.WriteString("}\n")
	}
	return err
}

func (e *exporter) log(ctx context.Context, tx *store.Tx) error {
	err := e.list("calls", func(add func(any) error) error {
		return tx.EachCall(func(c schema.LoggedCall) error {
			e.n.Calls++
			return add(lineOfCall(c))
		})
	})
	if err != nil {
		return err
	}
	return e.list("changes", func(add func(any) error) error {
		return tx.EachChange(func(c schema.Change) error {
			e.n.Changes++
			if err := ctx.Err(); err != nil {
				return err
			}
			return add(lineOfChange(c))
		})
	})
}

// list writes one list of the export, each entry on its own line.
func (e *exporter) list(name string, each func(add func(any) error) error) error {
	if _, err := fmt.Fprintf(e.w, ",\n%q:[", name); err != nil {
		return err
	}
	sep := "\n"
	err := each(func(entry any) error {
		line, err := json.Marshal(entry)
		if err != nil {
			return err
		}
		_, err = e.w.WriteString(sep + string(line))
		sep = ",\n"
		return err
	})
	if err == nil {
		_, err = e.w.WriteString("\n]")
	}
	return err
}
