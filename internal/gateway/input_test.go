package gateway_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"hubbub/internal/gateway"
)

// TestInputBringsEverythingAndThenTheEnd has what is read come with the error, and
// without.
func TestInputBringsEverythingAndThenTheEnd(t *testing.T) {
	text := strings.Repeat("what comes ", 10_000)
	for name, from := range map[string]io.Reader{
		"with the error":    iotest.DataErrReader(strings.NewReader(text)),
		"without the error": strings.NewReader(text),
		"by the byte":       iotest.OneByteReader(strings.NewReader(text)),
	} {
		in := gateway.NewInput(from, []byte("first "))
		var got strings.Builder
		for {
			n := min(len(in.Bytes()), 100)
			got.Write(in.Bytes()[:n])
			if in.Skip(n); n > 0 {
				continue
			}
			if err := in.Fill(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if got.String() != "first "+text {
			t.Errorf("%s: %d bytes came of %d", name, got.Len(), len("first "+text))
		}
		if err := in.Fill(); err != io.EOF {
			t.Errorf("%s: after the end comes %v", name, err)
		}
	}
}

func TestInputKeepsWhatIsNotUsed(t *testing.T) {
	text := strings.Repeat("0123456789", 3000)
	in := gateway.NewInput(iotest.HalfReader(strings.NewReader(text)), nil)
	for len(in.Bytes()) < len(text) {
		if err := in.Fill(); err != nil {
			t.Fatal(err)
		}
	}
	if string(in.Bytes()) != text {
		t.Error("what was read in pieces is not what was sent")
	}
}
