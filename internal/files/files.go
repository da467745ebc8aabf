// Package files keeps what people upload, beside the database.
//
// A [Store] is a directory. A file is a blob there, named by the SHA-256 of its
// bytes, so that the same bytes are kept once:
//
//	ab/abcdef…            a blob, 64 hexadecimal digits, by their first two
//	ab/abcdef….thumbnail  a smaller picture of it, if it is one
//	pending/ID            JSON: an upload that no message refers to yet
//	incoming/…            what is being received
//
// [Store.Put] receives a file. What it is, is told by its bytes and never by who
// sends it, and nothing that a browser would run is called so. JPEG, PNG, GIF
// and WebP lose what they tell about who made them where: EXIF, XMP, IPTC,
// comments. Their pixels stay as they are, they are not compressed anew; of EXIF
// the orientation stays. A picture that is broken is kept as far as it can be
// understood, as a file like any other: it has no width and height. Other
// formats, such as HEIC, MP4 and PDF, are kept as they are, and so are the
// metadata in them.
//
// An upload is pending until a message refers to it: it belongs to who uploaded
// it, it survives a restart, and after a day it goes. [Store.Take] ends that
// once the message has been said. From then on the blob is kept for as long as
// [Store.Sweep] is told that somebody refers to it.
//
// The order of steps is such that a crash between any two of them leaves nothing
// wrong, only something to be swept: bytes get their name when they are on the
// disk, and what refers to them comes after them.
//
// The package starts no goroutines. A Store is safe for concurrent use, by one
// process.
package files

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"hubbub/internal/chat"
)

// The limits that hold unless [Options] say otherwise.
const (
	MaxBytes     = 25 << 20 // of one file
	PendingFiles = 50       // of one uploader
	PendingBytes = 4 * MaxBytes
)

// Options are the limits of a [Store]. What is zero is as the constants say.
type Options struct {
	MaxBytes     int64 // how large one file may be
	PendingFiles int   // how many uploads of one person may wait for a message
	PendingBytes int64 // how large they may be together
	TotalBytes   int64 // how large all that is kept may be together; 0 for no limit

	Now func() time.Time // the clock; nil for the system's
}

func (o *Options) setDefaults() {
	if o.MaxBytes == 0 {
		o.MaxBytes = MaxBytes
	}
	if o.PendingFiles == 0 {
		o.PendingFiles = PendingFiles
	}
	if o.PendingBytes == 0 {
		o.PendingBytes = max(PendingBytes, o.MaxBytes) // or the largest could never be sent
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// Upload is a file that somebody has uploaded.
type Upload struct {
	ID   string    `json:"id"`   // 26 random characters: whoever knows it, and is By, may say it
	Hash string    `json:"hash"` // the blob
	Name string    `json:"name"` // harmless to show and to save under
	Type string    `json:"type"` // MIME type, told by the bytes
	Size int64     `json:"size"` // in bytes, as it is kept
	By   uint64    `json:"by"`   // who uploaded it
	At   time.Time `json:"at"`

	// Width and Height are those of a picture as it is shown, in pixels; they are
	// 0 if it is none that can be shown.
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
	// Thumbnail says that there is a smaller picture of it.
	Thumbnail bool `json:"thumbnail,omitempty"`
}

// File returns the file as a message has it: there a type has no parameters.
func (u *Upload) File() chat.File {
	kind, _, _ := strings.Cut(u.Type, ";")
	return chat.File{ID: u.ID, Hash: u.Hash, Name: u.Name, Type: kind, Size: u.Size, Width: u.Width, Height: u.Height}
}

// Store is a directory of files.
type Store struct {
	dir string
	o   Options

	pictures chan struct{} // has a place for who works on a picture: one at a time, since it takes much memory
	sweeps   chan struct{} // has a place for who sweeps
	counts   chan struct{} // has a place for who counts all blobs, and owns counted; none is ever closed
	counted  bool          // see count

	// mu guards what follows, so that Sweep never removes a blob that a Put has
	// just found to be there.
	mu      sync.Mutex
	pending map[string]Upload // by id
	held    map[string]int    // by hash, how many Puts and pending uploads need the blob
	doomed  string            // the hash whose blob Sweep is about to remove, if no message refers to it
	decided chan struct{}     // closed by Sweep when that is done
	used    int64             // bytes that blobs and their thumbnails take, and what is being received
	recent  recent
}

const (
	incomingDir = "incoming"
	pendingDir  = "pending"
)

// Open opens the store in a directory, which it makes if there is none. Only one
// process may have it open.
func Open(dir string, o Options) (*Store, error) {
	o.setDefaults()
	s := &Store{
		dir:      dir,
		o:        o,
		pictures: make(chan struct{}, 1),
		sweeps:   make(chan struct{}, 1),
		counts:   make(chan struct{}, 1),
		pending:  map[string]Upload{},
		held:     map[string]int{},
		recent:   newRecent(),
	}
	for _, name := range []string{incomingDir, pendingDir} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return nil, explain("make the directory of files", err)
		}
	}
	if err := errors.Join(syncDirectory(filepath.Dir(dir)), syncDirectory(dir), s.load()); err != nil {
		return nil, explain("open the directory of files", err)
	}
	return s, nil
}

// load reads what was pending when the last process ended. What can't be
// understood is left to be swept.
func (s *Store) load() error {
	entries, err := os.ReadDir(filepath.Join(s.dir, pendingDir))
	for _, e := range entries {
		data, errFile := os.ReadFile(filepath.Join(s.dir, pendingDir, e.Name()))
		if errFile != nil {
			err = errors.Join(err, errFile)
			continue
		}
		var up Upload
		if json.Unmarshal(data, &up) == nil && up.ID == e.Name() && isID(up.ID) && isHash(up.Hash) {
			s.pending[up.ID] = up
			s.held[up.Hash]++
		}
	}
	return err
}

// temporary makes a file for what has no name yet.
func (s *Store) temporary() (*os.File, error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, incomingDir), "*") // 0600
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	return f, nil
}

// MaxBytes returns how large one file may be.
func (s *Store) MaxBytes() int64 { return s.o.MaxBytes }
