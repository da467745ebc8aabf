package web

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// The client's half of the framing, written from the specification alone.

// sent is a frame as a client sends it.
type sent struct {
	fin     bool
	rsv     byte // bits 1 to 3, as in the first byte
	op      opcode
	payload string
}

var maskingKey = [4]byte{0x37, 0xfa, 0x21, 0x3d}

func (s sent) bytes() []byte {
	first := byte(s.op) | s.rsv
	if s.fin {
		first |= 0x80
	}
	out := []byte{first}
	switch n := len(s.payload); {
	case n < 126:
		out = append(out, 0x80|byte(n))
	case n < 1<<16:
		out = binary.BigEndian.AppendUint16(append(out, 0x80|126), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, 0x80|127), uint64(n))
	}
	out = append(out, maskingKey[:]...)
	for i := range len(s.payload) {
		out = append(out, s.payload[i]^maskingKey[i%4])
	}
	return out
}

func text(s string) sent             { return sent{true, 0, opText, s} }
func start(op opcode, s string) sent { return sent{false, 0, op, s} }
func more(s string) sent             { return sent{false, 0, opContinuation, s} }
func last(s string) sent             { return sent{true, 0, opContinuation, s} }
func ping(s string) sent             { return sent{true, 0, opPing, s} }

func frames(frames ...sent) (out []byte) {
	for _, f := range frames {
		out = append(out, f.bytes()...)
	}
	return out
}

// deflated returns a text as permessage-deflate sends it.
func deflated(text string) string {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		panic(err)
	}
	io.WriteString(w, text)
	w.Flush()
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

// read reads everything, and says what came and what it ended with.
func read(m *messages) (got []string, end error) {
	for {
		op, data, err := m.next()
		if err != nil {
			return got, err
		}
		got = append(got, fmt.Sprintf("%x %s", byte(op), data))
	}
}

const maxTest = 1000

func TestMessagesOfAllKinds(t *testing.T) {
	long := strings.Repeat("x", maxTest)
	for _, c := range []struct {
		name string
		sent []byte
		want []string
		code closeCode // with which it ends; 0 for the end of the input
	}{
		{"a text", frames(text("hello"), text("")), []string{"1 hello", "1 "}, 0},
		{"binary", frames(sent{true, 0, opBinary, "\xff\x00"}), []string{"2 \xff\x00"}, 0},
		{"lengths around the borders", frames(text(long[:125]), text(long[:126]), text(long)), []string{"1 " + long[:125], "1 " + long[:126], "1 " + long}, 0},
		{"in pieces", frames(start(opText, "he"), more(""), more("ll"), last("o"), text("again")), []string{"1 hello", "1 again"}, 0},
		{"a ping between the pieces", frames(start(opText, "he"), ping("1"), more("ll"), ping("2"), last("o")), []string{"9 1", "9 2", "1 hello"}, 0},
		{"pings and pongs, empty and full", frames(ping(""), sent{true, 0, opPong, "unasked"}, ping(long[:125])), []string{"9 ", "a unasked", "9 " + long[:125]}, 0},
		{"a letter in pieces", frames(start(opText, "\xf0"), more("\x9f"), more("\x91"), last("\x8d")), []string{"1 👍"}, 0},
		{"binary in pieces is not looked at", frames(start(opBinary, "\xf0"), last("\xf0")), []string{"2 \xf0\xf0"}, 0},
		{"a close", frames(sent{true, 0, opClose, "\x03\xe8bye"}), []string{"8 \x03\xe8bye"}, 0},
		{"deflated", frames(sent{true, 0x40, opText, deflated("hello")}, text("plain")), []string{"1 hello", "1 plain"}, 0},
		{"deflated, with the end of the stream", frames(sent{true, 0x40, opText, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"}), []string{"1 Hello"}, 0},     // RFC 7692 §7.2.3.4
		{"deflated without compression", frames(sent{true, 0x40, opText, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"}), []string{"1 Hello"}, 0}, // §7.2.3.3
		{"deflated in pieces", frames(sent{false, 0x40, opText, deflated("hello")[:3]}, ping("1"), last(deflated("hello")[3:])), []string{"9 1", "1 hello"}, 0},
		{"deflated in two blocks", frames(sent{true, 0x40, opText, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"}), []string{"1 Hello"}, 0}, // §7.2.3.5

		{"not masked", []byte("\x81\x05hello"), nil, closeProtocol},
		{"a reserved bit", frames(sent{true, 0x20, opText, "x"}), nil, closeProtocol},
		{"the other reserved bit", frames(sent{true, 0x10, opPing, ""}), nil, closeProtocol},
		{"a deflated ping", frames(sent{true, 0x40, opPing, ""}), nil, closeProtocol},
		{"a deflated continuation", frames(start(opText, "x"), sent{true, 0x40, opContinuation, "x"}), nil, closeProtocol},
		{"a reserved opcode", frames(text("x"), sent{true, 0, 0x3, "x"}), []string{"1 x"}, closeProtocol},
		{"a reserved control opcode", frames(sent{true, 0, 0xb, ""}), nil, closeProtocol},
		{"a ping in pieces", frames(sent{false, 0, opPing, "x"}), nil, closeProtocol},
		{"a ping that is too long", frames(ping(long[:126])), nil, closeProtocol},
		{"a continuation of nothing", frames(last("x")), nil, closeProtocol},
		{"a message within a message", frames(start(opText, "x"), text("x")), nil, closeProtocol},
		{"a length that takes more bytes than it needs", []byte("\x81\xfe\x00\x05\x00\x00\x00\x00hello"), nil, closeProtocol},
		{"a length of eight bytes that would fit two", []byte("\x81\xff\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00"), nil, closeProtocol},
		{"a negative length", []byte("\x81\xff\xff\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00"), nil, closeProtocol},
		{"too long, told by the header", []byte("\x81\xff\x00\x00\x7f\xff\xff\xff\xff\xff\x00\x00\x00\x00"), nil, closeTooBig},
		{"too long, told by the header of a piece", append(frames(start(opText, "x")), "\x80\xff\x00\x00\x00\x00\x7f\xff\xff\xff\x00\x00\x00\x00"...), nil, closeTooBig},
		{"too long in pieces", frames(start(opText, long), last("x")), nil, closeTooBig},
		{"too long once it is inflated", frames(sent{true, 0x40, opText, deflated(long + "x")}), nil, closeTooBig},
		{"a bomb", frames(sent{true, 0x40, opText, deflated(strings.Repeat("\x00", 1<<19))}), nil, closeTooBig},
		{"what can't be inflated", frames(sent{true, 0x40, opText, "\xff\xff\xff"}), nil, closeInvalid},
		{"inflated, no UTF-8", frames(sent{true, 0x40, opText, deflated("\xff")}), nil, closeInvalid},
		{"no UTF-8", frames(text("hello\xc3(")), nil, closeInvalid},
		{"half a letter at the end", frames(text("hello\xc3")), nil, closeInvalid},
		{"half a letter at the end of the last piece", frames(start(opText, "hello"), last("\xc3")), nil, closeInvalid},
		{"no UTF-8, told before the end", frames(start(opText, "\xc3"), more("(")), nil, closeInvalid},
		{"a letter that is half of a pair", frames(text("\xed\xa0\x80")), nil, closeInvalid},
	} {
		for how, slow := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "by the byte": iotest.OneByteReader, "with the end": iotest.DataErrReader,
		} {
			t.Run(c.name+"/"+how, func(t *testing.T) {
				m := newMessages(slow(bytes.NewReader(c.sent)), nil, maxTest, true)
				got, end := read(&m)
				if !slices.Equal(got, c.want) {
					t.Errorf("got %q, want %q", got, c.want)
				}
				var v *violation
				switch errors.As(end, &v); {
				case c.code == 0 && end != io.EOF:
					t.Errorf("it ended with %v", end)
				case c.code != 0 && (v == nil || v.code != c.code):
					t.Errorf("it ended with %v, want %d", end, c.code)
				}
			})
		}
	}
}

// TestBadUTF8IsFoundAtEverySplit splits texts that are none at every place.
func TestBadUTF8IsFoundAtEverySplit(t *testing.T) {
	for _, bad := range []string{"κόσμε\xed\xa0\x80edited", "\xf4\x90\x80\x80", "a\x80", "\xc0\xaf", "\xe2\x82", "\xf8\x88\x80\x80\x80"} {
		for i := range len(bad) + 1 {
			m := newMessages(bytes.NewReader(frames(start(opText, bad[:i]), last(bad[i:]))), nil, maxTest, false)
			got, end := read(&m)
			var v *violation
			if !errors.As(end, &v) || v.code != closeInvalid || len(got) > 0 {
				t.Errorf("%q split at %d gave %q and %v", bad, i, got, end)
			}
		}
	}
	good := "κόσμε 👍 日本"
	for i := range len(good) + 1 {
		m := newMessages(bytes.NewReader(frames(start(opText, good[:i]), last(good[i:]))), nil, maxTest, false)
		if got, end := read(&m); len(got) != 1 || got[0] != "1 "+good || end != io.EOF {
			t.Errorf("%q split at %d gave %q and %v", good, i, got, end)
		}
	}
}

func TestDeflatedIsRefusedUnlessNegotiated(t *testing.T) {
	m := newMessages(bytes.NewReader(frames(sent{true, 0x40, opText, deflated("hello")})), nil, maxTest, false)
	_, end := read(&m)
	var v *violation
	if !errors.As(end, &v) || v.code != closeProtocol {
		t.Errorf("it ended with %v", end)
	}
}

func TestAFrameThatIsCutShortIsNoMessage(t *testing.T) {
	whole := frames(text("hello"))
	for i := 1; i < len(whole); i++ {
		m := newMessages(bytes.NewReader(whole[:i]), nil, maxTest, false)
		if got, end := read(&m); len(got) > 0 || end != io.ErrUnexpectedEOF {
			t.Errorf("%d bytes of %d gave %q and %v", i, len(whole), got, end)
		}
	}
}

func TestCloseCodes(t *testing.T) {
	for _, c := range []struct {
		payload string
		want    closeCode
		wrong   closeCode // with which it is answered instead
	}{
		{"", closeNone, 0}, {"\x03\xe8", 1000, 0}, {"\x03\xe9bye", 1001, 0}, {"\x0b\xb8", 3000, 0}, {"\x13\x87", 4999, 0}, {"\x03\xf6", 1014, 0},
		{"\x03", 0, closeProtocol}, {"\x00\x00", 0, closeProtocol}, {"\x03\xe7", 0, closeProtocol}, {"\x03\xec", 0, closeProtocol},
		{"\x03\xed", 0, closeProtocol}, {"\x03\xee", 0, closeProtocol}, {"\x03\xf7", 0, closeProtocol}, {"\x07\xd0", 0, closeProtocol},
		{"\x13\x88", 0, closeProtocol}, {"\xff\xff", 0, closeProtocol}, {"\x03\xe8\xc3(", 0, closeInvalid},
	} {
		got, err := parseClose([]byte(c.payload))
		var v *violation
		if errors.As(err, &v); c.wrong == 0 && (err != nil || got != c.want) || c.wrong != 0 && (v == nil || v.code != c.wrong) {
			t.Errorf("%q gave %d, %v", c.payload, got, err)
		}
	}
}

func TestFramesAreFramedByTheirSize(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 127, 1000, 0xffff, 0x10000, 100_000} {
		payload := bytes.Repeat([]byte("x"), n)
		framed := endFrame(append(beginFrame([]byte("before")), payload...), len("before"), bitFin|byte(opText))
		if want := appendFrame([]byte("before"), opText, payload); !bytes.Equal(framed, want) {
			t.Errorf("%d bytes are framed in two ways: %x and %x", n, framed[:16], want[:16])
		}
		size := 2
		if n > 125 {
			size = 4
		}
		if n > 0xffff {
			size = 10
		}
		if got := len(framed) - len("before"); got != size+n {
			t.Errorf("%d bytes take %d", n, got)
		}
	}
}

func TestACloseFrameHasRoomForSomeText(t *testing.T) {
	b := appendClose(nil, closeNormal, strings.Repeat("ż", 100))
	if len(b) != 2+2+122 || b[1] != 124 {
		t.Errorf("the frame is % x", b)
	}
	code, err := parseClose(b[2:])
	if err != nil || code != closeNormal {
		t.Errorf("it is read as %d, %v", code, err)
	}
}

func TestDeflatingIsForWhatGetsSmaller(t *testing.T) {
	long := strings.Repeat(`{"type":"event"} `, 100)
	noise := make([]byte, 500)
	for i := range noise {
		noise[i] = byte(i*i*7 + i>>3*11)
	}
	for _, c := range []struct {
		text     string
		deflated bool
	}{{"short", false}, {long, true}, {string(noise), false}} {
		framed := endDeflated(append(beginFrame(nil), c.text...), 0)
		if got := framed[0]&bitDeflated != 0; got != c.deflated {
			t.Errorf("%d bytes of %.10q are deflated: %t", len(c.text), c.text, got)
			continue
		}
		size := 2
		if framed[1] == mediumLength {
			size = 4
		}
		payload := framed[size:]
		if c.deflated {
			var err error
			if payload, err = inflate(payload, 1<<20); err != nil {
				t.Fatal(err)
			}
		}
		if string(payload) != c.text {
			t.Errorf("%.10q became %.10q", c.text, payload)
		}
	}
}

func TestDeflateIsAgreedTo(t *testing.T) {
	for offer, want := range map[string]bool{
		"permessage-deflate":                                                         true,
		"permessage-deflate; client_max_window_bits":                                 true,
		"permessage-deflate; client_max_window_bits=10":                              true,
		`permessage-deflate;server_max_window_bits="15"`:                             true,
		"permessage-deflate; server_no_context_takeover; client_no_context_takeover": true,
		"permessage-deflate; server_max_window_bits=10":                              false,
		"permessage-deflate; server_max_window_bits=10, permessage-deflate":          true,
		"x-webkit-deflate-frame, permessage-deflate; client_max_window_bits":         true,
		"permessage-deflate; client_max_window_bits=16":                              false,
		"permessage-deflate; client_max_window_bits=08":                              false,
		"permessage-deflate; server_no_context_takeover=1":                           false,
		"permessage-deflate; client_max_window_bits=9; client_max_window_bits=9":     false,
		"permessage-deflate; something=else":                                         false,
		"permessage-bzip2":                                                           false,
		"":                                                                           false,
	} {
		if got := offersDeflate(map[string][]string{"Sec-Websocket-Extensions": {offer}}); got != want {
			t.Errorf("%q is agreed to: %t", offer, got)
		}
	}
}

// FuzzMessages has two readers, one of which gets every byte by itself, agree on what
// has been sent, whatever that is.
func FuzzMessages(f *testing.F) {
	f.Add(frames(start(opText, "he"), ping("x"), last("llo")))
	f.Add(frames(sent{true, 0x40, opText, deflated("hello hello hello")}, sent{true, 0, opClose, "\x03\xe8"}))
	f.Add([]byte("\x81\xff\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		at, by := newMessages(bytes.NewReader(b), nil, maxTest, true), newMessages(iotest.OneByteReader(bytes.NewReader(b)), nil, maxTest, true)
		got, end := read(&at)
		slowly, slowEnd := read(&by)
		if !slices.Equal(got, slowly) || fmt.Sprint(end) != fmt.Sprint(slowEnd) {
			t.Fatalf("at once %q, %v; by the byte %q, %v", got, end, slowly, slowEnd)
		}
		for _, m := range got {
			if len(m) > maxTest+2 {
				t.Fatalf("a message has %d bytes", len(m)-2)
			}
		}
	})
}
