package view

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"custory/resources"
	"custory/schema"
)

// Sizes of the still picture, in its own units.
const (
	svgHead   = 150 // the names of the lanes
	svgColumn = 208 // a step
	svgGap    = 8
	svgMargin = 28
	svgCurve  = 92
	svgCards  = 6 // of a cell; the rest is counted
)

// Colours of the light theme.
const (
	svgPaper, svgSurface, svgInk = "#f6f4ef", "#fffefb", "#1b1a17"
	svgQuiet, svgLine, svgStrong = "#68635a", "#e0dbd0", "#c9c2b4"
	svgAccent, svgEvidence       = "#2a45c2", "#0a6b58"
	svgAssumed                   = "#8a8376"
)

// laneInk is the colour of a lane's mark.
func laneInk(t schema.ItemType) string {
	return map[schema.ItemType]string{schema.Touchpoint: "#41586b", schema.Insight: "#96520a", schema.Opportunity: "#0a6b58", schema.Solution: "#6a3fae", schema.Metric: "#a32d5c"}[t]
}

// SVG is a still picture of the journey as a grid, with its curve and how well
// each step is evidenced. It brings its own background, and no text of the
// journey is read as markup.
func SVG(m *resources.MapView) string {
	d := still{items: map[schema.ID]*resources.MapItem{}}
	for i := range m.Items {
		d.items[m.Items[i].ID] = &m.Items[i]
	}
	for _, st := range m.Stages {
		d.steps = append(d.steps, st.Steps...)
	}
	d.y = svgMargin
	d.title(m)
	d.heads(m)
	d.curve()
	for _, t := range schema.ItemType("").Values() {
		d.lane(t)
	}
	d.nested()
	w := svgMargin*2 + svgHead + max(len(d.steps), 3)*svgColumn
	h := d.y + svgMargin
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" font-family="ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif" font-size="12" fill="%s">
<rect width="%d" height="%d" fill="%s"/>
%s</svg>
`, w, h, w, h, escaped("Journey map: "+m.Name), svgInk, w, h, svgPaper, d.String())
}

// A still is a picture in the making, from the top down.
type still struct {
	strings.Builder
	items map[schema.ID]*resources.MapItem
	steps []resources.MapStep
	y     int
}

// escaped makes a text safe within SVG, and leaves out what XML cannot hold.
func escaped(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, s))
}

func (d *still) text(x, y int, size float64, style, s string) {
	fmt.Fprintf(d, `<text x="%d" y="%d" font-size="%g"%s>%s</text>`+"\n", x, y, size, style, escaped(s))
}

func quiet(style string) string { return ` fill="` + svgQuiet + `"` + style }

const svgBold = ` font-weight="600"`

func column(n int) int { return svgMargin + svgHead + n*svgColumn }

func (d *still) title(m *resources.MapView) {
	d.text(svgMargin, d.y+18, 22, svgBold, clipped(m.Name, 25, svgHead+3*svgColumn-40))
	facts := fmt.Sprintf("%d stages · %d steps · %d items · %d drafts · %d signals placed", len(m.Stages), len(d.steps), m.Counts.Items, m.Counts.Drafts, m.Signals.Placed)
	d.text(svgMargin, d.y+38, 12, quiet(""), facts)
	d.y += 58
}

// heads are the stages and the steps, with how well each is evidenced.
func (d *still) heads(m *resources.MapView) {
	n := 0
	for _, st := range m.Stages {
		if len(st.Steps) == 0 {
			continue
		}
		d.text(column(n)+svgGap, d.y+14, 12.5, svgBold, clipped(st.Name, 14, len(st.Steps)*svgColumn-2*svgGap))
		fmt.Fprintf(d, `<path d="M%d %dV%d" stroke="%s"/>`+"\n", column(n), d.y, d.y+104, svgStrong)
		n += len(st.Steps)
	}
	d.y += 24
	for n, s := range d.steps {
		x, w := column(n)+svgGap, svgColumn-2*svgGap
		d.cover(x, w, s.Coverage)
		for i, l := range wrapped(s.Name, 14.7, w, 2) {
			d.text(x, d.y+22+i*17, 13, svgBold, l)
		}
		d.disc(x+6, d.y+64, s.Coverage)
		note := string(s.Coverage)
		if s.Signals.Placed > 0 {
			note += fmt.Sprintf(" · %d signals", s.Signals.Placed)
		}
		d.text(x+18, d.y+68, 11, quiet(""), note)
	}
	d.y += 80
	d.rule(svgStrong)
}

// cover is the line above a step: whole, half or dotted.
func (d *still) cover(x, w int, c schema.Coverage) {
	solid := map[schema.Coverage]int{schema.Evidenced: w, schema.PartlyEvidenced: w / 2}[c]
	if solid < w {
		fmt.Fprintf(d, `<path d="M%d %dH%d" stroke="%s" stroke-width="3" stroke-dasharray="3 5"/>`, x+solid, d.y+2, x+w, svgAssumed)
	}
	if solid > 0 {
		fmt.Fprintf(d, `<path d="M%d %dH%d" stroke="%s" stroke-width="3"/>`, x, d.y+2, x+solid, svgEvidence)
	}
}

func (d *still) disc(x, y int, c schema.Coverage) {
	ring := fmt.Sprintf(`stroke="%s"`, svgEvidence)
	if c == schema.Assumed || c == "" {
		ring = fmt.Sprintf(`stroke="%s" stroke-dasharray="2.2 2.2"`, svgAssumed)
	}
	fmt.Fprintf(d, `<circle cx="%d" cy="%d" r="5" fill="none" stroke-width="1.4" %s/>`, x, y, ring)
	switch c {
	case schema.PartlyEvidenced:
		fmt.Fprintf(d, `<path d="M%d %da5 5 0 0 1 0 10z" fill="%s"/>`, x, y-5, svgEvidence)
	case schema.Evidenced:
		fmt.Fprintf(d, `<circle cx="%d" cy="%d" r="5" fill="%s"/>`, x, y, svgEvidence)
	}
}

func (d *still) rule(ink string) {
	fmt.Fprintf(d, `<path d="M%d %dH%d" stroke="%s"/>`+"\n", svgMargin, d.y, column(max(len(d.steps), 3)), ink)
}

// curve draws emotion where anybody judged it, or else the worst severity of
// each step's insights.
func (d *still) curve() {
	name, note, levels := "Emotion", "1 to 5", make([]int, len(d.steps))
	for n, s := range d.steps {
		levels[n] = s.Emotion
	}
	if !slices.ContainsFunc(levels, func(v int) bool { return v > 0 }) {
		name, note = "Severity", "5 lowest" // as on the page: down is worse
		for n, s := range d.steps {
			for _, id := range s.Items {
				if i := d.items[id]; i != nil && !i.Draft {
					levels[n] = max(levels[n], i.Severity)
				}
			}
		}
	}
	var path strings.Builder
	var dots []string
	px, py := 0, 0
	for n, v := range levels {
		if v == 0 {
			continue
		}
		x, y := column(n)+svgColumn/2, d.y+svgCurve-16-(v-1)*15
		if name == "Severity" {
			y = d.y + svgCurve - 16 - (5-v)*15
		}
		if path.Len() == 0 {
			fmt.Fprintf(&path, "M%d %d", x, y)
		} else {
			fmt.Fprintf(&path, "C%d %d %d %d %d %d", (px+x)/2, py, (px+x)/2, y, x, y)
		}
		dots = append(dots, fmt.Sprintf(`<circle cx="%d" cy="%d" r="9" fill="%s" stroke="%s" stroke-width="1.6"/><text x="%d" y="%d" font-size="11" text-anchor="middle"%s fill="%s">%d</text>`, x, y, svgSurface, svgAccent, x, y+4, svgBold, svgAccent, v))
		px, py = x, y
	}
	if len(dots) == 0 {
		return
	}
	d.text(svgMargin, d.y+22, 12.5, svgBold, name)
	d.text(svgMargin, d.y+38, 11, quiet(""), note)
	fmt.Fprintf(d, `<path d="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n%s\n", path.String(), svgAccent, strings.Join(dots, "\n"))
	d.y += svgCurve
	d.rule(svgLine)
}

// lane draws the items of one type below their steps.
func (d *still) lane(t schema.ItemType) {
	cells := make([][]*resources.MapItem, len(d.steps))
	all := 0
	for n, s := range d.steps {
		for _, id := range s.Items {
			if i := d.items[id]; i != nil && i.Type == t {
				cells[n] = append(cells[n], i)
				all++
			}
		}
	}
	if all == 0 {
		return
	}
	d.row(t.Group(), laneInk(t), len(cells), func(n int) (cards []svgCard) {
		for _, i := range cells[n] {
			cards = append(cards, svgCard{i.Title, noted(i), laneInk(t), i.Draft})
		}
		return cards
	})
}

func (d *still) nested() {
	if !slices.ContainsFunc(d.steps, func(s resources.MapStep) bool { return len(s.Nested) > 0 }) {
		return
	}
	d.row("Nested journeys", "#5b564d", len(d.steps), func(n int) (cards []svgCard) {
		for _, j := range d.steps[n].Nested {
			cards = append(cards, svgCard{j.Name, fmt.Sprintf("%d steps", j.Steps), "#5b564d", false})
		}
		return cards
	})
}

// A svgCard is a card of the picture.
type svgCard struct {
	title, note, ink string
	draft            bool
}

// noted is what a card says below its title.
func noted(i *resources.MapItem) string {
	parts := []string{i.Status}
	if i.Draft {
		parts[0] = "Draft"
	}
	if i.Severity > 0 {
		parts = append(parts, fmt.Sprintf("severity %d", i.Severity))
	}
	if i.People > 0 {
		parts = append(parts, fmt.Sprintf("%s, %d people", i.Evidence, i.People))
	}
	if i.Impact > 0 && i.Effort > 0 {
		parts = append(parts, fmt.Sprintf("impact %d, effort %d", i.Impact, i.Effort))
	}
	if m := i.Metric; m != nil && m.Current != nil {
		parts[0] = fmt.Sprintf("now %g", *m.Current)
		if m.Target != nil {
			parts = append(parts, fmt.Sprintf("goal %g", *m.Target))
		}
	}
	return strings.Join(parts, " · ")
}

// row draws a lane whose height is that of its fullest cell.
func (d *still) row(name, ink string, columns int, cards func(int) []svgCard) {
	top := d.y
	fmt.Fprintf(d, `<rect x="%d" y="%d" width="9" height="9" rx="2.5" fill="%s"/>`, svgMargin, top+14, ink)
	d.text(svgMargin+16, top+23, 12.5, svgBold, name)
	tallest := 40
	for n := range columns {
		all, y := cards(n), top+svgGap
		for _, c := range all[:min(len(all), svgCards)] {
			y += d.card(column(n)+svgGap, y, c) + 6
		}
		if more := len(all) - svgCards; more > 0 {
			d.text(column(n)+svgGap+8, y+12, 11, quiet(svgBold), fmt.Sprintf("and %d more", more))
			y += 20
		}
		tallest = max(tallest, y-top+2)
	}
	d.y += tallest
	d.rule(svgLine)
}

func (d *still) card(x, y int, c svgCard) (height int) {
	w := svgColumn - 2*svgGap
	lines := wrapped(c.title, 12, w-18, 4)
	height = 16 + 16*len(lines) + 14
	edge := fmt.Sprintf(`fill="%s" stroke="%s"`, svgSurface, svgLine)
	if c.draft {
		edge = fmt.Sprintf(`fill="none" stroke="%s" stroke-dasharray="4 3"`, svgQuiet)
	}
	fmt.Fprintf(d, `<rect x="%d" y="%d" width="%d" height="%d" rx="7" %s/>`+"\n", x, y, w, height, edge)
	for i, l := range lines {
		d.text(x+9, y+19+16*i, 12, "", l)
	}
	d.text(x+9, y+height-9, 10.5, quiet(""), clipped(c.note, 10.5, w-18))
	return height
}

// wide is about how wide a text is, in common fonts without serifs.
func wide(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljtfrI.,:;'|!()[] ", r):
			w += .33
		case strings.ContainsRune("mwMW@%—", r):
			w += .9
		case r >= 'A' && r <= 'Z':
			w += .7
		case r > 0x2e80:
			w++
		default:
			w += .57
		}
	}
	return w * size
}

func clipped(s string, size float64, width int) string { return wrapped(s, size, width, 1)[0] }

// wrapped breaks a text into at most so many lines. What does not fit ends in
// an ellipsis.
func wrapped(s string, size float64, width, most int) []string {
	lines := []string{""}
	for _, word := range strings.Fields(s) {
		last := lines[len(lines)-1]
		joined := strings.TrimSpace(last + " " + word)
		if wide(joined, size) <= float64(width) {
			lines[len(lines)-1] = joined
			continue
		}
		if last != "" {
			lines = append(lines, "")
		}
		for _, r := range word {
			if wide(lines[len(lines)-1]+string(r), size) > float64(width) {
				lines = append(lines, "")
			}
			lines[len(lines)-1] += string(r)
		}
	}
	if len(lines) <= most {
		return lines
	}
	end := []rune(lines[most-1])
	for len(end) > 0 && wide(string(end)+"…", size) > float64(width) {
		end = end[:len(end)-1]
	}
	return append(lines[:most-1], strings.TrimSpace(string(end))+"…")
}
