package format

import "strings"

// A tableReader makes a journey of rows.
type tableReader struct {
	j       Journey
	warn    warnings
	columns columns
	exact   bool            // the file is one of ours
	stages  map[string]int  // the last stage of each name
	steps   map[stepKey]int // the last step of each name
	above   stepKey         // the step of the row above
	told    map[fact]bool
	said    map[string]bool // the columns that a warning was given for
}

// A stepKey names a step by its name and the index of its stage.
type stepKey struct {
	stage int
	name  string
}

// A fact is something that a row tells of a step. It is taken once, however many
// rows repeat it.
type fact struct {
	step stepKey
	item Item
}

// row takes a row. In a file of ours a row without an item begins a stage or step
// even if one of that name exists.
func (t *tableReader) row(rec record) {
	cell := func(field string) string {
		i, ok := t.columns[field]
		if !ok {
			return ""
		}
		if t.exact {
			return unguard(rec.cells[i])
		}
		return unguard(strings.TrimSpace(rec.cells[i]))
	}
	stage, step := cell("stage"), cell("step")
	items := t.items(rec.line, cell)
	fresh := t.exact && cell("group") == ""
	if fresh && stage == "" && step == "" {
		t.j.Description = cell("description")
		return
	}
	if stage != "" || step != "" {
		t.above = stepKey{t.stage(rec.line, stage, fresh && step == ""), step}
	}
	if t.above.name == "" {
		if len(items) > 0 {
			t.warn.add(rec.line, "items were left out because the row names no step")
		}
		return
	}
	s := t.step(fresh)
	t.tell(rec.line, s, cell)
	for _, item := range items {
		if t.isNew(item) {
			s.Items = append(s.Items, item)
		}
	}
}

// stage returns the index of the last stage called name, or of the stage above if
// name is empty. It adds the stage if there is none or fresh is set.
func (t *tableReader) stage(line int, name string, fresh bool) int {
	if name == "" {
		if len(t.j.Stages) > 0 {
			return t.above.stage
		}
		name = defaultStage
		t.warn.add(line, "no stage is named in this row or above; the step was put in %q", name)
	}
	i, ok := t.stages[name]
	if !ok || fresh {
		i = len(t.j.Stages)
		t.stages[name] = i
		t.j.Stages = append(t.j.Stages, Stage{Name: name})
	}
	return i
}

// step returns the last step of the name and stage above. It adds the step if
// there is none or fresh is set.
func (t *tableReader) step(fresh bool) *Step {
	steps := &t.j.Stages[t.above.stage].Steps
	i, ok := t.steps[t.above]
	if !ok || fresh {
		i = len(*steps)
		t.steps[t.above] = i
		*steps = append(*steps, Step{Name: t.above.name})
	}
	return &(*steps)[i]
}

// tell adds to s what a row tells of the step itself.
func (t *tableReader) tell(line int, s *Step, cell func(string) string) {
	if d := cell("description"); s.Description == "" {
		s.Description = d
	} else if d != "" && d != s.Description {
		t.warn.add(line, "the description was left out; a row above has another for this step")
	}
	if told := cell("emotion"); told != "" {
		score, note := emotion(told)
		if note != "" {
			t.warn.add(line, "%s", note)
		}
		if s.Emotion == 0 {
			s.Emotion = score
		} else if score != 0 && score != s.Emotion {
			t.warn.add(line, "the emotion %d was left out; a row above says %d for this step", score, s.Emotion)
		}
	}
	split := func(names string) []string { return actors(names, ",;") }
	if t.exact {
		split = splitActors
	}
	for _, name := range split(cell("actors")) {
		if t.isNew(Item{Group: "Actor", Title: name}) {
			s.Actors = append(s.Actors, name)
		}
	}
}

// isNew tells whether no row has told the fact of the step above. A file of ours
// repeats nothing by chance.
func (t *tableReader) isNew(item Item) bool {
	f := fact{t.above, item}
	known := t.told[f]
	t.told[f] = true
	return t.exact || !known
}

// items returns the items of a row: that of the columns group and title, and one
// for each column of a group that is not empty.
func (t *tableReader) items(line int, cell func(string) string) []Item {
	var items []Item
	owner := cell("owner")
	ownable := false
	if name := cell("group"); name == "" {
		for _, column := range []string{"title", "item_description", "status"} {
			t.leaveOut(line, column, cell(column), "it needs a group")
		}
	} else if group, ok := groupOf(name); ok {
		items = append(items, Item{Group: group, Title: cell("title"), Description: cell("item_description"), Status: cell("status"), Owner: owner})
		ownable = true
	} else {
		t.warn.add(line, "the item %.80q was left out: %.80q is none of Touchpoint, Insight, Opportunity, Solution and Metric", cell("title"), name)
	}
	for _, f := range journeyFields {
		group, ok := groupOf(f[0])
		title := cell(f[0])
		if !ok || title == "" {
			continue
		}
		item := Item{Group: group, Title: title}
		if owned(group) {
			item.Owner, ownable = owner, true
		}
		items = append(items, item)
	}
	if !ownable {
		t.leaveOut(line, "owner", owner, "only an opportunity, solution or metric has an owner")
	}
	t.leaveOut(line, "evidence", cell("evidence"), "it belongs in `import signals`")
	return items
}

// leaveOut warns, once for each column, of a cell that has no place.
func (t *tableReader) leaveOut(line int, column, cell, why string) {
	if cell != "" && !t.said[column] {
		t.said[column] = true
		t.warn.add(line, "the %s was left out, here and in such rows below: %s", column, why)
	}
}
