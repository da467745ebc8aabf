package hub

import (
	"net/netip"
	"strings"

	"hubbub/internal/chat"
)

// publish makes a committed batch visible. The order of the steps is what
// makes a session's merged view one order:
//
//  1. who is where is brought up to date, and new members get their cursors;
//  2. every room's entry goes into its tail;
//  3. every cursor of those rooms is marked, and queued at its session;
//  4. sessions that track learn which events are theirs, and the horizon advances;
//  5. who knows a guest that has become a member, or somebody who keeps something
//     else about themselves now, is told so, and those who wait are answered;
//  6. the sessions are woken, and trails are told that there is more.
//
// A session reads the horizon first and takes its queue second, and reads no
// further than that horizon. So when it sees one event of a batch, all cursors
// that the batch concerns are in its hands, and it can merge them.
func (a *applier) publish() {
	if len(a.events) > 0 {
		a.group()
		a.membership()
		for _, r := range a.touched {
			r.push(&a.tails)
		}
		for _, r := range a.touched {
			r.mark(&a.wakes)
			r.batch, r.count = nil, 0
		}
		a.publishOwn()
		a.hub.horizon.Store(uint64(a.events[len(a.events)-1].Seq))
		a.introduce()
	}
	for i, p := range a.proposals {
		if p != nil {
			a.resolve(p, &a.outcomes[i])
		}
	}
	a.wakes.wake()
	if len(a.events) > 0 {
		a.hub.beacon.flash()
	}
}

// group collects each room's events of the batch.
func (a *applier) group() {
	a.touched, a.rooms = a.touched[:0], a.rooms[:0]
	for i := range a.events {
		ev := &a.events[i]
		var r *room
		if ev.Kind == chat.RoomCreated || ev.Kind == chat.Arrived {
			r = a.hub.dir.add(ev.Room, ev.Kind == chat.Arrived, 0)
		} else {
			r = a.hub.dir.byID(ev.Room)
		}
		if r.count == 0 {
			a.touched = append(a.touched, r)
		}
		r.count++
		a.rooms = append(a.rooms, r)
	}
	for i, r := range a.rooms {
		ev := &a.events[i]
		r.note(ev)
		if r.batch == nil {
			r.batch = newEntry(ev.Prev, int(r.count))
		}
		r.batch.add(ev)
	}
}

// membership brings what is published about people and rooms up to date, and
// gives sessions the cursors that they need now. Whoever enters a room is greeted
// at once, maybe while this goes on; so first come the rooms.
func (a *applier) membership() {
	h := a.hub
	for _, r := range a.touched {
		if r.stale {
			a.refresh(r)
		}
	}
	for i := range a.events {
		ev, r := &a.events[i], a.rooms[i]
		switch ev.Kind {
		case chat.Arrived:
			h.arrived(ev, r)
		case chat.NickChanged:
			if ev.Room == ev.By.Inbox() {
				h.renamed(ev)
			}
		case chat.Departed:
			h.departed(ev, &a.wakes)
		case chat.RoomCreated, chat.RoomRenamed:
			h.dir.call(r, ev.Name)
		case chat.Joined:
			h.joined(ev, r, &a.wakes)
		case chat.Left:
			h.left(ev.By, ev, &a.wakes)
		case chat.Kicked:
			if ev.Room == ev.About || ev.About == 0 { // else it is the audit log's copy
				h.left(ev.User, ev, &a.wakes)
			}
		case chat.Registered, chat.RoleSet:
			if ev.Room == ev.User.Inbox() {
				h.promoted(ev)
			}
		case chat.Banned, chat.Unbanned:
			if ev.About == 0 {
				a.banned(i)
			}
		case chat.Disconnected:
			if ev.Room == ev.User.Inbox() {
				h.dismiss(ev, a.issuer(i))
				a.expel(expulsion{at: i, user: ev.User, spared: a.issuer(i), why: Evicted{Reason: "Your connections have been closed" + because(ev.Text)}})
			}
		case chat.CredentialAdded:
			if anew := ev.Target != 0; chat.Proof(ev.Level) == chat.ByPassword && ev.Room == ev.User.Inbox() && !anew {
				a.expel(expulsion{at: i, user: ev.User, renewed: true, spared: a.issuer(i), why: Evicted{
					Reason: "Your password has been changed; log in again.", Login: true,
				}})
			}
		case chat.CredentialDropped:
			if ev.Room == ev.User.Inbox() {
				a.expel(expulsion{at: i, user: ev.User, proof: ev.Target, spared: a.issuer(i), why: Evicted{
					Reason: "What you came in by counts no more; log in again.", Login: true,
				}})
			}
		case chat.RulesSet, chat.KeySet:
			if ev.Room == ev.About && closes(ev) {
				r.turnOut(ev, &a.wakes)
			}
		case chat.Deleted, chat.PreviewDropped:
			h.pages.forget(ev.Room)
		case chat.PropertySet:
			if ev.Flags&chat.Private != 0 { // what it replaces is to be nowhere
				h.pages.forget(ev.Room)
			}
		}
	}
}

// introduce tells who has to do with somebody what the batch brought them that is no
// event in a room: that they are a member now, or what they keep about themselves.
func (a *applier) introduce() {
	for i := range a.events {
		switch ev := &a.events[i]; ev.Kind {
		case chat.Registered:
			a.hub.enrolled(ev)
		case chat.PropertySet:
			a.hub.changed(ev)
		}
	}
}

// enrolled tells who shares a room with a guest that has become a member, and all
// that speak for them. Of somebody new there is nothing to tell.
func (h *Hub) enrolled(ev *chat.Event) {
	if ev.Room == ev.User.Inbox() && len(h.sessions(ev.User)) > 0 {
		h.tellAround(&Signal{Kind: BecameMember, By: ev.User, Nick: ev.Whose, Role: chat.Role(ev.Level)})
	}
}

// banned has a ban from the server take effect on everything that is open, at
// once.
func (a *applier) banned(i int) {
	ev, bans := &a.events[i], a.state.Bans()
	a.hub.bans.Store(&bans)
	switch {
	case ev.Kind == chat.Unbanned:
	case ev.User == 0:
		if network, err := netip.ParsePrefix(ev.Name); err == nil {
			a.expel(expulsion{at: i, network: network, why: Evicted{Reason: "Your address has been banned from this server" + because(ev.Text)}})
		}
	case ev.Room == ev.User.Inbox():
		a.expel(expulsion{at: i, user: ev.User, why: Evicted{Reason: "You have been banned from this server" + because(ev.Text)}})
	}
}

// expel ends sessions that are somebody's. Those that are about to become
// somebody's, since their arrival was decided earlier in the batch, are ended when
// they do.
func (a *applier) expel(x expulsion) {
	a.hub.expel(&x, &a.wakes)
	a.expulsions = append(a.expulsions, x)
}

// issuer returns the session whose command brought about the i-th event, if it
// is one of this node's.
func (a *applier) issuer(i int) *Session {
	for j, p := range a.proposals {
		if p != nil && a.outcomes[j].first <= i && i < a.outcomes[j].end {
			return p.session
		}
	}
	return nil
}

// because adds a reason to a sentence.
func because(reason string) string {
	if reason == "" {
		return "."
	}
	return ": " + strings.TrimSuffix(reason, ".") + "."
}

// refresh publishes what the state now holds of a room.
func (a *applier) refresh(r *room) {
	r.stale = false
	if info, ok := a.state.Room(r.id); ok {
		r.publish(&info)
	} else if !r.inbox { // a direct conversation that both have left
		a.hub.dir.remove(r.id)
	}
}

// resolve answers one proposal. An arrival makes its session somebody's.
func (a *applier) resolve(p *proposal, out *decided) {
	if out.Err == nil && out.By != 0 && p.session != nil {
		p.session.proven.Store(uint32(out.By))
	}
	if out.Err == nil && out.User != 0 && p.session != nil && p.session.User() == 0 {
		for i := range a.expulsions {
			if x := &a.expulsions[i]; x.at >= out.end && x.ends(p.session, out.User) {
				p.session.evict(x.why, &a.wakes)
			}
		}
		a.hub.attach(p.session, out.User, p.resume, a.events[out.first:out.end], &a.wakes)
	}
	if p.answer(out.Outcome) {
		a.wakes.add(p.session)
	}
}
