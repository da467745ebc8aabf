package web

import (
	"strconv"
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
	IDs   string `query:"ids" doc:"or who they are: up to 50 ids, with commas between; who has gone is left out"`
}

// mostFound is how many people a search finds at most.
const mostFound = 50

func getPeople(c *call, in *peopleFor) (*api.People, *chat.Error) {
	wanted := c.named(in.Query)
	if in.IDs != "" {
		var err *chat.Error
		if wanted, err = identified(in.IDs); err != nil {
			return nil, err
		}
	}
	var found []hub.Portrait
	for _, id := range wanted {
		if portrait, ok := c.session.Portray(id); ok {
			found = append(found, portrait)
		}
	}
	people, err := c.portray(nil, found)
	return &api.People{People: people}, err
}

// named returns whose nick has something in it: first those that begin with it.
func (c *call) named(part string) []chat.UserID {
	wanted := chat.Fold(strings.TrimPrefix(part, "@"))
	var begin, contain []chat.UserID
	for _, p := range c.gateway.cfg.Hub.People() {
		switch at := strings.Index(chat.Fold(p.Nick), wanted); {
		case at == 0 && len(begin) < mostFound:
			begin = append(begin, p.ID)
		case at > 0 && len(contain) < mostFound:
			contain = append(contain, p.ID)
		}
	}
	all := append(begin, contain...)
	return all[:min(len(all), mostFound)]
}

// identified returns whom ids mean.
func identified(list string) (all []chat.UserID, err *chat.Error) {
	for text := range strings.SplitSeq(list, ",") {
		id, failed := strconv.ParseUint(text, 10, 64)
		if failed != nil || len(all) == mostFound {
			return nil, chat.Errorf(chat.Invalid, "The ids of people are up to %d numbers, with commas between.", mostFound)
		}
		all = append(all, chat.UserID(id))
	}
	return all, nil
}

// portrait returns what is known of whom the address names.
func (c *call) portrait() (hub.Portrait, *chat.Error) {
	id, err := c.session.Lookup(strings.TrimPrefix(c.r.PathValue("nick"), "@"))
	if err != nil {
		return hub.Portrait{}, err
	}
	return c.portraitOf(id)
}

// portraitOf returns what is known of somebody, who may have just gone.
func (c *call) portraitOf(id chat.UserID) (hub.Portrait, *chat.Error) {
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
	return c.portrayOne(nil, portrait)
}

func (g *Gateway) findRoutes() []route {
	return []route{
		resource("GET", "/search", somebody, "Find messages in the rooms that you may read", search),
		resource("GET", "/people", somebody, "Find people, by a part of their nick or by their ids", getPeople),
		resource("GET", "/people/{nick}", somebody, "Somebody, by what they are called", getPerson),
	}
}
