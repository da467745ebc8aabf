package web

import (
	"strings"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// searchFor is what is searched for.
type searchFor struct {
	Query  string `query:"q" doc:"words, and operators: from:nick in:#room has:file has:picture has:link has:reaction before:2026-01-31 after:2026-01-31"`
	Before uint64 `query:"before" doc:"next of the page before"`
}

func search(c *call, in *searchFor) (*api.Found, *chat.Error) {
	if in.Query == "" {
		return nil, chat.Errorf(chat.Invalid, "A search needs words, in q.")
	}
	found, err := c.session.Search(c.ctx(), in.Query, chat.Seq(in.Before))
	if err != nil {
		return nil, err
	}
	out := &api.Found{Messages: wire.Messages(c.session, found.Messages), Behind: found.Behind}
	if found.More {
		out.Next = uint64(found.Next)
	}
	return out, nil
}

// peopleFor is whom a search for people finds.
type peopleFor struct {
	Query string `query:"q" doc:"a part of the nick"`
}

// mostFound is how many people a search finds at most.
const mostFound = 50

func getPeople(c *call, in *peopleFor) (*api.People, *chat.Error) {
	wanted := chat.Fold(strings.TrimPrefix(in.Query, "@"))
	var begin, contain []hub.Person
	for _, p := range c.gateway.cfg.Hub.People() {
		switch at := strings.Index(chat.Fold(p.Nick), wanted); {
		case at == 0 && len(begin) < mostFound:
			begin = append(begin, p)
		case at > 0 && len(contain) < mostFound:
			contain = append(contain, p)
		}
	}
	all := append(begin, contain...)
	out := &api.People{People: []api.Person{}}
	for _, p := range all[:min(len(all), mostFound)] {
		if portrait, ok := c.session.Portray(p.ID); ok {
			out.People = append(out.People, wire.Portrait(nil, &portrait))
		}
	}
	return out, nil
}

// portrait returns what is known of whom the address names.
func (c *call) portrait() (hub.Portrait, *chat.Error) {
	id, err := c.session.Lookup(strings.TrimPrefix(c.r.PathValue("nick"), "@"))
	if err != nil {
		return hub.Portrait{}, err
	}
	portrait, ok := c.session.Portray(id)
	if !ok {
		return portrait, chat.Errorf(chat.NotFound, "They have just gone.").Because(chat.NoSuchPerson)
	}
	return portrait, nil
}

func getPerson(c *call, _ *nothing) (*api.Person, *chat.Error) {
	portrait, err := c.portrait()
	if err != nil {
		return nil, err
	}
	person := wire.Portrait(nil, &portrait)
	return &person, nil
}

func (g *Gateway) findRoutes() []route {
	return []route{
		resource("GET", "/search", somebody, "Find messages in the rooms that you may read", search),
		resource("GET", "/people", somebody, "Find people by a part of their nick", getPeople),
		resource("GET", "/people/{nick}", somebody, "Somebody, by what they are called", getPerson),
	}
}
