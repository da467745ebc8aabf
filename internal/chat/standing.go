package chat

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Standing is what somebody is in a room beside being in it, or not being in it.
type Standing struct {
	User        UserID
	Rank        Rank
	Muted       bool
	MutedUntil  Millis // 0 is until somebody lifts it
	Banned      bool
	BannedUntil Millis // 0 is until somebody lifts it
}

// over reports whether something that lasts until a time is over; 0 is never.
func over(until, now Millis) bool { return until != 0 && until <= now }

// Silenced reports whether somebody is muted now.
func (s *Standing) Silenced(now Millis) bool { return s.Muted && !over(s.MutedUntil, now) }

// Barred reports whether somebody is banned from the room now.
func (s *Standing) Barred(now Millis) bool { return s.Banned && !over(s.BannedUntil, now) }

// bars reports whether somebody is banned from the room now.
func (r *room) bars(id UserID, now Millis) bool {
	st := r.standing[id]
	return st.Barred(now)
}

// Standing returns what somebody is in the room.
func (r *RoomInfo) Standing(id UserID) Standing {
	i, ok := slices.BinarySearchFunc(r.Standings, id, func(s Standing, id UserID) int { return cmp.Compare(s.User, id) })
	if !ok {
		return Standing{User: id}
	}
	return r.Standings[i]
}

// RankOf returns the rank of somebody of a role in the room. Admins are owners of every
// room.
func (r *RoomInfo) RankOf(id UserID, role Role) Rank {
	if role >= AdminRole {
		return OwnerRank
	}
	st := r.Standing(id)
	return st.Rank
}

func (r *room) standings() []Standing {
	if len(r.standing) == 0 {
		return nil
	}
	all := make([]Standing, 0, len(r.standing))
	for _, s := range r.standing {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Standing) int { return cmp.Compare(a.User, b.User) })
	return all
}

// stand sets what somebody is in a room. Nothing in particular is not kept.
func (s *State) stand(r *room, st Standing) {
	u := s.users[st.User]
	if st == (Standing{User: st.User}) {
		delete(r.standing, st.User)
		if u != nil {
			more := u.learn()
			more.ranked = slices.DeleteFunc(more.ranked, func(id RoomID) bool { return id == r.id })
		}
		return
	}
	if r.standing == nil {
		r.standing = map[UserID]Standing{}
	}
	if _, known := r.standing[st.User]; !known && u != nil && u.key == nil {
		more := u.learn()
		more.ranked = append(more.ranked, r.id)
	}
	r.standing[st.User] = st
}

// forget lets go of what was said about a guest who has gone and can't be
// recognised again.
func (s *State) forget(u *user) {
	if u.key != nil {
		return
	}
	delete(s.bans, u.id)
	for _, id := range u.known().ranked {
		delete(s.rooms[id].standing, u.id)
	}
}

// disciplined changes what somebody is in a room by an event.
func (s *State) disciplined(r *room, ev *Event) {
	st := r.standing[ev.User]
	st.User = ev.User
	switch ev.Kind {
	case RankSet:
		st.Rank = Rank(ev.Level)
	case Muted:
		st.Muted, st.MutedUntil = true, ev.When
	case Unmuted:
		st.Muted, st.MutedUntil = false, 0
	case Banned:
		st.Banned, st.BannedUntil = true, ev.When
	case Unbanned:
		st.Banned, st.BannedUntil = false, 0
	}
	s.stand(r, st)
}

// BanInfo is a ban from the server.
type BanInfo struct {
	User   UserID // 0 for a network
	Name   string // what the user was called, or the network
	Until  Millis // 0 is until somebody lifts it
	Reason string
	By     string // who imposed it; empty for the server itself
	At     Millis
}

// Holds reports whether the ban is not over.
func (b *BanInfo) Holds(now Millis) bool { return !over(b.Until, now) }

func banOf(ev *Event) BanInfo {
	name := ev.Name
	if ev.User != 0 {
		name = ev.Whose
	}
	return BanInfo{User: ev.User, Name: name, Until: ev.When, Reason: ev.Text, By: ev.Nick, At: ev.Time}
}

// Bans returns the bans from the server: of people by their ids, then of
// networks.
func (s *State) Bans() []BanInfo {
	var all []BanInfo
	for _, b := range s.bans {
		all = append(all, *b)
	}
	slices.SortFunc(all, func(a, b BanInfo) int { return cmp.Compare(a.User, b.User) })
	return append(all, s.nets...)
}

func (s *State) ban(b BanInfo) {
	if b.User != 0 {
		s.bans[b.User] = &b
		return
	}
	i, found := s.findNet(b.Name)
	if found {
		s.nets[i] = b
		return
	}
	s.nets = slices.Insert(s.nets, i, b)
}

func (s *State) unbanNet(name string) {
	if i, found := s.findNet(name); found {
		s.nets = slices.Delete(s.nets, i, i+1)
	}
}

func (s *State) findNet(name string) (int, bool) {
	return slices.BinarySearchFunc(s.nets, name, func(b BanInfo, name string) int { return strings.Compare(b.Name, name) })
}

// barred says why a person may do nothing here, or nil.
func (s *State) barred(id UserID, now Millis) *Error {
	if len(s.bans) == 0 {
		return nil
	}
	if b := s.bans[id]; b != nil && !over(b.Until, now) {
		return b.refusal(now)
	}
	return nil
}

// barredFrom says why nobody may come in from an address, or nil.
func (s *State) barredFrom(from string, now Millis) *Error {
	if len(s.nets) == 0 || from == "" {
		return nil
	}
	addr, err := netip.ParseAddr(from)
	if err != nil {
		return nil
	}
	return BarredFrom(s.nets, addr, now)
}

// BarredFrom says which of the bans keeps out who comes from an address, or nil.
func BarredFrom(bans []BanInfo, addr netip.Addr, now Millis) *Error {
	for i := range bans {
		b := &bans[i]
		if b.User != 0 || over(b.Until, now) {
			continue
		}
		if network, err := netip.ParsePrefix(b.Name); err == nil && network.Contains(addr.Unmap().WithZone("")) {
			return b.refusal(now)
		}
	}
	return nil
}

func (b *BanInfo) refusal(now Millis) *Error {
	text := "You are banned from this server " + lasting(b.Until, now)
	if b.Reason != "" {
		text += ": " + b.Reason
	}
	return Errorf(Forbidden, "%s.", strings.TrimSuffix(text, ".")).Because(BannedFromServer)
}

// lasting says how long something lasts.
func lasting(until, now Millis) string {
	if until == 0 {
		return "until somebody lifts it"
	}
	return "for another " + span(until-now)
}

// span returns a length of time in one unit, rounded up.
func span(d Millis) string {
	for _, unit := range [...]struct {
		size Millis
		name string
	}{{24 * 3600_000, "day"}, {3600_000, "hour"}, {60_000, "minute"}} {
		if d > unit.size {
			return counted((d-1)/unit.size+1, unit.name)
		}
	}
	return counted(max(1, (d+999)/1000), "second")
}

func counted(n Millis, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// ParseNetwork returns an address or a network as it is banned: in its shortest
// form, with the length of its prefix.
func ParseNetwork(s string) (string, *Error) {
	network, err := netip.ParsePrefix(s)
	if addr, bad := netip.ParseAddr(s); bad == nil {
		network, err = netip.PrefixFrom(addr.Unmap().WithZone(""), addr.Unmap().BitLen()), nil
	}
	if addr := network.Addr(); addr.Is4In6() && network.Bits() >= 96 {
		network = netip.PrefixFrom(addr.Unmap(), network.Bits()-96)
	}
	switch {
	case err != nil:
		return "", Errorf(Invalid, "%q is neither a nick nor an address nor a network, as in 192.0.2.0/24.", s)
	case network.Addr().Is4() && network.Bits() < 8, network.Addr().Is6() && network.Bits() < 16:
		return "", Errorf(Invalid, "%s would keep out half the world: at least /8 for IPv4, /16 for IPv6.", network)
	}
	return network.Masked().String(), nil
}
