package chat_test

import (
	"strings"
	"testing"

	"hubbub/internal/chat"
)

func TestTagsOfClients(t *testing.T) {
	for _, tags := range []string{
		"", "+a", "+a=b", "+a=", "+a;+b", "+example.com/foo=bar;+baz", "+draft/x-2=żółć", `+a=\:\s\\`, "+a==;+a=/+", "+A9=,",
		"+a=" + strings.Repeat("x", chat.MaxTags-3),
	} {
		if err := chat.CheckTags(tags); err != nil {
			t.Errorf("%q: %v", shorten(tags), err)
		}
	}
	for _, tags := range []string{
		"a", "a=b", "+", "+=b", ";", "+a;", ";+a", "+a;;+b", "+a b", "+a=b c", "+a=b\r", "+a=\n", "+a=\x00", "+a=\xff", "+é", "+a_b", "+/a", "+x/", "+x y/a", "+x/y/z", "++a", " +a",
		"+a=" + strings.Repeat("x", chat.MaxTags-2),
	} {
		if err := chat.CheckTags(tags); err == nil || err.Code != chat.Invalid || chat.CleanLine(err.Text) != err.Text || len(err.Text) > 300 {
			t.Errorf("%q: %v", shorten(tags), err)
		}
	}
}

// shorten is for texts that are long in tests of limits.
func shorten(s string) string { return s[:min(len(s), 40)] }

func TestTagsComeWithTheMessage(t *testing.T) {
	w := newCast(t)
	const tags = "+example.com/foo=bar;+baz"
	events, _ := w.apply(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "hi", Tags: tags})
	if len(events) != 1 || events[0].Tags != tags {
		t.Errorf("events %+v", events)
	}
	w.refused(chat.Command{By: bob, Op: chat.Say, Room: lobby, Text: "hi", Tags: "baz"}, chat.Invalid)
	edited, _ := w.apply(chat.Command{By: bob, Op: chat.Edit, Target: events[0].Seq, Text: "ho", Tags: tags})
	if edited[0].Tags != "" {
		t.Errorf("an edit has the tags %q", edited[0].Tags)
	}
}

// FuzzTags: tags that pass can stand on a line of IRC in front of a message.
func FuzzTags(f *testing.F) {
	f.Add("+example.com/foo=bar;+baz")
	f.Add("+a=b c;\x00")
	f.Fuzz(func(t *testing.T, tags string) {
		if chat.CheckTags(tags) == nil && (len(tags) > chat.MaxTags || strings.ContainsAny(tags, " \r\n\x00") || tags != "" && tags[0] != '+') {
			t.Errorf("%q passes", tags)
		}
	})
}
