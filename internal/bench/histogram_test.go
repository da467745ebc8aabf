package bench

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestBucketsCoverAllValuesInOrder(t *testing.T) {
	if got := bucketOf(-5); got != 0 {
		t.Errorf("a negative value is in bucket %d", got)
	}
	next := int64(0)
	for i := range buckets {
		top := bucketTop(i)
		if bucketOf(next) != i || bucketOf(top) != i {
			t.Fatalf("bucket %d should hold %d to %d, which are in %d and %d", i, next, top, bucketOf(next), bucketOf(top))
		}
		if width := top - next; float64(width) > float64(next)/(1<<subBits) {
			t.Fatalf("bucket %d holds %d to %d: too coarse", i, next, top)
		}
		next = top + 1
	}
	if next != 1<<valueBits {
		t.Errorf("the buckets end at %d", next)
	}
	if got := bucketOf(math.MaxInt64); got != buckets-1 {
		t.Errorf("the largest value is in bucket %d", got)
	}
}

func TestQuantilesAreWithinTheError(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var one, other, both histogram
	var values []int64
	for i := range 20_000 {
		v := int64(math.Exp(rng.Float64() * 25))
		values = append(values, v)
		if i%3 == 0 {
			one.record(v)
		} else {
			other.record(v)
		}
	}
	both.add(&one)
	both.add(&other)
	both.add(&histogram{})
	slices.Sort(values)
	for _, q := range []float64{0, .1, .5, .9, .99, .999, 1} {
		want := float64(values[max(0, int(q*float64(len(values))+.5)-1)])
		got := float64(both.quantile(q))
		if got < want || got > want*(1+1.0/(1<<subBits))+1 {
			t.Errorf("quantile %g is %g, want %g or a little more", q, got, want)
		}
	}
	l := both.latency()
	if l.Count != 20_000 || l.Min != float64(values[0])/1e3 || l.Max != float64(values[len(values)-1])/1e3 {
		t.Errorf("count, min, max are %d, %g, %g", l.Count, l.Min, l.Max)
	}
	if !slices.IsSorted(l.Curve) || len(l.Curve) != len(curveAt()) {
		t.Errorf("curve is %v", l.Curve)
	}
}

func TestEmptyHistogramHasNoLatency(t *testing.T) {
	var h histogram
	if h.latency() != nil || h.quantile(.5) != 0 {
		t.Error("an empty histogram has a latency")
	}
	h.record(int64(3 * time.Millisecond))
	if l := h.latency(); l.P50 != 3000 || l.Max != 3000 || l.Min != 3000 {
		t.Errorf("one value of 3 ms gives %+v", l)
	}
}
