package web

import (
	"cmp"
	"strconv"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// format is how those who are told live get what they are told. Each is a dialect,
// counted from Config.First.
type format hub.Dialect

const (
	formatFrame    format = iota // a WebSocket text frame
	formatDeflated               // one that is deflated, if that is worth it
	formatStream                 // an event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html)
	formatText                   // lines, for curl: of what is said alone
	formatNone                   // nothing: of rooms that the reader has not asked for

	Dialects = iota // how many there are
)

// Encoders returns the encoders of the web gateway's dialects, in their order. The
// epoch is the log's, by which a stream can be resumed. In text, times are shown in
// the zone, and links to files begin with base.
func Encoders(epoch string, zone *time.Location, base string) []hub.Encoder {
	zone = cmp.Or(zone, time.Local)
	return []hub.Encoder{
		formatFrame: func(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
			start := len(dst)
			return endText(wire.AppendEvent(beginFrame(dst), room, ev), start)
		},
		formatDeflated: func(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
			start := len(dst)
			return endDeflated(wire.AppendEvent(beginFrame(dst), room, ev), start)
		},
		formatStream: func(dst []byte, room *chat.RoomInfo, ev *chat.Event) []byte {
			dst = beginStreamed(dst, epoch, uint64(ev.Seq), api.TypeEvent)
			return append(wire.AppendEvent(dst, room, ev), "\n\n"...)
		},
		formatText: func(dst []byte, _ *chat.RoomInfo, ev *chat.Event) []byte {
			if !ev.Said() {
				return dst
			}
			return appendSaid(dst, ev, zone, base)
		},
		formatNone: func(dst []byte, _ *chat.RoomInfo, _ *chat.Event) []byte { return dst },
	}
}

// maxBundle is about how many bytes of JSON a frame has that tells several events. Some
// clients take 32 kB at most unless they are told otherwise.
const maxBundle = 16 << 10

// Bundlers returns how several events are told in one frame, by dialect: the first of
// the gateway's is given. What repeats from one event to the next, and that is most of
// it, is then deflated away.
func Bundlers(first hub.Dialect) map[hub.Dialect]hub.Bundler {
	bundler := func(end func(dst []byte, start int) []byte) hub.Bundler {
		return func(dst []byte, e *hub.Entry, i int) ([]byte, int) {
			start := len(dst)
			dst, i = wire.AppendEvents(beginFrame(dst), e, i, maxBundle)
			return end(dst, start), i
		}
	}
	return map[hub.Dialect]hub.Bundler{
		first + hub.Dialect(formatFrame):    bundler(endText),
		first + hub.Dialect(formatDeflated): bundler(endDeflated),
	}
}

// append appends a message that is for one reader alone.
func (f format) append(dst []byte, epoch string, m *api.Message) []byte {
	start := len(dst)
	switch f {
	case formatFrame:
		return endText(wire.Append(beginFrame(dst), m), start)
	case formatDeflated:
		return endDeflated(wire.Append(beginFrame(dst), m), start)
	case formatText:
		return dst
	}
	return append(wire.Append(beginStreamed(dst, epoch, m.Seq, m.Type), m), "\n\n"...)
}

// beginStreamed appends the beginning of an event of a stream. It has an id, to
// resume after, if there is a position.
func beginStreamed(dst []byte, epoch string, seq uint64, kind string) []byte {
	if seq != 0 {
		dst = append(append(append(dst, "id: "...), epoch...), ':')
		dst = append(strconv.AppendUint(dst, seq, 10), '\n')
	}
	dst = append(append(dst, "event: "...), kind...)
	return append(dst, "\ndata: "...)
}
