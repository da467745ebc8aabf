package chat

import (
	"encoding/binary"
	"encoding/hex"
)

// The field of files, in a record: each file is its id, hash, name and type as
// strings, and its size, width and height as numbers, which may be zero here. The
// hash is its 32 bytes; what is no hash is none, and refused by the rules.

func appendFiles(b []byte, files []File) []byte {
	if len(files) == 0 {
		return b
	}
	var list []byte
	for i := range files {
		f := &files[i]
		hash, err := hex.DecodeString(f.Hash)
		if err != nil {
			hash = nil
		}
		for _, s := range [...]string{f.ID, string(hash), f.Name, f.Type} {
			list = append(binary.AppendUvarint(list, uint64(len(s))), s...)
		}
		for _, n := range [...]uint64{uint64(f.Size), uint64(f.Width), uint64(f.Height)} {
			list = binary.AppendUvarint(list, n)
		}
	}
	return appendString(b, tagFiles, string(list))
}

func (r *recordReader) files() (files []File) {
	list := recordReader{rest: []byte(r.string())}
	for list.err == nil && len(list.rest) > 0 {
		files = append(files, File{
			ID: list.text(), Hash: hex.EncodeToString([]byte(list.text())), Name: list.text(), Type: list.text(),
			Size: int64(list.count()), Width: int(list.count()), Height: int(list.count()),
		})
	}
	if list.err != nil {
		r.err = list.err
	}
	return files
}

// count reads a number that may be zero.
func (r *recordReader) count() uint64 {
	if len(r.rest) > 0 && r.rest[0] == 0 {
		r.rest = r.rest[1:]
		return 0
	}
	return r.number()
}

// text reads a string that may be empty.
func (r *recordReader) text() string {
	n := r.count()
	if r.err != nil || n > uint64(len(r.rest)) {
		r.err = errRecord
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}
