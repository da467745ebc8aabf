//go:build !unix

package bench

import (
	"os"
	"syscall"
)

// childAttributes has nothing to ask for here.
func childAttributes() *syscall.SysProcAttr { return nil }

// terminate ends the process: this system has no way to ask for it.
func terminate(p *os.Process) error { return p.Kill() }
