package chat_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

var update = flag.Bool("update", false, "write testdata/records-v1.txt anew; never once version 1 is in use")

// fullEvent has every field that the records of the first kinds can carry.
func fullEvent(kind chat.Kind) chat.Event {
	ev := chat.Event{
		Seq: 300, Prev: 299, Room: 7, Time: 1_790_000_000_123, Kind: kind, Flags: chat.Private | chat.Direct,
		By: 128, Nick: "zoë", Client: "c-1", Target: 200, Whose: "bob", When: 1_790_000_000_000,
		User: 16384, About: 9, Name: "#żółć", Text: "hello\nthere 👍", Key: chat.Key{1, 2, 31: 3}, Node: math.MaxUint64,
	}
	if ev.Said() { // as it is where the record does not say otherwise
		ev.Thread = ev.Target
	}
	return ev
}

// rolesEvent has the fields too that came with the roles, before any record of
// its kind was written.
func rolesEvent(kind chat.Kind) chat.Event {
	ev := fullEvent(kind)
	ev.Flags, ev.Level, ev.Count = chat.Private|chat.Direct|chat.Audit|rolesRules, math.MaxUint8, math.MaxUint32
	return ev
}

// rolesRules are the rules that rooms had then.
const rolesRules = chat.Announce | chat.NoGuests | chat.HeldInvites | chat.HeldPins

// rolesCommand is to fullCommand what rolesEvent is to fullEvent.
func rolesCommand(op chat.Op) chat.Command {
	c := fullCommand(op)
	c.Open, c.Confined, c.Level, c.Count = true, true, math.MaxUint8, math.MaxUint32
	c.Until, c.Secret, c.From = 1_790_000_100_000, "$argon2id$…", "192.0.2.7"
	return c
}

// fullCommand has every field that the first operations use.
func fullCommand(op chat.Op) chat.Command {
	return chat.Command{
		ID: chat.CommandID{Node: math.MaxUint64, N: 5}, Time: 1_790_000_000_123, By: 128, Op: op,
		Emote: true, Private: true, Strict: true, Client: "c-1", Room: 7, Target: 200, User: 16384,
		Name: "#żółć", Text: "hello\nthere 👍", Key: chat.Key{1, 2, 31: 3}, Node: 1,
	}
}

// TestGoldenRecords holds the bytes of version 1: they are in people's
// databases, so they can't change.
func TestGoldenRecords(t *testing.T) {
	var b strings.Builder
	line := func(name string, record []byte) { fmt.Fprintf(&b, "%s %s\n", name, hex.EncodeToString(record)) }
	for kind := chat.Kind(1); kind < chat.KindEnd; kind++ {
		full, bare := fullEvent(kind), chat.Event{Kind: kind}
		if kind >= chat.Registered {
			full = rolesEvent(kind)
		}
		line(fmt.Sprintf("event %d full", kind), chat.AppendEvent(nil, &full))
		line(fmt.Sprintf("event %d bare", kind), chat.AppendEvent(nil, &bare))
	}
	for op := chat.Op(1); op < chat.OpEnd; op++ {
		full, bare := fullCommand(op), chat.Command{Op: op}
		if op >= chat.Register {
			full = rolesCommand(op)
		}
		line(fmt.Sprintf("command %d full", op), chat.AppendCommand(nil, &full))
		line(fmt.Sprintf("command %d bare", op), chat.AppendCommand(nil, &bare))
	}
	negative := chat.Event{Kind: chat.Message, Time: -1, When: math.MinInt64}
	line("event 1 before 1970", chat.AppendEvent(nil, &negative))

	const file = "testdata/records-v1.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// New kinds and operations add lines; those that there are stay as they are.
	got := map[string]string{}
	for l := range strings.Lines(b.String()) {
		i := strings.LastIndexByte(l, ' ')
		got[l[:i]] = strings.TrimSpace(l[i:])
	}
	n := 0
	for l := range strings.Lines(string(golden)) {
		i := strings.LastIndexByte(l, ' ')
		if want := strings.TrimSpace(l[i:]); got[l[:i]] != want {
			t.Errorf("%s: bytes %s, version 1 has %s", l[:i], got[l[:i]], want)
		}
		n++
	}
	if n != len(got) {
		t.Errorf("%d records in %s, want %d: run the test with -update if kinds were added", n, file, len(got))
	}
}

func TestRecordRoundTrip(t *testing.T) {
	for kind := chat.Kind(1); kind < chat.KindEnd; kind++ {
		tagged := rolesEvent(kind)
		tagged.Tags, tagged.Flags = "+example.com/foo=bar;+baz", chat.Rules|chat.Private
		tagged.Files = []chat.File{file(1), {ID: "x", Size: -1}, file(2)}
		tagged.As, tagged.Was, tagged.Thread = chat.OwnerRole, math.MaxUint32, 199
		for _, ev := range []chat.Event{fullEvent(kind), rolesEvent(kind), tagged, {Seq: 1, Room: 2, Kind: kind}} {
			record := chat.AppendEvent([]byte("before"), &ev)[len("before"):]
			if got, err := chat.DecodeEvent(ev.Seq, ev.Room, record); err != nil || !reflect.DeepEqual(got, ev) {
				t.Errorf("decoding event: %+v, error %v, want %+v", got, err, ev)
			}
		}
	}
	for op := chat.Op(1); op < chat.OpEnd; op++ {
		tagged := rolesCommand(op)
		tagged.Tags, tagged.Rules, tagged.Files = "+example.com/foo=bar;+baz", chat.Rules, []chat.File{file(1), {}}
		tagged.Holder = chat.Key{31: 7}
		for _, c := range []chat.Command{fullCommand(op), rolesCommand(op), tagged, {Op: op}, {Op: op, Strict: true}, {Op: op, Open: true}, {Op: op, Confined: true}, {Op: op, Notice: true}} {
			record := chat.AppendCommand([]byte("before"), &c)[len("before"):]
			if got, err := chat.DecodeCommand(record); err != nil || !reflect.DeepEqual(got, c) {
				t.Errorf("decoding command: %+v, error %v, want %+v", got, err, c)
			}
		}
	}
}

// TestSecretsAreNotInEvents: what is in an event's record is in the log for
// ever, and a secret must be possible to forget.
func TestSecretsAreNotInEvents(t *testing.T) {
	ev := rolesEvent(chat.CredentialAdded)
	ev.Secret = "correct horse battery staple"
	record := chat.AppendEvent(nil, &ev)
	if bytes.Contains(record, []byte(ev.Secret)) {
		t.Errorf("the record has the secret in it: %q", record)
	}
	ev.Secret = ""
	if got, err := chat.DecodeEvent(ev.Seq, ev.Room, record); err != nil || !reflect.DeepEqual(got, ev) {
		t.Errorf("decoding the event without its secret: %+v, error %v, want %+v", got, err, ev)
	}
}

func TestDecodedRecordsDoNotReferToTheirBytes(t *testing.T) {
	ev, c := rolesEvent(chat.RulesSet), rolesCommand(chat.Register)
	evRecord, cRecord := chat.AppendEvent(nil, &ev), chat.AppendCommand(nil, &c)
	gotEv, _ := chat.DecodeEvent(ev.Seq, ev.Room, evRecord)
	gotC, _ := chat.DecodeCommand(cRecord)
	clear(evRecord)
	clear(cRecord)
	if !reflect.DeepEqual(gotEv, ev) || !reflect.DeepEqual(gotC, c) {
		t.Error("overwriting a record changed what was decoded from it")
	}
}

// TestCutRecordsAreRefusedOrShorter cuts records everywhere. A cut between two
// fields leaves a record with fewer fields; any other is refused.
func TestCutRecordsAreRefusedOrShorter(t *testing.T) {
	ev, c := rolesEvent(chat.RulesSet), rolesCommand(chat.Register)
	evRecord, cRecord := chat.AppendEvent(nil, &ev), chat.AppendCommand(nil, &c)
	whole := 0
	for n := range evRecord {
		if got, err := chat.DecodeEvent(1, 1, evRecord[:n]); err == nil {
			whole++
			if again := chat.AppendEvent(nil, &got); !bytes.Equal(again, evRecord[:n]) {
				t.Errorf("event cut after %d bytes was read as %+v", n, got)
			}
		}
	}
	if fields := 17; whole != fields { // after the kind, and after each field but the last
		t.Errorf("%d cuts of the event gave a record, want %d", whole, fields)
	}
	for n := range cRecord {
		if got, err := chat.DecodeCommand(cRecord[:n]); err == nil {
			if again := chat.AppendCommand(nil, &got); !bytes.Equal(again, cRecord[:n]) {
				t.Errorf("command cut after %d bytes was read as %+v", n, got)
			}
		}
	}
}

// The tags, as record.go numbers them.
const (
	tagPrev, tagTime, tagFlags, tagNick, tagKey, tagNode = 1, 2, 3, 5, 14, 15
	tagRoom, tagLevel, tagCount                          = 16, 19, 20
	tagTarget, tagThread, tagFiles, tagHolder            = 7, 28, 29, 30
	tagUntil, tagFrom, tagUnknown                        = 21, 23, 31
)

func TestRecordsOfANewerProgramStopTheReader(t *testing.T) {
	unused := make([]byte, 0, 200)
	for tag := tagUnknown; tag < 128; tag++ {
		unused = append(unused, byte(tag))
	}
	for v := range 256 {
		if v == chat.RecordVersion {
			continue
		}
		wantNewer(t, fmt.Sprintf("version %d", v), []byte{byte(v), 1})
	}
	for kind := int(chat.KindEnd); kind < 256; kind++ {
		wantNewerEvent(t, fmt.Sprintf("kind %d", kind), []byte{chat.RecordVersion, byte(kind)})
	}
	for op := int(chat.OpEnd); op < 256; op++ {
		wantNewerCommand(t, fmt.Sprintf("operation %d", op), []byte{chat.RecordVersion, byte(op)})
	}
	wantNewer(t, "kind 0", []byte{chat.RecordVersion, 0})
	for _, tag := range unused {
		wantNewer(t, fmt.Sprintf("tag %d", tag), []byte{chat.RecordVersion, 1, tagPrev + 1, 5, tag, 1})
	}
	wantNewerEvent(t, "the tag of a command", []byte{chat.RecordVersion, 1, tagRoom, 1})
	wantNewerCommand(t, "the tag of an event", []byte{chat.RecordVersion, 1, tagNick, 1, 'a'})
	wantNewerEvent(t, "the last tag of a command", []byte{chat.RecordVersion, 1, tagFrom, 1, 'a'})
	wantNewerEvent(t, "the key of a command", append([]byte{chat.RecordVersion, 1, tagHolder}, make([]byte, 32)...))
	wantNewerEvent(t, "the time of a command", []byte{chat.RecordVersion, 1, tagUntil, 1})
	wantNewerEvent(t, "a flag", []byte{chat.RecordVersion, 1, tagFlags, 0x80, 16})
	wantNewerCommand(t, "a flag", []byte{chat.RecordVersion, 1, tagFlags, 64})
	wantNewer(t, "a flag beyond two bytes", []byte{chat.RecordVersion, 1, tagFlags, 0x80, 0x80, 4})
}

func wantNewer(t *testing.T, what string, record []byte) {
	t.Helper()
	wantNewerEvent(t, what, record)
	wantNewerCommand(t, what, record)
}

func wantNewerEvent(t *testing.T, what string, record []byte) {
	t.Helper()
	if _, err := chat.DecodeEvent(1, 1, record); !errors.Is(err, chat.ErrRecordVersion) {
		t.Errorf("event with unknown %s: error %v, want ErrRecordVersion", what, err)
	}
}

func wantNewerCommand(t *testing.T, what string, record []byte) {
	t.Helper()
	if _, err := chat.DecodeCommand(record); !errors.Is(err, chat.ErrRecordVersion) {
		t.Errorf("command with unknown %s: error %v, want ErrRecordVersion", what, err)
	}
}

func TestDamagedRecordsAreRefused(t *testing.T) {
	head := []byte{chat.RecordVersion, byte(chat.Message)}
	for _, c := range []struct {
		name   string
		fields []byte
	}{
		{"a tag without a value", []byte{tagTime}},
		{"tag 0", []byte{0, 1}},
		{"a field twice", []byte{tagTime, 1, tagTime, 1}},
		{"fields out of order", []byte{tagNode, 1, tagTime, 1}},
		{"a number that is zero", []byte{tagTime, 0}},
		{"a number with an idle byte", []byte{tagTime, 0x81, 0}},
		{"a number of more than 64 bits", []byte{tagTime, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}},
		{"a level of more than a byte", []byte{tagLevel, 0x80, 2}},
		{"a count of more than 32 bits", []byte{tagCount, 0x80, 0x80, 0x80, 0x80, 0x10}},
		{"a string that is empty", []byte{12, 0}},
		{"a string longer than the record", []byte{12, 2, 'a'}},
		{"a string of 2^63 bytes", []byte{12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 'a'}},
		{"no files", []byte{tagFiles, 0}},
		{"files cut short", []byte{tagFiles, 6, 0, 0, 0, 0, 1, 1}},
		{"files with an idle byte", []byte{tagFiles, 8, 0, 0, 0, 0, 0x80, 0, 0, 0}},
		{"a file's name longer than the record", []byte{tagFiles, 7, 0, 0, 9, 0, 0, 0, 0}},
		{"a key cut short", append([]byte{tagKey}, make([]byte, 31)...)},
		{"a key that is zero", append([]byte{tagKey}, make([]byte, 32)...)},
	} {
		record := append(bytes.Clone(head), c.fields...)
		if _, err := chat.DecodeEvent(1, 1, record); err == nil || errors.Is(err, chat.ErrRecordVersion) {
			t.Errorf("event with %s: error %v, want that it is damaged", c.name, err)
		}
		if _, err := chat.DecodeCommand(record); err == nil || errors.Is(err, chat.ErrRecordVersion) {
			t.Errorf("command with %s: error %v, want that it is damaged", c.name, err)
		}
	}
	for _, said := range []chat.Kind{chat.Message, chat.Action, chat.Notice} { // which is the thread anyway
		record := []byte{chat.RecordVersion, byte(said), tagTarget, 5, tagThread, 5}
		if ev, err := chat.DecodeEvent(9, 1, record); err == nil {
			t.Errorf("a thread that is the target: %+v", ev)
		}
	}
	for _, record := range [][]byte{nil, {}, {chat.RecordVersion}} {
		if _, err := chat.DecodeEvent(812, 1, record); err == nil || !strings.Contains(err.Error(), "812") {
			t.Errorf("event of %d bytes: error %v, want one that names event 812", len(record), err)
		}
		if _, err := chat.DecodeCommand(record); err == nil {
			t.Errorf("a command of %d bytes was read", len(record))
		}
	}
}

// FuzzRecord: whatever is read as a record is the record of what was read.
func FuzzRecord(f *testing.F) {
	ev, c := fullEvent(chat.Message), fullCommand(chat.Say)
	f.Add(chat.AppendEvent(nil, &ev))
	f.Add(chat.AppendCommand(nil, &c))
	ev, c = rolesEvent(chat.RulesSet), rolesCommand(chat.Register)
	f.Add(chat.AppendEvent(nil, &ev))
	f.Add(chat.AppendCommand(nil, &c))
	ev, c = fullEvent(chat.Message), fullCommand(chat.Say)
	ev.Files, ev.Thread, c.Files = []chat.File{file(1), file(2)}, 7, []chat.File{file(1)}
	f.Add(chat.AppendEvent(nil, &ev))
	f.Add(chat.AppendCommand(nil, &c))
	f.Add([]byte{chat.RecordVersion, 1, tagTime, 0x80})
	f.Add([]byte{chat.RecordVersion, 200})
	f.Fuzz(func(t *testing.T, record []byte) {
		if ev, err := chat.DecodeEvent(5, 6, record); err == nil {
			if again := chat.AppendEvent(nil, &ev); !bytes.Equal(again, record) {
				t.Errorf("event of %x encodes to %x", record, again)
			}
		}
		if c, err := chat.DecodeCommand(record); err == nil {
			if again := chat.AppendCommand(nil, &c); !bytes.Equal(again, record) {
				t.Errorf("command of %x encodes to %x", record, again)
			}
		}
	})
}

// FuzzEventRoundTrip and FuzzCommandRoundTrip: what is encoded is read back.
func FuzzEventRoundTrip(f *testing.F) {
	f.Add(uint64(1), uint64(2), int64(3), uint8(1), uint8(3), "nick", "client", "name", "text", []byte{1})
	f.Add(uint64(math.MaxUint64), uint64(0), int64(-1), uint8(22), uint8(0), "", "\xff", "\x00", "", []byte{})
	f.Add(uint64(9), uint64(7), int64(1<<40), uint8(chat.RulesSet-1), uint8(0xff), "nick", "", "#tea", "", []byte{})
	f.Fuzz(func(t *testing.T, a, b uint64, at int64, kind, flags uint8, nick, client, name, text string, key []byte) {
		ev := chat.Event{
			Seq: chat.Seq(a), Prev: chat.Seq(b), Room: chat.RoomID(b), Time: chat.Millis(at),
			Kind: 1 + chat.Kind(kind)%(chat.KindEnd-1), Flags: chat.Flags(flags) << (a % 4) & (chat.Private | chat.Direct | chat.Audit | chat.Rules),
			Level: uint8(b), Count: uint32(a),
			By: chat.UserID(a), Nick: nick, Client: chat.ClientID(client), Target: chat.Seq(b), Whose: name,
			When: chat.Millis(-at), User: chat.UserID(b), About: chat.RoomID(a), Name: name, Text: text, Tags: client, Node: a ^ b, As: chat.Role(b), Was: uint32(a), Thread: chat.Seq(a),
		}
		if ev.Said() && ev.Thread == 0 {
			ev.Thread = ev.Target
		}
		copy(ev.Key[:], key)
		if got, err := chat.DecodeEvent(ev.Seq, ev.Room, chat.AppendEvent(nil, &ev)); err != nil || !reflect.DeepEqual(got, ev) {
			t.Errorf("read back %+v, error %v, want %+v", got, err, ev)
		}
	})
}

func FuzzCommandRoundTrip(f *testing.F) {
	f.Add(uint64(1), uint64(2), int64(3), uint8(1), uint8(3), "client", "name", "text", []byte{1})
	f.Add(uint64(1), uint64(math.MaxUint64), int64(-3), uint8(chat.Register-1), uint8(63), "", "zoë", "$argon2id$…", []byte{31: 1})
	f.Fuzz(func(t *testing.T, a, b uint64, at int64, op, flags uint8, client, name, text string, key []byte) {
		c := chat.Command{
			ID: chat.CommandID{Node: a, N: b}, Time: chat.Millis(at), By: chat.UserID(b),
			Op: 1 + chat.Op(op)%(chat.OpEnd-1), Emote: flags&1 != 0, Private: flags&2 != 0, Strict: flags&4 != 0,
			Client: chat.ClientID(client), Room: chat.RoomID(a), Target: chat.Seq(b), User: chat.UserID(a),
			Name: name, Text: text, Node: a ^ b,
			Open: flags&8 != 0, Confined: flags&16 != 0, Notice: flags&32 != 0, Level: uint8(a), Count: uint32(b), Until: chat.Millis(-at), Secret: text, From: name, Tags: client, Rules: chat.Flags(a) & chat.Rules,
		}
		copy(c.Key[:], key)
		copy(c.Holder[:], client)
		if got, err := chat.DecodeCommand(chat.AppendCommand(nil, &c)); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("read back %+v, error %v, want %+v", got, err, c)
		}
	})
}

func BenchmarkAppendEvent(b *testing.B) {
	ev := chat.Event{Seq: 3e6, Prev: 3e6 - 7, Room: 1, Time: 1_790_000_000_123, Kind: chat.Message, By: 17, Nick: "heron", Client: "4711", Text: strings.Repeat("x", 100)}
	buf := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		buf = chat.AppendEvent(buf[:0], &ev)
	}
}

func BenchmarkDecodeEvent(b *testing.B) {
	ev := chat.Event{Seq: 3e6, Prev: 3e6 - 7, Room: 1, Time: 1_790_000_000_123, Kind: chat.Message, By: 17, Nick: "heron", Client: "4711", Text: strings.Repeat("x", 100)}
	record := chat.AppendEvent(nil, &ev)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := chat.DecodeEvent(ev.Seq, ev.Room, record); err != nil {
			b.Fatal(err)
		}
	}
}
