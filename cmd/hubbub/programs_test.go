package main

import (
	"os"
	"os/exec"
	"testing"
)

// installed skips a test that starts programs of others where they are not, unless
// CI=true says that they should be. Short tests start none: the others do.
func installed(t *testing.T, programs ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("the programs of others are for the long tests")
	}
	for _, program := range programs {
		_, err := exec.LookPath(program)
		switch {
		case err != nil && os.Getenv("CI") == "true":
			t.Fatalf("%s is not installed: .ci/run lists the packages", program)
		case err != nil:
			t.Skipf("%s is not installed: .ci/run lists the packages", program)
		}
	}
}
