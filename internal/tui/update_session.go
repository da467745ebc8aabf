package tui

import (
	"cmp"
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// What commands bring back.
type (
	updatesMsg struct {
		updates []Update
		err     error
	}
	pageMsg struct {
		room   chat.RoomID
		where  Where
		missed chat.Seq // what was known to be missed when it was asked for
		page   Page
		err    error
	}
	peopleMsg struct {
		ask    *peopleAsk
		people []Person
		err    error
	}
	saidMsg struct {
		room chat.RoomID
		id   string
		err  error
	}
	replyMsg struct {
		reply Reply
		err   error
	}
	failedMsg struct{ err error }
	quietMsg  struct{} // time has passed: see who is still typing
)

// next waits for what happens.
func (m *Model) next() tea.Cmd {
	return func() tea.Msg {
		updates, err := m.session.Next(m.ctx)
		return updatesMsg{updates, err}
	}
}

// do calls the session, and tells if it failed.
func (m *Model) do(call func() error) tea.Cmd {
	return func() tea.Msg {
		if err := call(); err != nil {
			return failedMsg{err}
		}
		return nil
	}
}

// result takes what a command brought back.
func (m *Model) result(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case updatesMsg:
		return m.updates(msg)
	case pageMsg:
		return m.page(msg)
	case peopleMsg:
		return m.gotPeople(msg)
	case preferencesMsg:
		m.setPreferences(msg)
	case pictureMsg:
		return m.gotPicture(msg)
	case preferredMsg:
		return m.preferenceSent(msg)
	case saidMsg:
		m.sent(msg)
	case replyMsg:
		return m.replied(msg)
	case foundMsg:
		m.found(msg)
	case failedMsg:
		m.tell(msg.err)
	case openedMsg:
		m.flash = m.language.say(wDone)
	case quietMsg:
		return m.hush()
	}
	return nil
}

// tell shows an error.
func (m *Model) tell(err error) { m.flash = m.sentence(err) }

// sentence returns an error as people are told it.
func (m *Model) sentence(err error) string {
	var refused *chat.Error
	if errors.As(err, &refused) {
		return cleanLine(refused.Text)
	}
	return m.language.say(wWentWrong)
}

func (m *Model) updates(msg updatesMsg) tea.Cmd {
	if msg.err != nil {
		m.ended, m.online = true, false
		m.flash = m.language.say(wEnded)
		return nil
	}
	cmds := []tea.Cmd{m.next()}
	for _, u := range msg.updates {
		cmds = append(cmds, m.update(u))
	}
	return tea.Batch(cmds...)
}

func (m *Model) update(u Update) tea.Cmd {
	switch u := u.(type) {
	case Posted:
		if u.Entry.Seq != 0 {
			return m.posted(m.item(u.Entry))
		}
	case Changed:
		if t := m.timelines[u.Entry.Room]; t != nil {
			t.replace(m.item(u.Entry))
		}
	case Missed:
		m.missed(u.Room)
	case Rooms:
		return m.setRooms(u.Rooms)
	case People:
		if u.Room == m.current {
			m.setPeople(u.People)
		}
	case Typing:
		return m.types(u)
	case Told:
		m.showLines(u.Lines)
	case Preferred:
		m.preferred(u)
	case Connection:
		return m.connection(u)
	}
	return nil
}

// connection takes whether there is one. When there is again, what could not be had
// without is asked for anew.
func (m *Model) connection(u Connection) (cmd tea.Cmd) {
	if u.Online && !m.online {
		m.retryPictures()
		for _, t := range m.timelines {
			t.failed = false
		}
		if !m.preferring {
			cmd = m.askPreferences()
		}
	}
	m.online, m.waiting, m.retries = u.Online, u.Waiting, u.Retry
	return cmd
}

// missed forgets what is held of a room but for what is on its way: it is read anew
// when it is looked at.
func (m *Model) missed(room chat.RoomID) {
	if t := m.timelines[room]; t != nil {
		*t = timeline{room: room, items: t.items[t.kept():], loading: t.loading, stale: t.loading}
	}
}

// setRooms takes all rooms anew. What was read here and is not known there yet
// stays read.
func (m *Model) setRooms(rooms []Room) tea.Cmd {
	rooms = slices.Clone(rooms)
	m.arrived = true
	for i := range rooms {
		r := &rooms[i]
		r.Name, r.Topic = cleanLine(r.Name), cleanLine(r.Topic)
		if had := m.room(r.ID); had != nil && had.Read > r.Read {
			r.Read, r.Unread, r.Mentions = had.Read, had.Unread, had.Mentions
		}
	}
	m.rooms = rooms
	for id := range m.timelines {
		if m.room(id) == nil {
			delete(m.timelines, id)
			delete(m.drafts, id)
		}
	}
	if m.room(m.current) == nil {
		if m.current != 0 {
			m.composer.reset("") // it was not for another room
		}
		m.current, m.people = 0, nil
	}
	switch {
	case m.room(m.expected) != nil:
		return m.show(m.expected)
	case m.current == 0 && len(rooms) > 0:
		return m.enter(rooms[0].ID)
	}
	return nil
}

func (m *Model) setPeople(people []Person) {
	m.people = slices.Clone(people)
	for i := range m.people {
		m.people[i].Nick = cleanLine(m.people[i].Nick)
	}
}

// posted takes a new entry.
func (m *Model) posted(it *item) tea.Cmd {
	mine := it.By == m.self.ID
	if mine && it.Kind == chat.NickChanged {
		m.self.Nick = it.Name
		m.look++
	}
	if it.Kind == chat.TopicSet {
		if r := m.room(it.Room); r != nil {
			r.Topic = it.Text
		}
	}
	if t := m.timelines[it.Room]; t != nil {
		if mine && it.Client != "" {
			t.settleSent(it.Client)
		}
		m.append(t, it)
	}
	if it.Room == m.current {
		delete(m.typing, it.Nick)
	}
	return tea.Batch(m.alert(it), m.refreshPeople(it))
}

// append adds a new entry to a timeline, unless what is held there does not reach
// so far.
func (m *Model) append(t *timeline, it *item) {
	if t.newer {
		t.missed = max(t.missed, it.Seq)
		return
	}
	t.put(it)
	if t.loaded {
		m.countNews(t, it)
	}
	if n := m.resting(); t.room != m.current && len(t.items) > 2*n {
		t.trim(n)
	}
}

// refreshPeople asks anew who is in the room, if an entry changed that.
func (m *Model) refreshPeople(it *item) tea.Cmd {
	if it.Room != m.current || !it.social() && it.Kind != chat.Kicked {
		return nil
	}
	return m.askPeople()
}

// countNews counts an entry as unread, and as new.
func (m *Model) countNews(t *timeline, it *item) {
	switch seen := m.watched(it.Room) && t.following(); {
	case !it.said():
		return
	case it.By == m.self.ID || seen && t.news == 0:
		t.mark, t.news = it.Seq, 0 // it is seen as it comes
		return
	case seen:
		return
	}
	if t.news++; t.news == 1 {
		t.since = it.Time
	}
}

// watched reports whether somebody looks at a room.
func (m *Model) watched(room chat.RoomID) bool {
	return m.focused && room == m.current && m.overlay == nil
}

// alert counts an entry for the rooms list, and calls the user if need be.
func (m *Model) alert(it *item) tea.Cmd {
	r := m.room(it.Room)
	if r == nil || !it.said() || it.By == m.self.ID || it.Seq <= r.Read {
		return nil
	}
	r.Unread++
	if it.Calls || r.Direct {
		r.Mentions++
	}
	now := m.options.Now()
	if m.watched(it.Room) || now.Sub(m.called) < callEvery || !m.wants(it, r) {
		return nil
	}
	m.called = now
	title := it.Nick
	if !r.Direct {
		title = m.language.say(wCalled, it.Nick, r.Name)
	}
	return m.options.Notify.command(title, it.Text)
}

// callEvery is how often the user is called at most: what was said while one was away
// comes all at once.
const callEvery = time.Second

// page takes part of a timeline.
func (m *Model) page(msg pageMsg) tea.Cmd {
	t := m.timelines[msg.room]
	if t == nil {
		return nil
	}
	t.loading = false
	if t.stale { // it was asked for before more was missed
		t.stale = false
		return nil
	}
	if msg.err != nil {
		m.tell(msg.err)
		t.failed = t.failed || msg.where.Around == 0
		return nil
	}
	if msg.where.Before != t.first() && msg.where.Before != 0 || msg.where.After != t.last() && msg.where.After != 0 {
		return nil // it does not continue what is held: that was let go of meanwhile
	}
	items := m.items(msg.page.Entries)
	switch first, last := t.first(), t.last(); {
	case msg.where.Before != 0:
		t.prepend(items)
		t.older = msg.page.Older
		t.failed = t.older && t.first() == first // or it would be asked for without end
		if t.news > 0 && !t.newer {              // some of it may be new too
			m.markNews(t, t.mark)
		}
	case msg.where.After != 0:
		t.put(items...)
		t.newer = msg.page.Newer || t.missed > msg.missed
		t.failed = msg.page.Newer && t.last() == last
	default:
		m.open(t, items, msg)
	}
	t.loaded = true
	return nil
}

// items returns the entries of a page, in order, each once.
func (m *Model) items(entries []Entry) []*item {
	items := make([]*item, 0, len(entries))
	for _, e := range entries {
		if e.Seq != 0 { // which is for what is on its way
			items = append(items, m.item(e))
		}
	}
	slices.SortStableFunc(items, func(a, b *item) int { return cmp.Compare(a.Seq, b.Seq) })
	return slices.CompactFunc(items, func(a, b *item) bool { return a.Seq == b.Seq })
}

// open shows a page that does not continue what was there.
func (m *Model) open(t *timeline, items []*item, msg pageMsg) {
	sending := t.items[t.kept():]
	if around := msg.where.Around; around != 0 {
		t.items, t.bottom, t.selected = nil, around, 0
		if slices.ContainsFunc(items, func(i *item) bool { return i.Seq == around }) {
			t.selected = around
		}
	} else {
		items = slices.DeleteFunc(items, func(i *item) bool { return t.find(i.Seq) != nil })
	}
	kept := append(slices.Clone(t.items[:t.kept()]), items...)
	slices.SortFunc(kept, func(a, b *item) int { return cmp.Compare(a.Seq, b.Seq) })
	t.items = append(kept, sending...)
	t.older, t.newer = msg.page.Older, msg.page.Newer || t.missed > msg.missed
	if r := m.room(t.room); r != nil && t.mark == 0 {
		m.markNews(t, r.Read)
	}
}

// markNews puts the line below which everything is new.
func (m *Model) markNews(t *timeline, read chat.Seq) {
	t.mark, t.news = read, 0
	for _, it := range t.items[:t.kept()] {
		if it.Seq > read && it.said() && it.By != m.self.ID {
			if t.news++; t.news == 1 {
				t.since = it.Time
			}
		}
	}
}

// sent tells what became of a draft. That it is kept is seen when it comes.
func (m *Model) sent(msg saidMsg) {
	t := m.timelines[msg.room]
	if msg.err == nil || t == nil {
		return
	}
	if it := t.onItsWay(msg.id); it != nil {
		it.failed, it.laid = m.sentence(msg.err), layout{}
	}
}
