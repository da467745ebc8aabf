package chat

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The records of the log, as bytes.
//
// A record is a version byte, a byte for the kind of event or the operation,
// and then fields, each a tag byte and a value, in ascending order of the tags.
// Numbers are unsigned varints (encoding/binary); strings are a varint length
// and the bytes; a key is 32 bytes. A field that is zero is left out. What is
// beside the record where it is stored, an event's Seq and Room, is not in it,
// and neither is an event's Secret, which must be possible to forget.
//
// A version, a tag or a flag that this program does not know is an error, never
// skipped: a node that does not understand the log must stop. What is encoded
// has one encoding, so that two nodes' records can be compared as bytes.
//
// A list of files is a string: see record_files.go.

// RecordVersion is the version of the records that this program writes.
const RecordVersion = 1

// ErrRecordVersion reports a record that a newer program wrote.
var ErrRecordVersion = errors.New("the record was written by a newer hubbub")

// errRecord reports bytes that are no record.
var errRecord = errors.New("damaged record")

// The tags of fields. They are on disk: append only.
const (
	_ = iota
	tagPrev
	tagTime
	tagFlags
	tagBy
	tagNick
	tagClient
	tagTarget
	tagWhose
	tagWhen
	tagUser
	tagAbout
	tagName
	tagText
	tagKey
	tagNode
	tagRoom
	tagIDNode
	tagIDN
	tagLevel
	tagCount
	tagUntil
	tagSecret
	tagFrom
	tagTags
	tagRules
	tagAs
	tagWas
	tagThread
	tagFiles
	tagHolder
)

// The flags of a command's record.
const (
	flagEmote = 1 << iota
	flagPrivate
	flagStrict
	flagOpen
	flagConfined
	flagNotice
)

// AppendEvent appends the record of ev to b, without its Seq and Room.
func AppendEvent(b []byte, ev *Event) []byte {
	b = append(b, RecordVersion, byte(ev.Kind))
	b = appendNumber(b, tagPrev, uint64(ev.Prev))
	b = appendNumber(b, tagTime, uint64(ev.Time))
	b = appendNumber(b, tagFlags, uint64(ev.Flags))
	b = appendNumber(b, tagBy, uint64(ev.By))
	b = appendString(b, tagNick, ev.Nick)
	b = appendString(b, tagClient, string(ev.Client))
	b = appendNumber(b, tagTarget, uint64(ev.Target))
	b = appendString(b, tagWhose, ev.Whose)
	b = appendNumber(b, tagWhen, uint64(ev.When))
	b = appendNumber(b, tagUser, uint64(ev.User))
	b = appendNumber(b, tagAbout, uint64(ev.About))
	b = appendString(b, tagName, ev.Name)
	b = appendString(b, tagText, ev.Text)
	b = appendKey(b, tagKey, ev.Key)
	b = appendNumber(b, tagNode, ev.Node)
	b = appendNumber(b, tagLevel, uint64(ev.Level))
	b = appendNumber(b, tagCount, uint64(ev.Count))
	b = appendString(b, tagTags, ev.Tags)
	b = appendNumber(b, tagAs, uint64(ev.As))
	b = appendNumber(b, tagWas, uint64(ev.Was))
	b = appendNumber(b, tagThread, uint64(threadBeside(ev)))
	return appendFiles(b, ev.Files)
}

// threadBeside returns the thread of an event as its record has it: a message is
// in the thread of the one that it answers, unless the record says otherwise.
func threadBeside(ev *Event) Seq {
	if ev.Said() && ev.Thread == ev.Target {
		return 0
	}
	return ev.Thread
}

// DecodeEvent returns the event at seq in room whose record is b. The event
// does not refer to b's memory.
func DecodeEvent(seq Seq, room RoomID, b []byte) (Event, error) {
	ev := Event{Seq: seq, Room: room}
	r, kind, err := openRecord(b)
	if err != nil {
		return ev, fmt.Errorf("event %d: %w", seq, err)
	}
	ev.Kind = Kind(kind)
	if ev.Kind == 0 || ev.Kind >= kindEnd {
		return ev, fmt.Errorf("event %d: kind %d: %w", seq, kind, ErrRecordVersion)
	}
	for r.next() {
		switch r.tag {
		case tagPrev:
			ev.Prev = Seq(r.number())
		case tagTime:
			ev.Time = Millis(r.number())
		case tagFlags:
			ev.Flags = Flags(r.flags(uint64(flagsEnd - 1)))
		case tagBy:
			ev.By = UserID(r.number())
		case tagNick:
			ev.Nick = r.string()
		case tagClient:
			ev.Client = ClientID(r.string())
		case tagTarget:
			ev.Target = Seq(r.number())
		case tagWhose:
			ev.Whose = r.string()
		case tagWhen:
			ev.When = Millis(r.number())
		case tagUser:
			ev.User = UserID(r.number())
		case tagAbout:
			ev.About = RoomID(r.number())
		case tagName:
			ev.Name = r.string()
		case tagText:
			ev.Text = r.string()
		case tagKey:
			ev.Key = r.key()
		case tagNode:
			ev.Node = r.number()
		case tagLevel:
			ev.Level = uint8(r.atMost(math.MaxUint8))
		case tagCount:
			ev.Count = uint32(r.atMost(math.MaxUint32))
		case tagTags:
			ev.Tags = r.string()
		case tagAs:
			ev.As = Role(r.atMost(math.MaxUint8))
		case tagWas:
			ev.Was = uint32(r.atMost(math.MaxUint32))
		case tagThread:
			if ev.Thread = Seq(r.number()); threadBeside(&ev) == 0 {
				r.err = errRecord
			}
		case tagFiles:
			ev.Files = r.files()
		default:
			r.unknown()
		}
	}
	if r.err != nil {
		return ev, fmt.Errorf("event %d: %w", seq, r.err)
	}
	if ev.Said() && ev.Thread == 0 {
		ev.Thread = ev.Target
	}
	return ev, nil
}

// AppendCommand appends the record of c to b: what a log that leaves the
// process carries.
func AppendCommand(b []byte, c *Command) []byte {
	b = append(b, RecordVersion, byte(c.Op))
	b = appendNumber(b, tagTime, uint64(c.Time))
	b = appendNumber(b, tagFlags, commandFlags(c))
	b = appendNumber(b, tagBy, uint64(c.By))
	b = appendString(b, tagClient, string(c.Client))
	b = appendNumber(b, tagTarget, uint64(c.Target))
	b = appendNumber(b, tagUser, uint64(c.User))
	b = appendString(b, tagName, c.Name)
	b = appendString(b, tagText, c.Text)
	b = appendKey(b, tagKey, c.Key)
	b = appendNumber(b, tagNode, c.Node)
	b = appendNumber(b, tagRoom, uint64(c.Room))
	b = appendNumber(b, tagIDNode, c.ID.Node)
	b = appendNumber(b, tagIDN, c.ID.N)
	b = appendNumber(b, tagLevel, uint64(c.Level))
	b = appendNumber(b, tagCount, uint64(c.Count))
	b = appendNumber(b, tagUntil, uint64(c.Until))
	b = appendString(b, tagSecret, c.Secret)
	b = appendString(b, tagFrom, c.From)
	b = appendString(b, tagTags, c.Tags)
	b = appendNumber(b, tagRules, uint64(c.Rules))
	b = appendFiles(b, c.Files)
	return appendKey(b, tagHolder, c.Holder)
}

func commandFlags(c *Command) (flags uint64) {
	if c.Emote {
		flags |= flagEmote
	}
	if c.Private {
		flags |= flagPrivate
	}
	if c.Strict {
		flags |= flagStrict
	}
	if c.Open {
		flags |= flagOpen
	}
	if c.Confined {
		flags |= flagConfined
	}
	if c.Notice {
		flags |= flagNotice
	}
	return flags
}

// DecodeCommand returns the command whose record is b. The command does not
// refer to b's memory.
func DecodeCommand(b []byte) (Command, error) {
	var c Command
	r, op, err := openRecord(b)
	if err != nil {
		return c, fmt.Errorf("command: %w", err)
	}
	c.Op = Op(op)
	if c.Op == 0 || c.Op >= opEnd {
		return c, fmt.Errorf("command: operation %d: %w", op, ErrRecordVersion)
	}
	for r.next() {
		switch r.tag {
		case tagTime:
			c.Time = Millis(r.number())
		case tagFlags:
			flags := r.flags(flagEmote | flagPrivate | flagStrict | flagOpen | flagConfined | flagNotice)
			c.Emote, c.Notice, c.Private = flags&flagEmote != 0, flags&flagNotice != 0, flags&flagPrivate != 0
			c.Strict, c.Open, c.Confined = flags&flagStrict != 0, flags&flagOpen != 0, flags&flagConfined != 0
		case tagBy:
			c.By = UserID(r.number())
		case tagClient:
			c.Client = ClientID(r.string())
		case tagTarget:
			c.Target = Seq(r.number())
		case tagUser:
			c.User = UserID(r.number())
		case tagName:
			c.Name = r.string()
		case tagText:
			c.Text = r.string()
		case tagKey:
			c.Key = r.key()
		case tagNode:
			c.Node = r.number()
		case tagRoom:
			c.Room = RoomID(r.number())
		case tagIDNode:
			c.ID.Node = r.number()
		case tagIDN:
			c.ID.N = r.number()
		case tagLevel:
			c.Level = uint8(r.atMost(math.MaxUint8))
		case tagCount:
			c.Count = uint32(r.atMost(math.MaxUint32))
		case tagUntil:
			c.Until = Millis(r.number())
		case tagSecret:
			c.Secret = r.string()
		case tagFrom:
			c.From = r.string()
		case tagTags:
			c.Tags = r.string()
		case tagRules:
			c.Rules = Flags(r.flags(uint64(flagsEnd - 1)))
		case tagFiles:
			c.Files = r.files()
		case tagHolder:
			c.Holder = r.key()
		default:
			r.unknown()
		}
	}
	if r.err != nil {
		return c, fmt.Errorf("command: %w", r.err)
	}
	return c, nil
}

func appendNumber(b []byte, tag byte, n uint64) []byte {
	if n == 0 {
		return b
	}
	return binary.AppendUvarint(append(b, tag), n)
}

func appendString(b []byte, tag byte, s string) []byte {
	if s == "" {
		return b
	}
	b = binary.AppendUvarint(append(b, tag), uint64(len(s)))
	return append(b, s...)
}

func appendKey(b []byte, tag byte, k Key) []byte {
	if k.IsZero() {
		return b
	}
	return append(append(b, tag), k[:]...)
}

// recordReader reads the fields of a record. The first mistake ends it.
type recordReader struct {
	rest []byte
	tag  byte
	err  error
}

func openRecord(b []byte) (*recordReader, byte, error) {
	switch {
	case len(b) < 2:
		return nil, 0, errRecord
	case b[0] != RecordVersion:
		return nil, 0, fmt.Errorf("version %d: %w", b[0], ErrRecordVersion)
	}
	return &recordReader{rest: b[2:]}, b[1], nil
}

func (r *recordReader) next() bool {
	if r.err != nil || len(r.rest) == 0 {
		return false
	}
	if r.rest[0] <= r.tag {
		r.err = errRecord
		return false
	}
	r.tag, r.rest = r.rest[0], r.rest[1:]
	return true
}

func (r *recordReader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || r.rest[size-1] == 0 { // cut off, too long, zero, or longer than it need be
		r.err = errRecord
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *recordReader) atMost(limit uint64) uint64 {
	n := r.number()
	if n > limit {
		r.err = errRecord
	}
	return n
}

func (r *recordReader) flags(known uint64) uint64 {
	n := r.number()
	if n&^known != 0 && r.err == nil {
		r.err = fmt.Errorf("flags %#x: %w", n, ErrRecordVersion)
	}
	return n
}

func (r *recordReader) string() string {
	n := r.number()
	if r.err != nil || n > uint64(len(r.rest)) {
		r.err = errRecord
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *recordReader) key() (k Key) {
	if copy(k[:], r.rest) < len(k) || k.IsZero() {
		r.err = errRecord
		return k
	}
	r.rest = r.rest[len(k):]
	return k
}

func (r *recordReader) unknown() {
	r.err = fmt.Errorf("field %d: %w", r.tag, ErrRecordVersion)
}
