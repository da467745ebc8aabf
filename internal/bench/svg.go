package bench

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// The plots are plain SVG with a white ground, so that they read the same in a
// browser, in a repository's page and in print.
const (
	svgWidth  = 720
	svgMargin = 24
	barHeight = 18
	barGap    = 4
	groupGap  = 40 // below the bars of a metric
	svgStyle  = `text{font:13px system-ui,sans-serif;fill:#222}.t{font-size:17px;font-weight:600}.s{fill:#666}.g{stroke:#ddd}.e{text-anchor:end}.m{text-anchor:middle}`
)

// svgColours are told apart by people who see colours differently, too.
func svgColours() []string { return []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"} }

// svg writes elements and keeps the first error.
type svg struct{ printer }

// begin writes the head of a plot of that height.
func (s *svg) begin(height int, title, subtitle string) {
	s.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`+"\n", svgWidth, height, svgWidth, height)
	s.printf("<title>%s</title>\n<style>%s</style>\n", escape(title), svgStyle)
	s.printf(`<rect width="%d" height="%d" fill="#fff"/>`+"\n", svgWidth, height)
	s.text(svgMargin, 34, "t", title)
	s.text(svgMargin, 56, "s", subtitle)
}

// end writes the foot.
func (s *svg) end() error {
	s.printf("</svg>\n")
	return s.err
}

// text writes text of a class at a place.
func (s *svg) text(x, y float64, class, text string) {
	s.printf(`<text x="%.1f" y="%.1f" class="%s">%s</text>`+"\n", x, y, class, escape(text))
}

// line writes a thin line.
func (s *svg) line(x1, y1, x2, y2 float64) {
	s.printf(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="g"/>`+"\n", x1, y1, x2, y2)
}

// escape makes text safe between tags.
func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder takes everything
	return b.String()
}

// WriteSVG draws the medians: a group of bars for each metric of which there
// is more than one.
func (c *Comparison) WriteSVG(w io.Writer) error {
	drawn := []string{"CPU µs/delivery", "deliveries/s", "messages/s", "ack p50 ms", "ack p99 ms", "seen p99 ms", "landing s"}
	var metrics []Metric
	for _, m := range c.Metrics {
		if slices.Contains(drawn, m.Name) {
			metrics = append(metrics, m)
		}
	}
	height := 80 + len(metrics)*(len(c.Targets)*(barHeight+barGap)+groupGap)
	s := &svg{printer{w: w}}
	s.begin(height, "hubbub bench: "+c.Scenario, fmt.Sprintf("medians of %s, interleaved; in brackets %s compared with it; %s", plural(c.Rounds, "run"), c.Targets[0], c.System))
	for i, m := range metrics {
		s.bars(m, c.Targets, 84+float64(i*(height-80)/len(metrics)))
	}
	return s.end()
}

// bars draws one metric below y: its name, and a bar for each target.
func (s *svg) bars(m Metric, targets []string, y float64) {
	const left, valueWidth = 170, 190
	largest := 0.0
	for _, v := range m.Medians {
		if v != nil {
			largest = max(largest, *v)
		}
	}
	s.text(svgMargin, y+8, "", m.Name)
	y += 18
	for i, v := range m.Medians {
		s.text(left-8, y+14, "e s", targets[i])
		if v != nil {
			width := max(1, *v/largest*(svgWidth-left-valueWidth))
			s.printf(`<rect x="%d" y="%.1f" width="%.1f" height="%d" rx="2" fill="%s"/>`+"\n", left, y, width, barHeight, svgColours()[i%5])
			s.text(left+width+8, y+14, "", barText(m, i))
		}
		y += barHeight + barGap
	}
}

// barText is the figure beside bar i, with the ratio that the first target has
// to it.
func barText(m Metric, i int) string {
	text := group(*m.Medians[i])
	if i > 0 && m.Ratios[i-1] != nil {
		text += fmt.Sprintf("  (%sx)", group(*m.Ratios[i-1]))
	}
	return text
}

// WriteSVG draws the run's latency distributions: the share of messages across,
// with the slow ones spread out, and the time upwards, both logarithmic.
func (r *Result) WriteSVG(w io.Writer) error {
	all := r.distributions()
	height := 430 + 20*len(all)
	s := &svg{printer{w: w}}
	s.begin(height, "hubbub bench: "+r.Scenario, fmt.Sprintf("%s; %s in %s; %s", r.Target, plural(r.Clients, "client"), r.where(), r.load()))
	if len(all) == 0 {
		s.text(svgMargin, 100, "", "This scenario measures no latencies.")
		return s.end()
	}
	a := newAxes(all)
	s.grid(a)
	for i, l := range all {
		colour := svgColours()[i%5]
		s.printf(`<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>`+"\n", colour, a.points(l.Latency))
		y := float64(a.bottom + 52 + 20*i)
		s.printf(`<rect x="%d" y="%.1f" width="14" height="14" rx="2" fill="%s"/>`+"\n", a.left, y, colour)
		s.text(float64(a.left+22), y+12, "", fmt.Sprintf("%s: p50 %s ms, p99 %s ms, max %s ms", l.name, group(l.P50/1e3), group(l.P99/1e3), group(l.Max/1e3)))
	}
	return s.end()
}

// axes maps quantiles and microseconds to places.
type axes struct {
	left, right, top, bottom int
	low, high                float64 // log10 of the microseconds at bottom and top
}

// newAxes returns axes with whole powers of ten around the distributions.
func newAxes(all []named) axes {
	low, high := math.Inf(1), math.Inf(-1)
	for _, l := range all {
		for _, v := range l.Curve {
			low, high = min(low, math.Log10(max(v, 1))), max(high, math.Log10(max(v, 1)))
		}
	}
	low, high = math.Floor(low), math.Ceil(high)
	return axes{90, svgWidth - 2*svgMargin, 80, 360, low, max(high, low+1)}
}

// x returns the place of a quantile: each further nine takes the same width.
func (a axes) x(q float64) float64 {
	return float64(a.left) + -math.Log10(1-q)/4*float64(a.right-a.left)
}

// y returns the place of a time in microseconds.
func (a axes) y(us float64) float64 {
	return float64(a.bottom) - (math.Log10(max(us, 1))-a.low)/(a.high-a.low)*float64(a.bottom-a.top)
}

// points returns the curve as SVG points.
func (a axes) points(l *Latency) string {
	var b strings.Builder
	for i, q := range curveAt() {
		if i < len(l.Curve) {
			fmt.Fprintf(&b, "%.1f,%.1f ", a.x(q), a.y(l.Curve[i]))
		}
	}
	return strings.TrimSpace(b.String())
}

// grid writes the lines and labels of both axes.
func (s *svg) grid(a axes) {
	s.text(float64(a.left+a.right)/2, float64(a.bottom+36), "m s", "share of the messages that took at most that long")
	for e := a.low; e <= a.high; e++ {
		us := math.Pow(10, e)
		s.line(float64(a.left), a.y(us), float64(a.right), a.y(us))
		s.text(float64(a.left-8), a.y(us)+4, "e s", group(us/1e3)+" ms")
	}
	for _, q := range []float64{0, .5, .9, .99, .999, .9999} {
		s.line(a.x(q), float64(a.top), a.x(q), float64(a.bottom))
		s.text(a.x(q), float64(a.bottom+18), "m s", fmt.Sprintf("%g%%", math.Round(q*1e4)/100))
	}
}
