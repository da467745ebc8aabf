package tui

import (
	tea "charm.land/bubbletea/v2"
)

// The most pictures that are held, that are read at once, and that are shown of one
// message.
const (
	maxPictures  = 40
	maxReading   = 2
	maxOfMessage = 4
)

// album are the pictures that are held.
type album struct {
	held    map[string]*picture
	reading int
	time    int // counts how often it was looked what is seen
}

// picture is one of a message, which is read once it is seen.
type picture struct {
	thumbnail *thumbnail // nil until it is there, and if it can't be shown
	ready     bool
	seen      int // when, by album.time
	id        int // under which kitty has it, or 0
}

// pictureMsg is a picture that was read, or that can't be.
type pictureMsg struct {
	key       string
	picture   *picture // for which it was read
	thumbnail *thumbnail
}

// key tells a file from all others.
func (f *File) key() string { return f.ID + " " + f.URL }

// pictured returns the files of a message that are shown as pictures.
func (m *Model) pictured(it *item) (files []*File) {
	if m.chosen.pictures == NoPictures || m.theme == None || it.Deleted {
		return nil
	}
	for i := range it.Files {
		if f := &it.Files[i]; isPicture(f) && len(files) < maxOfMessage {
			files = append(files, f)
		}
	}
	return files
}

// kitty reports whether pictures are shown by kitty's protocol.
func (m *Model) kitty() bool { return m.chosen.pictures == AutoPictures && m.options.Graphics.Kitty }

// fetchPictures reads the pictures that are seen, a few at a time, the newest first.
func (m *Model) fetchPictures(t *timeline, top, bottom int) tea.Cmd {
	a := &m.album
	a.time++
	var wanted []*File
	for i := min(bottom, len(t.items)) - 1; i >= max(top, 0); i-- {
		for _, f := range m.pictured(t.items[i]) {
			if p := a.held[f.key()]; p != nil {
				p.seen = a.time
			} else {
				wanted = append(wanted, f)
			}
		}
	}
	var cmds []tea.Cmd
	for _, f := range wanted {
		if a.held[f.key()] != nil { // a message may have it twice
			continue
		}
		if a.reading >= maxReading || !m.online || !m.forgetPicture(&cmds) {
			break
		}
		cmds = append(cmds, m.readPicture(*f))
	}
	return tea.Batch(cmds...)
}

func (m *Model) readPicture(f File) tea.Cmd {
	m.album.reading++
	p := &picture{seen: m.album.time}
	m.album.held[f.key()] = p
	kitty := m.kitty()
	return func() tea.Msg {
		var t *thumbnail
		if places := m.options.Decoding; places != nil {
			select {
			case places <- struct{}{}:
				defer func() { <-places }()
			case <-m.ctx.Done():
				return nil
			}
		}
		data, err := m.session.Picture(m.ctx, f)
		if err == nil {
			t, _ = thumbnailOf(data, kitty) // nil is shown as what can't be shown
		}
		return pictureMsg{f.key(), p, t}
	}
}

// forgetPicture makes room for another picture, if need be: it forgets the one that
// was not seen for the longest time. It reports false if all are seen.
func (m *Model) forgetPicture(cmds *[]tea.Cmd) bool {
	if len(m.album.held) < maxPictures {
		return true
	}
	oldest := ""
	for key, p := range m.album.held {
		if p.ready && p.seen < m.album.time && (oldest == "" || p.seen < m.album.held[oldest].seen) {
			oldest = key
		}
	}
	p := m.album.held[oldest]
	if p == nil {
		return false
	}
	delete(m.album.held, oldest)
	if p.id != 0 {
		*cmds = append(*cmds, tea.Raw(takeBack(p.id)))
	}
	return true
}

// gotPicture shows a picture that was read.
func (m *Model) gotPicture(msg pictureMsg) tea.Cmd {
	m.album.reading--
	p := m.album.held[msg.key]
	if p == nil || p != msg.picture {
		return nil // it was chosen otherwise meanwhile
	}
	p.ready, p.thumbnail = true, msg.thumbnail
	m.look++
	if p.thumbnail == nil || p.thumbnail.png == nil || !m.kitty() {
		return nil
	}
	p.id = m.freeID()
	give := p.thumbnail.handOver(p.id)
	p.thumbnail.png = nil // the terminal has it
	return tea.Raw(give)
}

// firstID is the first number of a picture. Those below are also colours that
// programs write in another way, which is not what tells a picture.
const firstID = 16

// freeID returns a number under which kitty has no picture.
func (m *Model) freeID() int {
	taken := map[int]bool{}
	for _, p := range m.album.held {
		taken[p.id] = true
	}
	id := firstID
	for taken[id] {
		id++
	}
	return id
}

// closeAlbum forgets all pictures, to read them anew: they are to be shown in
// another way.
func (m *Model) closeAlbum() { m.album.held = map[string]*picture{} }

// retryPictures forgets those that could not be read, when there is a connection
// again.
func (m *Model) retryPictures() {
	for key, p := range m.album.held {
		if p.ready && p.thumbnail == nil {
			delete(m.album.held, key)
		}
	}
}

// pictureRows paints the picture of a file, or keeps its place free while it is
// read.
func (m *Model) pictureRows(f *File, width, indent int) []row {
	p, cells, high := m.album.held[f.key()], width-indent, pictureHeight(m.height)
	switch {
	case cells < 2:
		return nil
	case p == nil || !p.ready:
		columns, rows := cellsFor(f.Width, f.Height)
		_, rows = fit(columns, rows, cells, high)
		return make([]row, rows)
	case p.thumbnail == nil:
		return nil
	case p.id != 0 && p.thumbnail.columns <= cells && p.thumbnail.rows <= high:
		return p.thumbnail.kittyRows(indent, p.id)
	}
	return p.thumbnail.within(cells, high).blockRows(indent, m.options.Graphics.TrueColour)
}

// pictureHeight is how many rows a picture may have in a window: not more than a
// third, so that what is said about it is seen too.
func pictureHeight(window int) int { return max(2, min(window/3, pictureRows)) }
