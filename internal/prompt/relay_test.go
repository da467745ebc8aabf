package prompt

import (
	"errors"
	"io"
	"os"
	"testing"
)

// asking tells of each Read.
type asking struct {
	io.Reader
	reads chan struct{}
}

func (a asking) Read(p []byte) (int, error) {
	a.reads <- struct{}{}
	return a.Reader.Read(p)
}

func TestWhatNobodyWaitsForIsForTheNextInput(t *testing.T) {
	in, keys := io.Pipe()
	a := asking{in, make(chan struct{}, 10)}
	r := newRelay(a)
	first, ended := make(chan struct{}), make(chan error)
	go func() {
		_, err := r.read(make([]byte, 10), first)
		ended <- err
	}()
	<-a.reads
	close(first)
	if err := <-ended; !errors.Is(err, os.ErrClosed) {
		t.Errorf("a reading that was ended returned %v", err)
	}
	if _, err := r.read(make([]byte, 10), first); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a later one returned %v", err)
	}
	go keys.Write([]byte("hello"))
	second := make(chan struct{})
	for _, want := range []string{"he", "ll", "o"} {
		p := make([]byte, 2)
		if n, err := r.read(p, second); err != nil || string(p[:n]) != want {
			t.Errorf("the next one returned %q, %v, want %q", p[:n], err, want)
		}
	}
	if len(a.reads) > 0 {
		t.Error("it was read without being asked for")
	}
	keys.Close()
	if n, err := r.read(make([]byte, 2), second); n != 0 || err != io.EOF {
		t.Errorf("at the end came %d bytes, %v", n, err)
	}
}
