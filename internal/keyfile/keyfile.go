// Package keyfile keeps a secret key in a file that only its owner can use, and
// makes it when there is none.
//
// The file is one line: what it is, and the key in base64. It is whole, and on
// the disk, before it has its name. Only one process at a time may ask for one,
// which the lock on the data directory sees to.
package keyfile

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const maxSize = 256 // bytes of a file

// Kind is what keys of a kind are like.
type Kind struct {
	Name string        // what the file begins with
	Size int           // bytes of a key
	New  func() []byte // draws one
}

// Error says in a sentence, for whoever starts the server, why there is no key.
type Error struct {
	Text  string
	Cause error // may be nil
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Text }

// Unwrap returns the cause, if there is one.
func (e *Error) Unwrap() error { return e.Cause }

// Load returns the key that is in a file, and makes the file if there is none. On
// Unix it refuses a file that others than its owner may read or write.
func Load(path string, kind Kind) ([]byte, *Error) {
	key, err := kind.read(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = kind.make(path); err != nil {
			return nil, &Error{Cause: err,
				Text: fmt.Sprintf("The key file %s can't be made; its directory has to exist and to belong to the user who runs the server, with space left on its disk.", path)}
		}
		key, err = kind.read(path)
	}
	if err == nil {
		return key, nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return nil, e
	}
	return nil, &Error{Text: fmt.Sprintf("The key file %s can't be read; it has to belong to the user who runs the server.", path), Cause: err}
}

// read returns the key. What is no plain file is not opened: a pipe
// would have us wait.
func (k *Kind) read(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, refused("%s is not a file, so it can't hold the key; move it away, and start again.", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 { // Windows has no such bits
		return nil, refused("Others can use the key file %s (its mode is %#o); run chmod 600 on it, and start again.", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, err
	}
	key, ok := k.parse(string(text))
	if !ok {
		return nil, refused("The key file %s is damaged, or something else; put back the one that belongs to the database.", path)
	}
	return key, nil
}

func refused(format string, args ...any) *Error { return &Error{Text: fmt.Sprintf(format, args...)} }

func (k *Kind) parse(text string) (key []byte, ok bool) {
	if len(text) > maxSize {
		return nil, false
	}
	encoded, ok := strings.CutPrefix(strings.TrimRight(text, "\r\n"), k.Name+" ")
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	return key, ok && err == nil && len(key) == k.Size
}

// make writes a new key beside path and then gives it the name.
func (k *Kind) make(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.tmp") // 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(k.Name + " " + base64.StdEncoding.EncodeToString(k.New()) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDirectory(dir)
}

// syncDirectory has the names in a directory survive a power cut. Windows
// can't, and does not need it.
func syncDirectory(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
