package hubtest_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"hubbub/internal/hubtest"
	"hubbub/internal/hubtest/powerloss"
)

// broken is what a server exits with when its disk has failed.
const broken = 74

// disk is a server on a disk that can lose its power, and a trial on it.
type disk struct {
	t  *testing.T
	fs *powerloss.FS
	s  *hubtest.Server
	tr *hubtest.Trial
}

func newDisk(t *testing.T) *disk {
	t.Helper()
	fs := powerloss.ForTest(t)
	s := hubtest.StartProcess(t, hubtest.Unlimited(filepath.Join(fs.Dir(), "data")))
	return &disk{t, fs, s, hubtest.NewTrial(t, s, "disk")}
}

// suffer lets everybody talk while harm is done, and judges.
func (d *disk) suffer(seed uint64, harm func() error) {
	d.t.Helper()
	var over atomic.Bool
	go func() {
		defer over.Store(true)
		if err := harm(); err != nil {
			d.t.Error(err)
		}
	}()
	d.tr.Run(hubtest.Workload{
		Seed: seed, Rooms: 2, Programs: 4, Readers: 2, Persons: 1, Window: 8,
		More: func(int) bool { return !over.Load() },
	})
	d.t.Log(d.tr.Judge())
}

// talk waits for some acknowledgements.
func (d *disk) talk(n int) error {
	if !d.tr.Await(d.tr.Acked() + n) {
		return fmt.Errorf("nobody was acknowledged any more; the server says:\n%s", d.s.Log())
	}
	return nil
}

// breaks waits until the server has given up.
func (d *disk) breaks() error {
	if err := d.s.Wait(); hubtest.ExitCode(err) != broken {
		return fmt.Errorf("the server ended with %w, not %d", err, broken)
	}
	return nil
}

// lose lets the power go while the server is down, and starts it again.
func (d *disk) lose(rng *rand.Rand) error {
	d.t.Logf("after %d acknowledgements the power goes: %+v", d.tr.Acked(), d.fs.PowerLoss(rng))
	return d.s.Restart()
}

// The power goes again and again, at any moment, also in the middle of a write
// and of a start.
func TestPowerLossLosesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed(t), 0))
	workload := rng.Uint64()
	d := newDisk(t)
	d.suffer(workload, func() error {
		for range rounds(5, 2) {
			if err := d.talk(1 + rng.IntN(100)); err != nil {
				return err
			}
			if rng.IntN(2) == 0 {
				d.s.Kill()
			} else {
				d.fs.CutPower(rng.IntN(200))
				if err := d.breaks(); err != nil {
					return err
				}
			}
			if err := d.lose(rng); err != nil {
				return err
			}
		}
		return d.talk(20)
	})
}

// A sync fails: the server acknowledges nothing more and gives up. It starts
// again on a disk that works, and then the power goes, perhaps at once: what it
// found at its start and built upon had never been on the disk.
func TestFailedSyncLosesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed(t), 0))
	workload := rng.Uint64()
	d := newDisk(t)
	d.suffer(workload, func() error {
		for range rounds(4, 2) {
			if err := d.talk(1 + rng.IntN(100)); err != nil {
				return err
			}
			d.fs.FailSync(-1, syscall.EIO)
			if err := d.breaks(); err != nil {
				return err
			}
			d.fs.FailSync(0, 0)
			if err := d.goOnUntilPowerLoss(rng); err != nil {
				return err
			}
			if err := d.lose(rng); err != nil {
				return err
			}
		}
		return d.talk(20)
	})
}

// goOnUntilPowerLoss starts the server again, and stops it or its disk: while it
// starts, or a few acknowledgements later.
func (d *disk) goOnUntilPowerLoss(rng *rand.Rand) error {
	if rng.IntN(2) == 0 {
		d.fs.CutPower(rng.IntN(60))
		if err := d.s.Restart(); err != nil {
			d.t.Logf("no start: %v", err)
			return nil
		}
		return d.breaks()
	}
	if err := d.s.Restart(); err != nil {
		return err
	}
	if err := d.talk(1 + rng.IntN(10)); err != nil {
		return err
	}
	d.s.Kill()
	return nil
}
