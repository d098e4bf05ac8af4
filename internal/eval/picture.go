package eval

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"custory/memory"
)

// Draw writes the report as a picture, an SVG of two panels: how placement
// learned over the decisions, and how often it was right where it was so sure.
// It is light or dark as the reader's surroundings are.
func (r ReplayReport) Draw(w io.Writer) error {
	d := &drawing{}
	d.open(r)
	d.curve(r, panel{x: 84, y: 176, w: 410, h: 286})
	d.reliability(r, panel{x: 752, y: 176, w: 286, h: 286})
	d.put("</svg>\n")
	_, err := io.WriteString(w, d.String())
	return err
}

// style has the colours of both surroundings. Text is never coloured: a series
// is told by its mark, its line and its label.
const style = `
.paper{fill:#fdfdfc} .ink{fill:#1b1f24} .soft{fill:#59616b} .grid{stroke:#e4e6e8} .axis{stroke:#9aa1a9} .even{stroke:#9aa1a9;stroke-dasharray:3 4}
.bar{fill:#e6ebf2} .one{stroke:#1f5fbf;fill:#1f5fbf} .three{stroke:#0c8a72;fill:#0c8a72} .sure{stroke:#c2571a;fill:#c2571a} .dot{fill:#1f5fbf;stroke:#fdfdfc}
@media (prefers-color-scheme:dark){
.paper{fill:#16191d} .ink{fill:#eceff2} .soft{fill:#a3acb6} .grid{stroke:#2a2f35} .axis{stroke:#6c757f} .even{stroke:#6c757f}
.bar{fill:#28313d} .one{stroke:#6ea8ff;fill:#6ea8ff} .three{stroke:#45c9ab;fill:#45c9ab} .sure{stroke:#ff9d5c;fill:#ff9d5c} .dot{fill:#6ea8ff;stroke:#16191d}
}
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.title{font-size:22px;font-weight:600} .head{font-size:15px;font-weight:600} .small{font-size:12px} .strong{font-weight:600}
.grid,.axis,.even{stroke-width:1;fill:none} .line{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round} .dash{stroke-dasharray:7 5} .dotted{stroke-dasharray:.1 5}
.mark{stroke-width:0} .dot{stroke-width:1.5} .right{text-anchor:end} .mid{text-anchor:middle}
`

const pictureWidth, pictureHeight = 1080, 590

// A drawing is the SVG as it grows.
type drawing struct{ strings.Builder }

func (d *drawing) put(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// text writes words, whoever they are from.
func (d *drawing) text(x, y float64, class, words string) {
	d.put(`<text x="%.1f" y="%.1f" class="%s">%s</text>`+"\n", x, y, class, escaped(words))
}

func (d *drawing) line(x1, y1, x2, y2 float64, class string) {
	d.put(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="%s"/>`+"\n", x1, y1, x2, y2, class)
}

// escaped is a text as XML takes it.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}

// open writes all that stands above the panels.
func (d *drawing) open(r ReplayReport) {
	title := "Placement in " + cutName(printable(r.Workspace))
	said := fmt.Sprintf("%s on %s, each asked about by what had been learned until then", counted(r.N, "decision"), counted(r.Steps, "step"))
	d.put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" role="img" aria-labelledby="title desc">`+"\n", pictureWidth, pictureHeight)
	d.put("<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n<style>%s</style>\n", escaped(title), escaped(r.describe(said)), style)
	d.put(`<rect width="%d" height="%d" class="paper"/>`+"\n", pictureWidth, pictureHeight)
	d.text(36, 50, "title ink", title)
	d.text(36, 76, "soft", said)
	d.text(36, 132, "head ink", "How it learned")
	d.text(36, 152, "small soft", r.windowsSaid())
	d.text(704, 132, "head ink", "How sure, and how often right")
	d.text(704, 152, "small soft", "of its best guess; on the dashed line they agree")
}

// windowsSaid tells what a mark of the learning curve stands for.
func (r ReplayReport) windowsSaid() string {
	if len(r.Curve) < 2 {
		return "as a share of all decisions"
	}
	last := r.Curve[len(r.Curve)-1]
	return fmt.Sprintf("as shares of about %s each; the figures are those of the last %s", counted(last.To-last.From+1, "decision"), grouped(last.To-last.From+1))
}

// describe says in words what the picture shows.
func (r ReplayReport) describe(said string) string {
	text := fmt.Sprintf("%s. The best guess is right for %s, one of the best three for %s. %s are placed without asking", said, percent(r.Top1), percent(r.Top3), percent(r.Placed))
	if r.Placed > 0 {
		text += ", and of those " + percent(r.Top1Covered) + " stand right"
	}
	if n := len(r.Curve); n > 1 {
		text += fmt.Sprintf(". From the first %d decisions to the last %d the best guess went from %s to %s", r.Curve[0].To, r.Curve[n-1].To-r.Curve[n-1].From+1, percent(r.Curve[0].Top1), percent(r.Curve[n-1].Top1))
	}
	return text + fmt.Sprintf(". The calibration error is %.3f.", r.ECE)
}

// A panel is where a chart stands, of shares from 0 to 1 upwards.
type panel struct{ x, y, w, h float64 }

func (p panel) up(share float64) float64     { return p.y + p.h*(1-share) }
func (p panel) across(share float64) float64 { return p.x + p.w*share }

// scale draws the shares at the left, with a line for each.
func (d *drawing) scale(p panel) {
	for i := range 5 {
		share := float64(i) / 4
		class := "grid"
		if i == 0 {
			class = "axis"
		}
		d.line(p.x, p.up(share), p.x+p.w, p.up(share), class)
		d.text(p.x-10, p.up(share)+4, "small soft right", fmt.Sprintf("%.0f %%", 100*share))
	}
}

// A series is one line of the learning curve.
type series struct {
	name, mark, dash string
	value            func(Window) *float64 // nil where there is nothing to show
}

var learned = []series{
	{"one of three right", "three", "dash", func(w Window) *float64 { return &w.Top3 }},
	{"right where placed", "sure", "dotted", enoughPlaced},
	{"best guess right", "one", "", func(w Window) *float64 { return &w.Top1 }},
}

// enoughPlaced is the precision of a window in which enough was placed for that
// to be more than chance.
func enoughPlaced(w Window) *float64 {
	const enough = 5
	if w.Placed*float64(w.To-w.From+1) < enough-0.5 {
		return nil
	}
	return w.Precision
}

// curve draws the windows, and behind them what share was placed.
func (d *drawing) curve(r ReplayReport, p panel) {
	n := float64(max(r.N, 1))
	left := func(w Window) float64 { return p.across(float64(w.From-1) / n) }
	right := func(w Window) float64 { return p.across(float64(w.To) / n) }
	for _, w := range r.Curve {
		d.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="bar"><title>%s</title></rect>`+"\n", left(w)+1.5, p.up(w.Placed), max(right(w)-left(w)-3, 1), p.h*w.Placed,
			escaped(fmt.Sprintf("decisions %s: %s placed without asking", w.span(), percent(w.Placed))))
	}
	d.scale(p)
	for _, t := range ticks(r.N) {
		x := p.across(float64(t) / n)
		d.line(x, p.y+p.h, x, p.y+p.h+5, "axis")
		d.text(x, p.y+p.h+21, "small soft mid", grouped(t))
	}
	d.text(p.x+p.w/2, p.y+p.h+44, "small soft mid", "decisions")
	var labels []label
	for _, s := range learned {
		last := -1.0
		var path, marks strings.Builder
		move := "M"
		for _, w := range r.Curve {
			v := s.value(w)
			if v == nil {
				move = "M"
				continue
			}
			x, y := (left(w)+right(w))/2, p.up(*v)
			fmt.Fprintf(&path, "%s%.1f %.1f", move, x, y)
			fmt.Fprintf(&marks, `<circle cx="%.1f" cy="%.1f" r="3.5" class="mark %s"><title>%s</title></circle>`+"\n", x, y, s.mark, escaped(fmt.Sprintf("decisions %s: %s, %s", w.span(), s.name, percent(*v))))
			move, last = "L", *v
		}
		if path.Len() > 0 {
			d.put(`<path d="%s" class="line %s %s" style="fill:none"/>`+"\n%s", path.String(), s.mark, s.dash, marks.String())
			labels = append(labels, label{y: p.up(last), name: s.name, value: percent(last), mark: s.mark})
		}
	}
	if k := len(r.Curve); k > 0 {
		labels = append(labels, label{y: p.up(r.Curve[k-1].Placed), name: "placed without asking", value: percent(r.Curve[k-1].Placed), mark: "bar"})
	}
	d.labels(labels, p)
}

// A label stands at the end of a line.
type label struct {
	y                 float64
	name, value, mark string
}

// labels writes them from top to bottom, none over another.
func (d *drawing) labels(all []label, p panel) {
	const apart = 34
	slices.SortStableFunc(all, func(a, b label) int { return int(math.Round(a.y - b.y)) })
	for i := range all {
		if all[i].y = max(all[i].y, p.y+6); i > 0 {
			all[i].y = max(all[i].y, all[i-1].y+apart)
		}
	}
	for i, lowest := len(all)-1, p.y+p.h-14; i >= 0; i, lowest = i-1, lowest-apart {
		all[i].y = min(all[i].y, lowest)
	}
	x := p.x + p.w + 14
	for _, l := range all {
		d.put(`<rect x="%.1f" y="%.1f" width="10" height="10" rx="%s" class="mark %s"/>`+"\n", x, l.y-5, map[bool]string{true: "1", false: "5"}[l.mark == "bar"], l.mark)
		d.text(x+17, l.y+4, "small strong ink", l.value)
		d.text(x+17, l.y+18, "small soft", l.name)
	}
}

// reliability draws a dot for each bin, the larger the more decisions it has,
// and below how many those are.
func (d *drawing) reliability(r ReplayReport, p panel) {
	d.scale(p)
	d.line(p.x, p.up(0), p.x+p.w, p.up(1), "even")
	for _, at := range []struct {
		share float64
		words string
	}{{memory.ProposeAt, "proposed"}, {r.PlaceAt, "placed"}} {
		d.line(p.across(at.share), p.y, p.across(at.share), p.y+p.h, "grid")
		d.text(p.across(at.share)+4, p.y+p.h-8, "small soft", at.words)
	}
	most := 1
	for _, b := range r.Reliability {
		most = max(most, b.N)
	}
	var path strings.Builder
	for i, b := range r.Reliability {
		move := "L"
		if i == 0 {
			move = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", move, p.across(b.Confidence), p.up(b.Right))
	}
	if path.Len() > 0 {
		d.put(`<path d="%s" class="line one" style="fill:none;opacity:.45"/>`+"\n", path.String())
	}
	const tall = 34
	floor := p.y + p.h + 84
	for _, b := range r.Reliability {
		share := math.Sqrt(float64(b.N) / float64(most))
		d.put(`<circle cx="%.1f" cy="%.1f" r="%.1f" class="dot"><title>%s</title></circle>`+"\n", p.across(b.Confidence), p.up(b.Right), 4+7*share,
			escaped(fmt.Sprintf("sure of it %s on average: right %s, of %s", percent(b.Confidence), percent(b.Right), counted(b.N, "decision"))))
		x, w, h := p.across(b.From), p.across(b.To)-p.across(b.From), max(1.5, tall*float64(b.N)/float64(most))
		d.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="bar"/>`+"\n", x+1.5, floor-h, w-3, h)
		d.text(x+w/2, floor-h-4, "small soft mid", brief(b.N))
	}
	for i := range 5 {
		share := float64(i) / 4
		d.text(p.across(share), p.y+p.h+21, "small soft mid", fmt.Sprintf("%.0f %%", 100*share))
	}
	d.line(p.x, floor, p.x+p.w, floor, "axis")
	d.text(p.x-10, floor-1, "small soft right", "decisions")
	d.text(p.x+p.w/2, floor+20, "small soft mid", "sure of the best guess")
}

// ticks are round numbers from 0 to n, six at most.
func ticks(n int) (all []int) {
	step := 1
	for _, m := range []int{2, 5, 10} {
		if n/step <= 5 {
			break
		}
		step = m
	}
	for scale := 10; n/step > 5; scale *= 10 {
		for _, m := range []int{2, 5, 10} {
			if step = m * scale; n/step <= 5 {
				break
			}
		}
	}
	for t := 0; t <= n; t += step {
		all = append(all, t)
	}
	return all
}

// cutName keeps a name to what fits above the panels.
func cutName(name string) string {
	const most = 60
	if r := []rune(name); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return name
}

// grouped writes 12840 as 12,840.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// brief writes 12840 as 13k, for where there is no room.
func brief(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprint(n)
	case n < 9950:
		return fmt.Sprintf("%.1fk", float64(n)/1000)
	}
	return fmt.Sprintf("%.0fk", float64(n)/1000)
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return grouped(n) + " " + noun
}
