package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"hubbub/internal/chat"
)

// Options are what holds for somebody who has chosen nothing else, and what their
// terminal can. A Theme of None holds whatever was chosen.
type Options struct {
	Language Language
	Theme    Theme          // empty is Auto
	Zone     *time.Location // nil is the system's
	Notify   Notify
	Pictures Pictures
	Graphics Graphics
	Now      func() time.Time // nil is time.Now
	NewID    func() string    // makes IDs of drafts: unique for ever among this user's

	Room chat.RoomID // that is shown first; 0 for the first of all

	// Keep is about how many entries of a room are held on each side of what is seen;
	// those beyond are read again when somebody looks for them. 0 is DefaultKeep,
	// and fewer than LeastKeep are that many.
	Keep int

	// Decoding has a place for each picture that may be read and decoded at once, over
	// all who share it; nil is no bound but that of each screen.
	Decoding chan struct{}

	// Open opens an address on this machine; nil copies it to the clipboard.
	Open func(url string) error
}

// How many entries are held beside those that are seen.
const (
	DefaultKeep = 500
	LeastKeep   = 20
)

// The largest screen that is painted, in cells: of a larger window the rest stays
// empty.
const (
	MaxWidth  = 500
	MaxHeight = 200
)

// The most that is held of rooms while another is shown: entries of each, and rooms.
const (
	maxResting = 100
	maxRooms   = 20
)

// maxPage is how many entries are asked for at once, at most.
const maxPage = 100

// pageSize is how many entries are asked for at once.
func (m *Model) pageSize() int { return min(m.options.Keep, maxPage) }

// Model is the whole interface. Make one with [New].
type Model struct {
	ctx     context.Context // ends the commands
	session Session
	options Options

	self     Person
	kept     map[string]string    // what is kept of the user's preferences, by key
	underway map[string]*underway // and what is on its way there
	chosen   chosen
	language Language
	theme    Theme
	light    bool // the terminal is
	colour   *palette
	look     int // counts changes of how everything looks

	width, height int
	painted       []string  // the last screen
	sheet         sheet     // and of it the rows of several panes
	seen          []row     // room for those of a timeline that are seen
	roomRows      []paneRow // as they were painted, by their place on the screen
	personRows    []paneRow
	noRoomRow     paneRow // where no room is, and nobody
	nobodyRow     paneRow
	focused       bool
	online        bool
	waiting       int // drafts that the session keeps
	retries       time.Time
	ended         bool // the session has
	arrived       bool // it is known which rooms there are
	preferring    bool // and what the user prefers
	spoken        bool // the user has said something: no newcomer

	rooms     []Room
	current   chat.RoomID
	expected  chat.RoomID // to be shown as soon as the user is in it; 0 for none
	cameFrom  chat.RoomID // where one was before going to what is new
	timelines map[chat.RoomID]*timeline
	people    []Person   // of the current room
	peopleAsk *peopleAsk // the last, or nil once it is answered
	typing    map[string]time.Time
	hushing   bool // it is waited for who stops

	visits int // counts the rooms that were left

	album album

	composer composer
	drafts   map[chat.RoomID]string
	overlay  overlay // or nil
	question *question
	asking   *asking  // what a command asks, or nil
	flash    string   // until the next key
	told     []string // to be shown when nothing else is asked
	called   time.Time
	said     time.Time
	turn     <-chan struct{} // closed when the next draft may be handed over

	links   int // the last number given
	targets map[int]string
}

// New returns a model over a session. The context ends what it asks the session
// for.
func New(ctx context.Context, session Session, options Options) *Model {
	if options.Theme == "" {
		options.Theme = Auto
	}
	if options.Zone == nil {
		options.Zone = time.Local
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Keep == 0 {
		options.Keep = DefaultKeep
	}
	options.Keep = max(options.Keep, LeastKeep)
	m := &Model{
		ctx: ctx, session: session, options: options,
		self: session.Self(), focused: true, online: true,
		kept: map[string]string{}, underway: map[string]*underway{},
		timelines: map[chat.RoomID]*timeline{}, drafts: map[chat.RoomID]string{},
		album: album{held: map[string]*picture{}}, expected: options.Room,
		typing: map[string]time.Time{}, targets: map[int]string{},
	}
	first := make(chan struct{})
	close(first)
	m.turn = first
	m.obey()
	return m
}

// Init begins to listen to the session. It is part of tea.Model.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.next(), m.askPreferences(), tea.RequestBackgroundColor)
}

// Update takes a message. It is part of tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.handle(msg)
	return m, tea.Batch(cmd, m.settle())
}

func (m *Model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		if pictureHeight(msg.Height) != pictureHeight(m.height) {
			m.look++
		}
		m.width, m.height = min(max(msg.Width, 0), MaxWidth), min(max(msg.Height, 0), MaxHeight)
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.PasteMsg:
		return m.paste(msg.Content)
	case tea.FocusMsg:
		m.focused = true
	case tea.BlurMsg:
		m.focused = false
		if t := m.timeline(); t != nil {
			m.turnAway(t)
		}
	case tea.BackgroundColorMsg:
		m.light = !msg.IsDark()
		m.restyle(m.theme)
	default:
		return m.result(msg)
	}
	return nil
}

// restyle changes how everything looks.
func (m *Model) restyle(t Theme) {
	m.theme, m.colour = t, t.colours(m.light)
	m.look++
}

// timeline returns that of the current room, or nil.
func (m *Model) timeline() *timeline { return m.timelines[m.current] }

// room returns a room, or nil.
func (m *Model) room(id chat.RoomID) *Room {
	for i := range m.rooms {
		if m.rooms[i].ID == id {
			return &m.rooms[i]
		}
	}
	return nil
}

// paint begins a row.
func (m *Model) paint(limit int) *painter { return newPainter(m.colour, limit) }

// clean returns an entry as it is kept: harmless, and in the user's time.
func (m *Model) clean(e Entry) Entry {
	e.Time = e.Time.In(m.chosen.zone)
	e.Nick, e.Name, e.Whose, e.Quote = cleanLine(e.Nick), cleanLine(e.Name), cleanLine(e.Whose), cleanLine(e.Quote)
	if e.said() {
		e.Text = cleanText(first(e.Text, chat.MaxText))
	} else {
		e.Text = cleanLine(e.Text)
	}
	e.Reactions, e.Files = cleanReactions(e.Reactions), cleanFiles(e.Files)
	return e
}

// item returns an entry to be shown in a timeline, with its links numbered.
func (m *Model) item(e Entry) *item {
	e = m.clean(e)
	it := &item{Entry: e, day: dayOf(e.Time)}
	m.spoken = m.spoken || e.said() && e.By == m.self.ID
	links, files := m.heldLinks(&e)
	if e.said() {
		it.links = m.number(findLinks(e.Text), links)
	}
	for _, f := range e.Files {
		target, ok := targetOf(f.URL)
		if !ok {
			target = "" // and then it is no link
		}
		it.files = append(it.files, link{target: target})
	}
	it.files = m.number(it.files, files)
	return it
}

func cleanReactions(all []Reaction) (clean []Reaction) {
	for _, r := range all[:min(len(all), chat.MaxEmoji)] {
		r.Emoji = cleanLine(first(r.Emoji, chat.MaxReaction))
		clean = append(clean, r)
	}
	return clean
}

// maxFiles is how many files of a message are shown.
const maxFiles = 20

func cleanFiles(all []File) (clean []File) {
	for _, f := range all[:min(len(all), maxFiles)] {
		f.Name, f.URL, f.Type = cleanLine(f.Name), cleanLine(f.URL), cleanLine(f.Type)
		clean = append(clean, f)
	}
	return clean
}

// maxTargets is how many links can be opened by number; those before are forgotten.
// Where little is held it is less.
const maxTargets = 999

func (m *Model) lastTarget() int { return min(4*m.options.Keep, maxTargets) }

// heldLinks returns the links that an entry is held with, from before it was changed
// or from when it was on its way.
func (m *Model) heldLinks(e *Entry) (links, files []link) {
	if t := m.timelines[e.Room]; t != nil {
		old := t.find(e.Seq)
		if old == nil && e.By == m.self.ID && e.Client != "" {
			old = t.onItsWay(e.Client)
		}
		if old != nil {
			return old.links, old.files
		}
	}
	return nil, nil
}

// number gives links their numbers: those that they had, if they were there before.
func (m *Model) number(links, old []link) []link {
	for i := range links {
		l := &links[i]
		if i < len(old) && old[i].target == l.target {
			l.number = old[i].number
		} else if l.target != "" {
			m.links = m.links%m.lastTarget() + 1
			l.number = m.links
		}
		if l.number != 0 {
			m.targets[l.number] = l.target
		}
	}
	return links
}
