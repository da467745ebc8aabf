package preview_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"hubbub/internal/preview"
)

// ask has as many ask for a turn as there are hosts. It counts those who have
// one, and each keeps it until something comes from leave.
func ask(t *testing.T, hosts []string, leave <-chan struct{}) (have *atomic.Int32) {
	turns := preview.NewTurns()
	have = new(atomic.Int32)
	for _, host := range hosts {
		go func() {
			if err := preview.Wait(turns, t.Context(), host); err != nil {
				t.Error(err)
				return
			}
			have.Add(1)
			<-leave
			have.Add(-1)
			preview.End(turns, host)
		}()
	}
	return have
}

func TestNobodyIsFlooded(t *testing.T) {
	var same, others []string
	for i := range 20 {
		same, others = append(same, "a.example"), append(others, fmt.Sprintf("%d.example", i))
	}
	for about, c := range map[string]struct {
		hosts []string
		most  int32
	}{
		"one host":   {same, 1},
		"many hosts": {others, 4},
	} {
		synctest.Test(t, func(t *testing.T) {
			leave := make(chan struct{})
			have := ask(t, c.hosts, leave)
			for left := int32(len(c.hosts)); left > 0; left-- {
				synctest.Wait()
				if got := have.Load(); got != min(left, c.most) {
					t.Errorf("%s: %d requests are under way, %d to be made", about, got, left)
				}
				leave <- struct{}{}
			}
		})
	}
}
