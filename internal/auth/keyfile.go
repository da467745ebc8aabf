package auth

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

	"hubbub/internal/chat"
)

// The key file is one line: what it is, and the key in base64. A backup of the
// database is of little use without it, in good hands as in bad ones.
const (
	keyFileBegin = "hubbub-sealing-key-1 "
	maxKeyFile   = 256 // bytes
)

// LoadSealer returns the sealer whose key is in a file, and makes the file if
// there is none. It is whole, and on the disk, before it has its name. On Unix
// it refuses a file that others than its owner may read or write. Only one
// process at a time may do this, which the lock on the data directory sees to.
// The errors are [*chat.Error], for whoever starts the server.
func LoadSealer(path string) (*Sealer, error) {
	key, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeKeyFile(path); err != nil {
			return nil, &chat.Error{Code: chat.Internal, Cause: err,
				Text: fmt.Sprintf("The key file %s can't be made; its directory has to exist and to belong to the user who runs the server, with space left on its disk.", path)}
		}
		key, err = readKeyFile(path)
	}
	if err != nil {
		return nil, keyFileError(path, err)
	}
	return newSealer(key), nil
}

func keyFileError(path string, err error) *chat.Error {
	if e, ok := errors.AsType[*chat.Error](err); ok {
		return e
	}
	return &chat.Error{Code: chat.Internal, Cause: err,
		Text: fmt.Sprintf("The key file %s can't be read; it has to belong to the user who runs the server.", path)}
}

// readKeyFile returns the key. What is no plain file is not opened: a pipe
// would have us wait.
func readKeyFile(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, chat.Errorf(chat.Internal, "%s is not a file, so it can't hold the key; move it away, and start again.", path)
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
		return nil, chat.Errorf(chat.Internal, "Others can use the key file %s (its mode is %#o); run chmod 600 on it, and start again.", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return nil, err
	}
	key, ok := parseKeyFile(string(text))
	if !ok {
		return nil, chat.Errorf(chat.Internal, "The key file %s is damaged, or something else; put back the one that belongs to the database.", path)
	}
	return key, nil
}

func parseKeyFile(text string) (key []byte, ok bool) {
	if len(text) > maxKeyFile {
		return nil, false
	}
	encoded, ok := strings.CutPrefix(strings.TrimRight(text, "\r\n"), keyFileBegin)
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	return key, ok && err == nil && len(key) == sealKeyLen
}

// makeKeyFile writes a new key beside path and then gives it the name.
func makeKeyFile(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.tmp") // 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(keyFileBegin + base64.StdEncoding.EncodeToString(random(sealKeyLen)) + "\n")
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
