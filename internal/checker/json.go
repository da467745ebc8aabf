package checker

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// MaxLine is the longest line that [Decode] accepts, in bytes.
const MaxLine = 1 << 20

// appendOp appends op to b as one JSON object without a line break. Written by
// hand, since actors record in the middle of what they measure.
func appendOp(b []byte, op *Op) []byte {
	b = append(b, `{"who":`...)
	b = appendString(b, op.Who)
	b = appendText(b, `,"op":`, string(op.Verb))
	b = appendText(b, `,"session":`, op.Session)
	b = appendText(b, `,"protocol":`, op.Protocol)
	b = appendText(b, `,"node":`, op.Node)
	b = appendText(b, `,"epoch":`, op.Epoch)
	b = appendText(b, `,"room":`, op.Room)
	b = appendText(b, `,"author":`, op.Author)
	b = appendText(b, `,"id":`, op.Client)
	b = appendNumber(b, `,"seq":`, op.Seq)
	b = appendNumber(b, `,"prev":`, op.Prev)
	b = appendNumber(b, `,"after":`, op.After)
	b = appendText(b, `,"kind":`, op.Kind)
	b = appendNumber(b, `,"target":`, op.Target)
	b = appendText(b, `,"text":`, op.Text)
	if op.Sum != 0 {
		b = append(b, `,"sum":"`...)
		b = append(strconv.AppendUint(b, uint64(op.Sum), 16), '"')
	}
	b = appendNumber(b, `,"start":`, uint64(op.Start))
	b = appendNumber(b, `,"end":`, uint64(op.End))
	b = appendText(b, `,"outcome":`, string(op.Outcome))
	if op.NoEcho {
		b = append(b, `,"noecho":true`...)
	}
	return append(b, '}')
}

// appendText appends key and s, or nothing if s is empty.
func appendText(b []byte, key, s string) []byte {
	if s == "" {
		return b
	}
	return appendString(append(b, key...), s)
}

// appendNumber appends key and n, or nothing if n is 0.
func appendNumber(b []byte, key string, n uint64) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendUint(append(b, key...), n, 10)
}

// appendString appends s as a JSON string (RFC 8259 §7). Invalid UTF-8 becomes
// U+FFFD.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c == '"' || c == '\\':
				b = append(b, '\\', c)
			case c < ' ':
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			default:
				b = append(b, c)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		b = utf8.AppendRune(b, r)
		i += n
	}
	return append(b, '"')
}

// Decode reads a history as a [Recorder] writes it: one JSON object a line.
// Histories of several processes may be read one after another, if their times
// are of one clock. It refuses a line longer than [MaxLine], a last line without
// a line break (its writer was cut off), unknown verbs and outcomes, and an End
// before its Start; the error names the line.
func Decode(r io.Reader) ([]Op, error) {
	d := decoder{in: bufio.NewReaderSize(r, 256<<10), names: map[string]string{}}
	for n := 1; ; n++ {
		line, err := d.line()
		if err == io.EOF {
			return d.ops, nil
		}
		if err == nil {
			err = d.add(line)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d of the history: %w", n, err)
		}
	}
}

// decoder is the state of one Decode.
type decoder struct {
	in    *bufio.Reader
	long  []byte            // a line longer than in's buffer
	names map[string]string // one copy of each name, which recur in every line
	ops   []Op
}

// line returns the next line without its end, valid until the next call.
func (d *decoder) line() ([]byte, error) {
	d.long = d.long[:0]
	for {
		part, err := d.in.ReadSlice('\n')
		if len(d.long)+len(part) > MaxLine {
			return nil, fmt.Errorf("longer than %d bytes", MaxLine)
		}
		switch {
		case err == bufio.ErrBufferFull:
			d.long = append(d.long, part...)
		case err == io.EOF && len(d.long)+len(part) > 0:
			return nil, errors.New("cut off: it has no line break")
		case err != nil:
			return nil, err
		case len(d.long) > 0:
			d.long = append(d.long, part...)
			return d.long[:len(d.long)-1], nil
		default:
			return part[:len(part)-1], nil
		}
	}
}

// add decodes and validates one line. Empty lines are passed over.
func (d *decoder) add(line []byte) error {
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	var op Op
	if err := json.Unmarshal(line, &op); err != nil {
		return fmt.Errorf("not an op: %w", err)
	}
	switch {
	case !op.Verb.valid():
		return fmt.Errorf("unknown op %q", op.Verb)
	case !op.Outcome.valid():
		return fmt.Errorf("unknown outcome %q", op.Outcome)
	case op.Start < 0 || op.End < op.Start:
		return fmt.Errorf("it ends at %d, before its start at %d", op.End, op.Start)
	}
	d.share(&op)
	d.ops = append(d.ops, op)
	return nil
}

// share replaces the names in op, which recur, by one copy of each.
func (d *decoder) share(op *Op) {
	for _, s := range []*string{&op.Who, (*string)(&op.Verb), &op.Session, &op.Protocol, &op.Node, &op.Epoch,
		&op.Room, &op.Author, &op.Kind, (*string)(&op.Outcome)} {
		if *s == "" {
			continue
		}
		known, ok := d.names[*s]
		if !ok {
			known = *s
			d.names[known] = known
		}
		*s = known
	}
}
