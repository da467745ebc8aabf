package chat_test

import (
	"fmt"
	"strings"
	"testing"

	"hubbub/internal/chat"
)

// BenchmarkApplySay applies plain messages with a client id, as a batch of
// many: what the applier costs beside the store.
func BenchmarkApplySay(b *testing.B) {
	s, facts := chat.NewState(), chat.NewFacts()
	events, room := s.Apply(&chat.Command{Op: chat.CreateRoom, Name: chat.Lobby}, facts, nil)
	_, out := s.Apply(&chat.Command{Op: chat.Arrive, Name: "alice"}, facts, events)
	for range 999 {
		s.Apply(&chat.Command{Op: chat.Arrive, Name: "guest"}, facts, nil)
	}
	text := strings.Repeat("x", 100)
	commands := make([]chat.Command, 1000)
	for i := range commands {
		commands[i] = chat.Command{By: out.User, Op: chat.Say, Room: room.Room, Text: text, Client: chat.ClientID(fmt.Sprint(i))}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i++; i%len(commands) == 0 {
			facts, events = chat.NewFacts(), events[:0]
		}
		var out chat.Outcome
		if events, out = s.Apply(&commands[i%len(commands)], facts, events); out.Err != nil {
			b.Fatal(out.Err)
		}
	}
}

func BenchmarkCleanText(b *testing.B) {
	for name, text := range map[string]string{
		"ascii":    strings.Repeat("hello, world ", 8),
		"polish":   strings.Repeat("zażółć gęślą jaźń ", 4),
		"coloured": strings.Repeat("\x1b[1;31mhello\x1b[0m ", 6),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				chat.CleanText(text)
			}
		})
	}
}
