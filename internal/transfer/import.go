package transfer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"custory/schema"
	"custory/store"
)

// Import takes back what Export wrote, ids, dates and history included. It
// reads as it goes, and takes in all or nothing.
func Import(ctx context.Context, st *store.Store, r io.Reader) (n Count, err error) {
	n = Count{Workspace: new(schema.Workspace), Records: map[schema.Kind]int{}}
	err = st.AdoptWorkspace(ctx, func(a *store.Adoption) error {
		i := &importer{d: json.NewDecoder(bufio.NewReaderSize(r, 1<<16)), a: a, n: &n}
		if err := i.read(); err != nil {
			return i.explain(err)
		}
		return nil
	})
	if err != nil {
		return Count{}, err
	}
	return n, nil
}

type importer struct {
	d     *json.Decoder
	a     *store.Adoption
	n     *Count
	where string // what is being read, for messages
}

// read takes in the members of the object in the order Export writes them.
func (i *importer) read() error {
	i.where = "the header"
	if err := i.expect(json.Delim('{')); err != nil {
		return err
	}
	var h header
	for _, m := range []struct {
		name string
		into any
	}{{"custory_export", &h.Format}, {"schema", &h.Schema}, {"workspace", &h.Workspace}} {
		if err := i.expect(m.name); err != nil {
			return err
		}
		if err := i.d.Decode(m.into); err != nil {
			return err
		}
		if err := h.known(); err != nil {
			return err
		}
	}
	if err := json.Unmarshal(h.Workspace, i.n.Workspace); err != nil {
		return err
	}
	if err := i.a.Record(schema.KindWorkspace, h.Workspace); err != nil {
		return err
	}
	for _, list := range []struct {
		name  string
		entry func() error
	}{{"records", i.record}, {"calls", i.call}, {"changes", i.change}} {
		if !i.d.More() {
			break // an export without history
		}
		if err := i.list(list.name, list.entry); err != nil {
			return err
		}
	}
	return i.end()
}

// known refuses what a newer program has written.
func (h header) known() error {
	if h.Format > formatVersion || h.Schema > store.SchemaVersion() {
		return &schema.Error{Code: schema.Conflict, Message: "the export was written by a newer custory", Hint: "install the newer version"}
	}
	return nil
}

func (i *importer) list(name string, entry func() error) error {
	if err := i.expect(name); err != nil {
		return err
	}
	if err := i.expect(json.Delim('[')); err != nil {
		return err
	}
	for n := 1; i.d.More(); n++ {
		i.where = fmt.Sprintf("entry %d of %s", n, name)
		if err := entry(); err != nil {
			return err
		}
	}
	i.where = "the end of " + name
	return i.expect(json.Delim(']'))
}

func (i *importer) record() error {
	var l recordLine
	if err := i.d.Decode(&l); err != nil {
		return err
	}
	i.n.Records[l.Kind]++
	return i.a.Record(l.Kind, l.Body)
}

func (i *importer) call() error {
	var l callLine
	if err := i.d.Decode(&l); err != nil {
		return err
	}
	i.n.Calls++
	return i.a.Call(l.call())
}

func (i *importer) change() error {
	var l changeLine
	if err := i.d.Decode(&l); err != nil {
		return err
	}
	if l.Body != nil { // may have been laid out by another program
		var b bytes.Buffer
		if err := json.Compact(&b, l.Body); err != nil {
			return err
		}
		l.Body = b.Bytes()
	}
	i.n.Changes++
	return i.a.Change(l.change())
}

// end demands that nothing follows.
func (i *importer) end() error {
	i.where = "the end"
	if err := i.expect(json.Delim('}')); err != nil {
		return err
	}
	if _, err := i.d.Token(); !errors.Is(err, io.EOF) {
		return &schema.Error{Code: schema.Invalid, Message: "something follows the export"}
	}
	return nil
}

// expect reads the token that must come next.
func (i *importer) expect(want json.Token) error {
	got, err := i.d.Token()
	if err != nil {
		return err
	}
	if got != want {
		return schema.Errorf(schema.Invalid, "%s stands where %q is wanted", clip(fmt.Sprintf("%q", fmt.Sprint(got))), fmt.Sprint(want))
	}
	return nil
}

// explain says where in the file the fault is, and that it is no export if it
// is not even that.
func (i *importer) explain(err error) error {
	var reading *fs.PathError
	fault := schema.FaultsOf(err) != nil
	switch {
	case fault && !errors.Is(err, schema.Invalid), errors.As(err, &reading), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = schema.Errorf(schema.Invalid, "the file ends in %s", i.where)
	default:
		err = schema.Errorf(schema.Invalid, "%s: %v", i.where, err)
	}
	return fmt.Errorf("not an export of custory, or a damaged one: %w", err)
}

// clip shortens what is shown of a file.
func clip(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
