package store_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// keeps has somebody keep something about themselves.
func (sc *script) keeps(user chat.UserID, key, value string, private bool) chat.Seq {
	ev := chat.Event{Kind: chat.PropertySet, Room: user.Inbox(), By: user, User: user, Whose: "ann", Name: key, Text: value}
	if private {
		ev.Flags = chat.Private
	}
	return sc.add(ev)
}

// What somebody keeps for themselves alone is in no file any more when they have
// replaced or removed it, or have gone. What others were told stays in the log.
func TestPrivateValuesAreForgotten(t *testing.T) {
	dir := t.TempDir()
	sc := newScript(t, openStore(t, dir))
	texts := secrets(rand.New(rand.NewPCG(3, 4)), 40)
	const ann, guest = chat.UserID(901), chat.UserID(902)
	sc.add(chat.Event{Kind: chat.Arrived, Room: ann.Inbox(), By: ann, Nick: "ann"})
	sc.add(chat.Event{Kind: chat.Arrived, Room: guest.Inbox(), By: guest, Nick: "guest", Key: chat.Key{1}})
	for i, text := range texts {
		sc.keeps(ann, fmt.Sprint("push/", i%3), text, true)
		if i%7 == 0 {
			sc.commit()
		}
	}
	sc.keeps(guest, "push/guest", "endpoint-of-a-guest", true)
	sc.keeps(ann, "status", "told-to-everybody", false)
	sc.keeps(ann, "status", "something else", false)
	sc.keeps(ann, "status", "a secret now", true)
	sc.commit()
	if found := leaks(t, dir, append(texts, "endpoint-of-a-guest")); len(found) < 4 {
		t.Fatalf("only %q can be seen at all", found)
	}
	sc.keeps(ann, "push/1", "", true)
	sc.add(chat.Event{Kind: chat.Departed, Room: guest.Inbox(), By: guest, Nick: "guest", Key: chat.Key{1}})
	sc.commit()
	if err := sc.store.Close(); err != nil {
		t.Fatal(err)
	}
	// 39 is of push/0, 38 of push/2.
	if found := leaks(t, dir, append(texts[:38:38], "endpoint-of-a-guest")); len(found) > 0 {
		t.Errorf("%d values are still there: %q", len(found), found)
	}
	if found := leaks(t, dir, []string{texts[38], texts[39], "told-to-everybody"}); len(found) < 3 {
		t.Errorf("of what counts, or was public, there is only %q", found)
	}
	sc.store = openStore(t, dir)
	all, err := sc.store.Properties(t.Context(), nil, ann.Inbox(), guest.Inbox())
	if err != nil || len(all) != 3 || all[0].Value != texts[39] || all[1].Value != texts[38] || all[2].Value != "a secret now" {
		t.Errorf("%+v, %v", all, err)
	}
	if found, err := sc.store.IntegrityCheck(); err != nil || found != "ok" {
		t.Errorf("%s, %v", found, err)
	}
}

// Up to version 6 every private value that there had ever been stayed in the log.
func TestPrivateValuesOfVersion6AreForgotten(t *testing.T) {
	dir := t.TempDir()
	s := openWith(t, dir, store.Options{}, store.Steps()[:6]...)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	set := func(seq int, key, value string, flags chat.Flags) string {
		ev := chat.Event{Seq: chat.Seq(seq), Kind: chat.PropertySet, Room: 7, By: 7, User: 7, Name: key, Text: value, Flags: flags}
		return fmt.Sprintf("INSERT INTO events (seq, stream, record) VALUES (%d, 14, x'%x')", seq, chat.AppendEvent(nil, &ev))
	}
	tamper(t, filepath.Join(dir, "hubbub.db"),
		set(8, "push/a", "replaced-value", chat.Private), set(9, "push/a", "present-value", chat.Private),
		set(10, "push/b", "removed-value", chat.Private), set(11, "push/b", "", chat.Private), set(12, "status", "public-value", 0), set(13, "status", "", 0),
		`INSERT INTO properties (owner, key, value, private) VALUES (7, 'push/a', 'present-value', 1)`)
	const old = "hubbub-version-6.db"
	synctest.Test(t, func(t *testing.T) { // they are gone while the server runs, and not only when it ends
		s := openStore(t, dir)
		defer running(t, s)()
		pass(t, 3*time.Second)
		for _, text := range []string{"replaced-value", "removed-value"} {
			for _, found := range leaks(t, dir, []string{text}) {
				if found != old+": "+text {
					t.Errorf("%s is still there: %s", text, found)
				}
			}
		}
	})
	if found := leaks(t, dir, []string{"present-value", "public-value"}); len(found) < 4 {
		t.Errorf("of the others there is only %q", found)
	}

	// And what was current then is forgotten like what is set now.
	next := newScript(t, openStore(t, dir))
	next.seq = 20
	next.keeps(7, "push/a", "", true)
	next.commit()
	if err := next.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, found := range leaks(t, dir, []string{"present-value"}) {
		if found != old+": present-value" {
			t.Errorf("it is still there: %s", found)
		}
	}
}
