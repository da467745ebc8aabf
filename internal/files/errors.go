package files

import (
	"errors"
	"fmt"

	"hubbub/internal/chat"
)

// What can be wrong with a file, for errors.Is. The errors that are returned are
// [chat.Error], whose sentence is for the person.
var (
	// ErrTooLarge says that a file is larger than one may be.
	ErrTooLarge = errors.New("the file is too large")
	// ErrEmpty says that there is nothing in a file.
	ErrEmpty = errors.New("the file is empty")
	// ErrName says that nothing is left of a file's name once it is clean.
	ErrName = errors.New("the file has no usable name")
	// ErrQuota says that too much of one uploader waits for a message.
	ErrQuota = errors.New("too many uploads wait for a message")
	// ErrTotal says that all that is kept takes as much as it may.
	ErrTotal = errors.New("no more is kept")
	// ErrFull says that there is no space on the disk.
	ErrFull = errors.New("the disk is full")
	// ErrPicture says that a file is no picture that can be read.
	ErrPicture = errors.New("the file is no picture")
	// ErrNotFound says that there is no such upload or blob, or not for whom.
	ErrNotFound = errors.New("there is no such file")
)

// refuse returns an error for a person, of one of the kinds above.
func refuse(kind error, code chat.Code, format string, args ...any) error {
	e := chat.Errorf(code, format, args...)
	e.Cause = kind
	return e
}

// explain wraps an error of the file system with what was being done, and tells
// a full disk from what nobody foresaw.
func explain(doing string, err error) error {
	var refusal *chat.Error
	switch {
	case err == nil || errors.As(err, &refusal):
		return err
	case isFull(err):
		return refuse(errors.Join(ErrFull, err), chat.Full, "There is no space left on the server's disk; try again later, or tell whoever keeps the server.")
	}
	return fmt.Errorf("files: %s: %w", doing, err)
}

// megabytes says how much a number of bytes is.
func megabytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MB", n>>20)
}
