package line

import (
	"strconv"
	"strings"

	"hubbub/internal/chat"
	"hubbub/internal/hub"
)

// How people name a message: by its number, by how far back it is, or by who
// said it.

// lookBack is how many messages are looked through for somebody's last one.
const lookBack = 200

// resolve returns the message that ref names in the room the peer is in.
func (c *conn) resolve(ref string) (chat.Seq, *chat.Error) {
	if err := c.Session().Settle(c.Context()); err != nil {
		return 0, err
	}
	if back, ok := strings.CutPrefix(ref, "^"); ok {
		return c.back(back)
	}
	if nick, ok := strings.CutPrefix(ref, "@"); ok {
		return c.lastOf(nick)
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(ref, "#"), 10, 64)
	if err != nil || n == 0 {
		return 0, chat.Errorf(chat.Invalid, "%q names no message. Use its number from /history, ^ for the last one, ^2 for the one before, or @NICK for what that person said last.", quoted(ref))
	}
	return chat.Seq(n), nil
}

// back returns the n-th message from the end; "" is 1.
func (c *conn) back(count string) (chat.Seq, *chat.Error) {
	n := 1
	if count != "" {
		var err error
		if n, err = strconv.Atoi(count); err != nil || n < 1 || n > lookBack {
			return 0, chat.Errorf(chat.Invalid, "^%s names no message: ^1 to ^%d do.", quoted(count), lookBack)
		}
	}
	messages, err := c.recent()
	if err != nil {
		return 0, err
	}
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Deleted {
			continue
		}
		if n--; n == 0 {
			return messages[i].Seq, nil
		}
	}
	return 0, chat.Errorf(chat.NotFound, "There are not that many messages here. /history shows what there is.")
}

func (c *conn) lastOf(nick string) (chat.Seq, *chat.Error) {
	folded := chat.Fold(nick)
	seq, err := c.last(func(m *hub.Message) bool { return chat.Fold(m.Nick) == folded })
	if err == nil && seq == 0 {
		err = chat.Errorf(chat.NotFound, "%s has not said anything here lately. /history shows the numbers.", quoted(nick))
	}
	return seq, err
}

// ownLast returns the last message of the peer's own.
func (c *conn) ownLast() (chat.Seq, *chat.Error) {
	if err := c.Session().Settle(c.Context()); err != nil {
		return 0, err
	}
	self := c.Session().User()
	seq, err := c.last(func(m *hub.Message) bool { return m.By == self })
	if err == nil && seq == 0 {
		err = chat.Errorf(chat.NotFound, "You have not said anything here lately. /history shows the numbers.")
	}
	return seq, err
}

// last returns the last message for which ok holds, or 0.
func (c *conn) last(ok func(*hub.Message) bool) (chat.Seq, *chat.Error) {
	messages, err := c.recent()
	if err != nil {
		return 0, err
	}
	for i := len(messages) - 1; i >= 0; i-- {
		if m := &messages[i]; !m.Deleted && ok(m) {
			return m.Seq, nil
		}
	}
	return 0, nil
}

func (c *conn) recent() ([]hub.Message, *chat.Error) {
	here := c.here.Load()
	if here == nil || here.id == 0 {
		return nil, errNowhere()
	}
	if err := c.Session().Charge(c.Context(), 1); err != nil {
		return nil, err
	}
	return c.Session().History(c.Context(), here.id, 0, lookBack)
}
