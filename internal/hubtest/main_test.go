package hubtest_test

import (
	"testing"

	"hubbub/internal/hubtest"
)

func TestMain(m *testing.M) { hubtest.Main(m) }
