package keyfile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/internal/keyfile"
)

func TestAKeyIsDrawnOnceAndIsOfItsKind(t *testing.T) {
	drawn := 0
	kind := keyfile.Kind{Name: "test-key-1", Size: 4, New: func() []byte { drawn++; return []byte("abcd") }}
	path := filepath.Join(t.TempDir(), "key")
	for range 2 {
		if key, err := keyfile.Load(path, kind); err != nil || !bytes.Equal(key, []byte("abcd")) {
			t.Errorf("%q, %v", key, err)
		}
	}
	if drawn != 1 {
		t.Errorf("it is drawn %d times", drawn)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "test-key-1 YWJjZA==\n" {
		t.Errorf("the file is %q, %v", text, err)
	}
	for _, other := range []keyfile.Kind{{Name: "test-key-2", Size: 4}, {Name: "test-key-1", Size: 5}} {
		if key, err := keyfile.Load(path, other); err == nil || !strings.Contains(err.Text, path) {
			t.Errorf("as another kind it is %q, %v", key, err)
		}
	}
}
