package resources

import (
	"bytes"
	"encoding/json"

	"custory/schema"
	"custory/store"
)

// Picture returns the view of any record by its id: that of its resource or,
// if it has none, the record as it is kept.
func Picture(tx *store.Tx, id schema.ID) (View, error) {
	v, err := picture(tx, id)
	if err != nil {
		return nil, err
	}
	return fitted(v), nil
}

// Brief is Picture with less: few items of each lane, few quotes and comments,
// and no history.
func Brief(tx *store.Tx, id schema.ID) (View, error) {
	if id.Kind() == schema.KindItem {
		v, err := namesIn(tx).item(id)
		if err != nil {
			return nil, err
		}
		return scrubbed(v).brief(), nil
	}
	v, err := picture(tx, id)
	if long, ok := v.(interface{ brief() View }); ok && err == nil {
		return long.brief(), nil
	}
	return v, err
}

func picture(tx *store.Tx, id schema.ID) (View, error) {
	for _, r := range All() {
		if r.Of == id.Kind() && r.Of != "" {
			return r.read(tx, r.keysFor(id))
		}
	}
	r, err := tx.Get(id)
	if err != nil {
		return nil, err
	}
	n := namesIn(tx)
	v := &RecordView{Kind: r.Kind(), Record: r}
	if up := r.Parent(); up.ID != "" {
		v.Of = n.one(up.ID)
	}
	return scrubbed(v), n.err
}

// A RecordView is a record that has no picture of its own: a note, a comment,
// a member.
type RecordView struct {
	Kind   schema.Kind   `json:"kind"`
	Of     *Named        `json:"of,omitempty"` // what it belongs to
	Record schema.Record `json:"record"`
}

// Markdown shows the record as it is kept.
func (v *RecordView) Markdown() string {
	var p page
	p.head(1, string(v.Kind)+" "+string(v.Record.Self().ID))
	p.fact("Of", v.Of.String())
	text, err := marshal(v.Record)
	if err != nil {
		text = err.Error()
	}
	p.para(code(text))
	return p.text()
}

// A shortened view can show less of its items.
type shortened interface{ shorter(cut) View }

func (v *JourneyView) shorter(c cut) View { return v.cut(c) }
func (v *StageView) shorter(c cut) View   { return v.cut(c) }
func (v *StepView) shorter(c cut) View    { return v.cut(c) }

// Short is a copy of the journey whose JSON stays within MaxBytes: it says what
// it leaves out.
func (v *JourneyView) Short() *JourneyView { return fitted(v).(*JourneyView) }

func (v *JourneyView) brief() View { return shortest(v, cuts[4:]) }
func (v *StageView) brief() View   { return shortest(v, cuts[2:]) }

func (v *StepView) brief() View {
	w := v.cut(cut{items: 2, name: schema.MaxName, text: 300, steps: true})
	w.Said = v.Said[:min(len(v.Said), 3)]
	return w
}

func (v *ItemView) brief() View {
	w := *v
	w.Citations = v.Citations[:min(len(v.Citations), 8)]
	w.Comments, w.Readings = v.Comments[max(0, len(v.Comments)-3):], v.Readings[max(0, len(v.Readings)-6):]
	if left := len(v.Citations) - len(w.Citations); left > 0 {
		w.LeftOut = append([]string{count(left, "quote", "quotes") + ": fetch in full shows them"}, v.LeftOut...)
	}
	return &w
}

// fitted is the view, short enough that its JSON stays within MaxBytes, as far
// as leaving items out can do that.
func fitted(v View) View {
	if long, ok := v.(shortened); ok {
		return shortest(long, cuts)
	}
	return v
}

// shortest shows as much as stays within MaxBytes.
func shortest(long shortened, cuts []cut) (v View) {
	for _, c := range cuts {
		v = long.shorter(c)
		if text, err := marshal(v); err != nil || len(text) <= MaxBytes {
			break
		}
	}
	return v
}

// marshal writes a view as JSON, unescaped.
func marshal(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return string(bytes.TrimRight(b.Bytes(), "\n")), err
}
