package chat_test

import (
	"maps"
	"slices"
	"strings"

	"hubbub/internal/chat"
)

// library answers a batch's needs as a store would: a map of everything that
// the log holds.
type library struct {
	messages  map[chat.Seq]chat.MessageFact
	sent      map[chat.SentKey]chat.SentFact
	reactions map[chat.ReactionKey]bool
	guests    map[chat.Key]chat.UserID
	people    map[chat.UserID]*chat.GuestFact
	files     map[string]chat.Seq // which message has it
	previews  map[chat.Seq]map[string]chat.PreviewFact

	properties map[chat.PropertyKey]chat.PropertyFact

	credentials map[chat.UserID][]chat.Credential
	invitations map[chat.Seq]chat.Invitation // that are not used up or dropped
}

func newLibrary() *library {
	return &library{
		messages:  map[chat.Seq]chat.MessageFact{},
		sent:      map[chat.SentKey]chat.SentFact{},
		reactions: map[chat.ReactionKey]bool{},
		guests:    map[chat.Key]chat.UserID{},
		people:    map[chat.UserID]*chat.GuestFact{},
		files:     map[string]chat.Seq{},
		previews:  map[chat.Seq]map[string]chat.PreviewFact{},

		properties: map[chat.PropertyKey]chat.PropertyFact{},

		credentials: map[chat.UserID][]chat.Credential{},
		invitations: map[chat.Seq]chat.Invitation{},
	}
}

// file keeps an event.
func (l *library) file(ev *chat.Event) {
	if ev.Client != "" {
		l.sent[chat.SentKey{By: ev.By, Client: ev.Client}] = chat.SentFact{Seq: ev.Seq, Room: ev.Room}
	}
	reaction := chat.ReactionKey{Target: ev.Target, By: ev.By, Emoji: ev.Text}
	switch ev.Kind {
	case chat.Message, chat.Action, chat.Notice:
		l.messages[ev.Seq] = chat.MessageFact{Room: ev.Room, By: ev.By, Nick: ev.Nick, Time: ev.Time, Thread: ev.Thread, Text: ev.Text}
		for _, f := range ev.Files {
			l.files[f.ID] = ev.Seq
		}
	case chat.Deleted:
		m := l.messages[ev.Target]
		m.Deleted, m.Text = true, ""
		delete(l.previews, ev.Target)
		maps.DeleteFunc(l.files, func(_ string, seq chat.Seq) bool { return seq == ev.Target })
		l.messages[ev.Target] = m
	case chat.Edited, chat.Previewed, chat.PreviewDropped:
		l.filePreview(ev)
	case chat.Reacted, chat.Unreacted:
		l.reactions[reaction] = ev.Kind == chat.Reacted
	case chat.Arrived:
		if l.people[ev.By] = (&chat.GuestFact{ID: ev.By, Nick: ev.Nick}); !ev.Key.IsZero() {
			l.guests[ev.Key] = ev.By
		}
	case chat.PropertySet, chat.Departed:
		l.fileProperty(ev)
	}
	if p := l.people[chat.UserID(ev.Room)]; p != nil {
		if p.Inbox = ev.Seq; ev.Kind == chat.NickChanged {
			p.Nick = ev.Name
		}
		l.fileProof(ev)
	}
	switch ev.Kind {
	case chat.InvitationMade:
		l.invitations[ev.Seq] = chat.InvitationOf(ev)
	case chat.InvitationDropped:
		delete(l.invitations, ev.Target)
	}
}

// fileProperty keeps a property, as far as the event is not the audit log's.
func (l *library) fileProperty(ev *chat.Event) {
	key := chat.PropertyKey{Owner: ev.Room, Name: ev.Name}
	if ev.Kind == chat.PropertySet && ev.User != 0 && ev.Room == ev.User.Inbox() {
		was := l.properties[key].Value
		maps.DeleteFunc(l.files, func(id string, _ chat.Seq) bool { return strings.HasPrefix(was, "/files/"+id+"/") })
		for _, f := range ev.Files {
			l.files[f.ID] = ev.Seq
		}
	}
	switch {
	case ev.Kind == chat.Departed:
		for key := range l.properties {
			if key.Owner == ev.Room {
				delete(l.properties, key)
			}
		}
	case ev.User != 0 && ev.Room != ev.User.Inbox():
	case ev.Text == "":
		delete(l.properties, key)
	default:
		l.properties[key] = chat.PropertyFact{Value: ev.Text, Private: ev.Flags&chat.Private != 0}
	}
}

// owned answers what concerns properties.
func (l *library) owned(key chat.PropertyKey, facts *chat.Facts) {
	delete(facts.Owned, key.Owner)
	for other := range l.properties {
		if other.Owner == key.Owner {
			facts.Owned[key.Owner]++
		}
	}
	if p, ok := l.properties[key]; ok {
		facts.Properties[key] = p
	}
}

// filePreview keeps what an event says about the links of a message.
func (l *library) filePreview(ev *chat.Event) {
	if l.previews[ev.Target] == nil {
		l.previews[ev.Target] = map[string]chat.PreviewFact{}
	}
	all := l.previews[ev.Target]
	switch ev.Kind {
	case chat.Previewed:
		p, err := chat.ParsePreview(ev.Text)
		if err != nil {
			panic(err)
		}
		all[p.URL] = chat.PreviewFact{}
		if p.Image != nil {
			all[p.URL] = chat.PreviewFact{Image: p.Image.ID}
			l.files[p.Image.ID] = ev.Target
		}
	case chat.PreviewDropped:
		delete(l.files, all[ev.Text].Image)
		all[ev.Text] = chat.PreviewFact{Dropped: true}
	case chat.Edited:
		m := l.messages[ev.Target]
		m.Text = ev.Text
		l.messages[ev.Target] = m
		for url, p := range all {
			if !p.Dropped && !strings.Contains(ev.Text, url) {
				delete(l.files, p.Image)
				delete(all, url)
			}
		}
	}
}

// fileProof keeps what an event in somebody's inbox says about an account.
func (l *library) fileProof(ev *chat.Event) {
	holder := chat.UserID(ev.Room)
	gone := func(c chat.Credential) bool { return c.Seq == ev.Target }
	switch ev.Kind {
	case chat.CredentialAdded:
		added := chat.CredentialOf(ev)
		if added.Proof.Single() {
			gone = func(c chat.Credential) bool { return c.Proof == added.Proof }
			l.credentials[holder] = slices.DeleteFunc(slices.Clone(l.credentials[holder]), gone)
		}
		l.credentials[holder] = append(slices.Clone(l.credentials[holder]), added)
	case chat.CredentialDropped:
		l.credentials[holder] = slices.DeleteFunc(slices.Clone(l.credentials[holder]), gone)
	case chat.Registered:
		if v, ok := l.invitations[ev.Target]; ok {
			if v.Left--; v.Left == 0 {
				delete(l.invitations, ev.Target)
				return
			}
			l.invitations[ev.Target] = v
		}
	}
}

// facts answers what the commands need, and nothing else.
func (l *library) facts(commands ...*chat.Command) *chat.Facts {
	facts := chat.NewFacts()
	for _, c := range commands {
		need := c.Needs()
		if m, ok := l.messages[need.Message]; ok {
			if !need.Text {
				m.Text = facts.Messages[need.Message].Text
			}
			facts.Messages[need.Message] = m
		}
		if sent, ok := l.sent[need.Sent]; ok {
			facts.Sent[need.Sent] = sent
		}
		if l.reactions[need.Reaction] {
			facts.Reactions[need.Reaction] = true
		}
		if t := l.tally(need.Tally); t.All > 0 {
			facts.Tallies[need.Tally] = t
		}
		if id, ok := l.guests[need.Guest]; ok {
			facts.Guests[need.Guest] = *l.people[id]
		}
		if need.Property.Owner != 0 {
			l.owned(need.Property, facts)
		}
		if all := l.previews[need.Previews]; len(all) > 0 {
			facts.Previews[need.Previews] = maps.Clone(all)
		}
		for _, f := range need.Files {
			if seq := l.files[f.ID]; seq != 0 {
				facts.Files[f.ID] = seq
			}
		}
		l.proofs(&need, facts)
	}
	return facts
}

// proofs answers what concerns accounts.
func (l *library) proofs(need *chat.Need, facts *chat.Facts) {
	if all := l.credentials[need.Credentials]; len(all) > 0 {
		facts.Credentials[need.Credentials] = slices.Clone(all)
	}
	for holder, all := range l.credentials {
		if slices.ContainsFunc(all, func(c chat.Credential) bool { return !need.Holder.IsZero() && c.Key == need.Holder }) {
			facts.Holders[need.Holder] = holder
		}
	}
	for seq, v := range l.invitations {
		if !need.Code.IsZero() && v.Key == need.Code {
			facts.Codes[need.Code], facts.Invitations[seq] = seq, v
		}
		if seq == need.Invitation {
			facts.Invitations[seq] = v
		}
	}
}

// tally counts the reactions to a message.
func (l *library) tally(seq chat.Seq) *chat.Tally {
	t := &chat.Tally{ByEmoji: map[string]int{}, ByUser: map[chat.UserID]int{}}
	for key, there := range l.reactions {
		if key.Target == seq && there {
			t.All++
			t.ByEmoji[key.Emoji]++
			t.ByUser[key.By]++
		}
	}
	return t
}
