package notify_test

import (
	"testing"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/notify"
)

const (
	alice chat.UserID = 1
	bob   chat.UserID = 2
	tea   chat.RoomID = 12
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func prefer(t testing.TB, text string) *notify.Preferences {
	t.Helper()
	p, err := notify.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

// said is what bob says in #tea.
func said(text string, change func(*notify.Message)) *notify.Message {
	m := &notify.Message{Room: tea, Author: bob}
	if change != nil {
		change(m)
	}
	m.Read(text)
	return m
}

func TestOneIsToldOfWhatOneWants(t *testing.T) {
	direct := func(m *notify.Message) { m.Direct = true }
	answers := func(m *notify.Message) { m.Answers = alice }
	own := func(m *notify.Message) { m.Author, m.Direct = alice, true }
	for _, c := range []struct {
		name        string
		preferences string
		message     *notify.Message
		want        notify.Reason
	}{
		{"by usual", ``, said("hello", nil), notify.NoReason},
		{"by usual, named", ``, said("hello @alice", nil), notify.Mentioned},
		{"by usual, answered", ``, said("hello", answers), notify.Answered},
		{"by usual, directly", ``, said("hello", direct), notify.Direct},
		{"of one's own", `{"level":"all"}`, said("note to @alice", own), notify.NoReason},
		{"of all", `{"level":"all"}`, said("hello", nil), notify.Said},
		{"of all, named", `{"level":"all"}`, said("@alice", nil), notify.Mentioned},
		{"of nothing", `{"level":"nothing"}`, said("@alice", direct), notify.NoReason},
		{"of a keyword", `{"keywords":["Deploy"]}`, said("the deploy is done", nil), notify.Keyword},
		{"of no keyword", `{"keywords":["deploy"]}`, said("redeployed", nil), notify.NoReason},
		{"of a keyword, and named", `{"keywords":["deploy"]}`, said("deploy, @alice", nil), notify.Mentioned},
		{"of all of this room", `{"rooms":{"12":"all"}}`, said("hello", nil), notify.Said},
		{"of all of another room", `{"rooms":{"13":"all"}}`, said("hello", nil), notify.NoReason},
		{"of nothing of this room", `{"level":"all","rooms":{"12":"nothing"}}`, said("@alice", nil), notify.NoReason},
		{"of mentions of this room", `{"level":"all","rooms":{"12":"mentions"}}`, said("hello", nil), notify.NoReason},
		{"of this room alone", `{"level":"nothing","rooms":{"12":"mentions"}}`, said("@alice", nil), notify.Mentioned},
		{"of nothing of one person", `{"rooms":{"12":"nothing"}}`, said("hello", direct), notify.NoReason},
		{"silent", `{"level":"all","silent":true}`, said("@alice", direct), notify.NoReason},
		{"in quiet hours", `{"level":"all","quiet":{"from":"11:00","to":"13:00"}}`, said("@alice", direct), notify.NoReason},
		{"out of quiet hours", `{"level":"all","quiet":{"from":"13:00","to":"14:00"}}`, said("hello", nil), notify.Said},
	} {
		r := &notify.Reader{ID: alice, Nick: "Alice", Preferences: prefer(t, c.preferences)}
		if got := notify.Decide(c.message, r, noon); got != c.want {
			t.Errorf("%s: %v, not %v", c.name, got, c.want)
		}
		r.Looking = true
		if got := notify.Decide(c.message, r, noon); got != notify.NoReason {
			t.Errorf("%s, looking: %v", c.name, got)
		}
	}
	r := &notify.Reader{ID: alice, Nick: "alice"}
	if got := notify.Decide(said("@alice", nil), r, noon); got != notify.Mentioned {
		t.Errorf("without preferences: %v", got)
	}
	if got := notify.Decide(said("hello", nil), &notify.Reader{Nick: "nobody"}, noon); got != notify.NoReason {
		t.Errorf("nobody is answered: %v", got)
	}
}

func TestWhomAMessageNames(t *testing.T) {
	for _, c := range []struct {
		text, nick string
		named      bool
	}{
		{"@alice", "alice", true},
		{"hi @Alice!", "alice", true},
		{"hi @alice.", "alice", true},
		{"hi (@alice)", "alice", true},
		{"@bob@alice", "alice", false},
		{"@@alice", "alice", true},
		{"@alice's tea", "alice", true},
		{"@alice’s tea", "alice", true},
		{"@alice's", "alice's", true},
		{"@dr.who is here", "dr.who", true},
		{"@dr.who is here", "dr", false},
		{"@dr. who", "dr.", true},
		{"@alices", "alice", false},
		{"mail bob@alice.example", "alice.example", false},
		{"alice: tea?", "alice", true},
		{"Alice, tea?", "alice", true},
		{"alice tea", "alice", false},
		{"tea, alice: now", "alice", false},
		{"will: it rains", "will", true},
		{"it will rain", "will", false},
		{"@ŁUCJA", "łucja", true},
		{"@zoe\u0308", "zoë", true},
		{"こんにちは@アリス", "アリス", false}, // letters before it: an address, it may be
		{"こんにちは @アリス", "アリス", true},
		{"@", "", false},
		{"", "alice", false},
		{"\nline two @alice", "alice", true},
		{"@\xff", "alice", false},
	} {
		r := &notify.Reader{ID: alice, Nick: c.nick}
		if got := notify.Decide(said(c.text, nil), r, noon) == notify.Mentioned; got != c.named {
			t.Errorf("%q names %s: %v", c.text, c.nick, got)
		}
	}
}

func TestAKeywordIsAWord(t *testing.T) {
	for _, c := range []struct {
		text, keyword string
		has           bool
	}{
		{"deploy", "deploy", true}, {"DEPLOY now", "deploy", true}, {"re-deploy", "deploy", true}, {"(deploy)", "deploy", true},
		{"deployed", "deploy", false}, {"redeploy", "deploy", false}, {"deploys deploy", "deploy", true}, {"de ploy", "deploy", false},
		{"the build failed again", "build failed", true}, {"the build  failed", "build failed", false},
		{"C++ is", "c++", true}, {"c++11", "c++", true}, {"#tea", "#tea", true}, {"x#tea", "#tea", true},
		{"今日は部署会議です", "部署", true}, {"Żółw", "żółw", true}, {"żółwie", "żółw", false}, {"cafe\u0301", "café", true},
		{"a_deploy", "deploy", false}, {"aaaa", "aa", false}, {"aaaa aa", "aa", true}, {"aaaa(aa", "aa", true}, {"aaaa (aa) b", "aa) b", true}, {"x#teas #tea", "#tea", true}, {"тестtest 部tea署", "tea", true}, {"", "x", false},
	} {
		p := &notify.Reader{ID: alice, Nick: "alice", Preferences: prefer(t, `{"keywords":["`+c.keyword+`"]}`)}
		if got := notify.Decide(said(c.text, nil), p, noon) == notify.Keyword; got != c.has {
			t.Errorf("%q has %q: %v", c.text, c.keyword, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	p := prefer(f, `{"keywords":["deploy","部署"],"level":"mentions"}`)
	f.Add("hi @alice's deploy", "alice")
	f.Add("@\xffé: \u0301", "b")
	f.Fuzz(func(t *testing.T, text, nick string) {
		r := &notify.Reader{ID: alice, Nick: nick, Preferences: p}
		got := notify.Decide(said(text, nil), r, noon)
		if again := notify.Decide(said(text, nil), r, noon); again != got {
			t.Errorf("%q is %v and %v", text, got, again)
		}
		if chat.CheckNick(nick) == nil && notify.Decide(said("so @"+nick+" "+text, nil), r, noon) != notify.Mentioned {
			t.Errorf("@%s names nobody in %q", nick, text)
		}
	})
}
