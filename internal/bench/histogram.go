package bench

import (
	"math/bits"
	"time"
)

// Each power of two is cut into 2^subBits equal buckets, so a value is known to
// within 1.6%. Values above the last bucket are counted in it.
const (
	subBits   = 6
	valueBits = 40 // 18 minutes in nanoseconds
	buckets   = (valueBits - subBits + 1) << subBits
)

// histogram counts durations with a fixed relative error, in 18 KB whatever
// their number. The zero value is empty. It is not safe for concurrent use.
type histogram struct {
	counts   [buckets]uint64
	n        uint64
	min, max int64
}

// bucketOf returns the bucket of v nanoseconds.
func bucketOf(v int64) int {
	if v < 0 {
		return 0
	}
	exp := max(0, bits.Len64(uint64(v))-subBits-1)
	return min(exp<<subBits+int(v>>exp), buckets-1)
}

// bucketTop returns the largest value in bucket i.
func bucketTop(i int) int64 {
	exp := max(0, i>>subBits-1)
	return (int64(i-exp<<subBits)+1)<<exp - 1
}

// record counts v nanoseconds.
func (h *histogram) record(v int64) {
	h.counts[bucketOf(v)]++
	if h.n == 0 || v < h.min {
		h.min = v
	}
	h.max = max(h.max, v)
	h.n++
}

// add counts everything that o has counted.
func (h *histogram) add(o *histogram) {
	if o.n == 0 {
		return
	}
	for i, c := range o.counts {
		h.counts[i] += c
	}
	if h.n == 0 || o.min < h.min {
		h.min = o.min
	}
	h.max = max(h.max, o.max)
	h.n += o.n
}

// quantile returns the value that the fraction q (0 to 1) of all values does
// not exceed, or 0 if h is empty.
func (h *histogram) quantile(q float64) time.Duration {
	rank := max(1, uint64(q*float64(h.n)+0.5))
	var below uint64
	for i, c := range h.counts {
		below += c
		if below >= rank {
			return time.Duration(min(max(bucketTop(i), h.min), h.max))
		}
	}
	return 0
}

// Latency is the summary of a latency distribution. All durations are in
// microseconds, as JSON readers expect a plain number with a known unit.
type Latency struct {
	Count uint64  `json:"count"`
	Min   float64 `json:"min_us"`
	P50   float64 `json:"p50_us"`
	P90   float64 `json:"p90_us"`
	P99   float64 `json:"p99_us"`
	P999  float64 `json:"p999_us"`
	Max   float64 `json:"max_us"`
	// Curve holds the quantiles of curveAt, for plotting.
	Curve []float64 `json:"curve_us,omitempty"`
}

// curveAt returns the quantiles of [Latency.Curve]: evenly spaced on the axis
// -log10(1-q) from 0 to four nines.
func curveAt() []float64 {
	return []float64{0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.9975, 0.999, 0.9995, 0.99975, 0.9999}
}

// latency summarises h, or returns nil if it is empty.
func (h *histogram) latency() *Latency {
	if h.n == 0 {
		return nil
	}
	l := &Latency{
		Count: h.n, Min: micros(time.Duration(h.min)), Max: micros(time.Duration(h.max)),
		P50: micros(h.quantile(.5)), P90: micros(h.quantile(.9)),
		P99: micros(h.quantile(.99)), P999: micros(h.quantile(.999)),
	}
	for _, q := range curveAt() {
		l.Curve = append(l.Curve, micros(h.quantile(q)))
	}
	return l
}

// micros returns d in microseconds.
func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
