package client

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"hubbub/api"
)

// What there is, asked for over HTTP. An error is a [*Refused], or why there was no
// answer; each request may be repeated.

// Range says which part of a room's messages is wanted: those before, after or around
// a position, or the newest if all three are 0.
type Range struct {
	Before, After, Around uint64
	Limit                 int // up to 200; 50 if 0
}

// Rooms returns the rooms that we are in, with what is unread of each.
func (l *Live) Rooms(ctx context.Context) ([]api.Room, error) {
	var all api.RoomList
	err := l.ask(ctx, "GET", "/rooms", url.Values{"joined": {"true"}}, nil, &all)
	return all.Rooms, err
}

// Room returns a room that we may read.
func (l *Live) Room(ctx context.Context, room uint64) (r api.Room, err error) {
	err = l.ask(ctx, "GET", "/rooms/"+number(room), nil, nil, &r)
	return r, err
}

// Messages returns a page of what was said in a room, oldest first, as it reads now.
func (l *Live) Messages(ctx context.Context, room uint64, r Range) (page api.Messages, err error) {
	query := url.Values{}
	setNumber(query, "before", r.Before)
	setNumber(query, "after", r.After)
	setNumber(query, "around", r.Around)
	setNumber(query, "limit", uint64(max(r.Limit, 0)))
	err = l.ask(ctx, "GET", "/rooms/"+number(room)+"/messages", query, nil, &page)
	return page, err
}

// Message returns a message as it reads now.
func (l *Live) Message(ctx context.Context, message uint64) (ev api.Event, err error) {
	err = l.ask(ctx, "GET", "/messages/"+number(message), nil, nil, &ev)
	return ev, err
}

// Thread returns the last replies, 200 at most, in the conversation that a message
// began.
func (l *Live) Thread(ctx context.Context, root uint64) (page api.Messages, err error) {
	err = l.ask(ctx, "GET", "/messages/"+number(root)+"/thread", url.Values{"limit": {"200"}}, nil, &page)
	return page, err
}

// Search returns what was found in all rooms that we may read, newest first, before a
// position if that is not 0. The query is words and operators, as /search takes them.
func (l *Live) Search(ctx context.Context, query string, before uint64) (found api.Found, err error) {
	values := url.Values{"q": {query}}
	setNumber(values, "before", before)
	err = l.ask(ctx, "GET", "/search", values, nil, &found)
	return found, err
}

// Members returns a page of who is in a room, 500 at most: those behind the one with
// an id, and from the beginning if that is 0.
func (l *Live) Members(ctx context.Context, room, after uint64) (page api.People, err error) {
	query := url.Values{"limit": {"500"}}
	setNumber(query, "after", after)
	err = l.ask(ctx, "GET", "/rooms/"+number(room)+"/members", query, nil, &page)
	return page, err
}

// Properties returns what is kept about us, by key.
func (l *Live) Properties(ctx context.Context) (map[string]string, error) {
	var all api.Properties
	err := l.ask(ctx, "GET", "/me/properties", nil, nil, &all)
	return all.Properties, err
}

// Fetch returns the bytes at a path of the server's, as an [api.File] names one, if
// they are at most so many.
func (l *Live) Fetch(ctx context.Context, path string, most int64) ([]byte, error) {
	if !strings.HasPrefix(path, "/") {
		return nil, &Refused{"invalid", "That is no file of this server."}
	}
	path, raw, _ := strings.Cut(path, "?")
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, &Refused{"invalid", "That is no file of this server."}
	}
	return l.request(ctx, l.reach.other, "GET", path, query, nil, most)
}

// Site returns where browsers see the server, as https://chat.example.org:7007, or ""
// if it is reached by a socket of this machine's.
func (l *Live) Site() string {
	network, address, err := ParseAddress(l.cfg.Address)
	switch {
	case err != nil, network == "unix":
		return ""
	case network == "tcp":
		return "http://" + address
	}
	return l.reach.base
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }

func setNumber(query url.Values, name string, n uint64) {
	if n != 0 {
		query.Set(name, number(n))
	}
}
