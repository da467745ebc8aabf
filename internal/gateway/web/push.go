package web

import (
	"encoding/json"
	"strings"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/push"
)

// Browsers that are told what concerns people who are not here.

func (g *Gateway) pushRoutes() []route {
	return []route{
		resource("GET", "/push/key", anybody, "What a browser needs to subscribe to pushed notifications", getPushKey),
		resource("PUT", "/push/subscription", somebody, "Have a browser told what concerns you while you are not here", putSubscription),
		resource("DELETE", "/push/subscription", somebody, "Have a browser told no more", deleteSubscription),
	}
}

var errNoPush = chat.Errorf(chat.NotFound, "This server pushes nothing.")

// pushKey returns what a browser subscribes with; nil if nothing is pushed.
func (g *Gateway) pushKey() *api.Push {
	if g.cfg.PushKey == "" {
		return nil
	}
	return &api.Push{Key: g.cfg.PushKey}
}

func getPushKey(c *call, _ *nothing) (*api.Push, *chat.Error) {
	if key := c.gateway.pushKey(); key != nil {
		return key, nil
	}
	return nil, errNoPush
}

func putSubscription(c *call, in *api.Subscription) (*nothing, *chat.Error) {
	if c.gateway.pushKey() == nil {
		return nil, errNoPush
	}
	if _, err := c.member(); err != nil {
		return nil, err
	}
	s, err := c.subscription(in)
	if err == nil {
		err = c.maySubscribe(s.Name())
	}
	if err != nil {
		return nil, err
	}
	_, err = c.do(&api.Command{Op: api.OpProperty, Name: s.Name(), Text: string(s.Encode()), Private: true})
	return nil, err
}

// subscription reads what a browser gives, and notes what its owner has come by.
func (c *call) subscription(in *api.Subscription) (push.Subscription, *chat.Error) {
	raw, failed := json.Marshal(in)
	if failed != nil {
		return push.Subscription{}, &chat.Error{Code: chat.Internal, Text: "That subscription can't be kept.", Cause: failed}
	}
	s, err := push.ParseSubscription(raw)
	if err != nil {
		return s, err
	}
	s.Credential = c.session.Credential()
	return s, nil
}

// maySubscribe says that a browser would be one too many, or nil.
func (c *call) maySubscribe(key string) *chat.Error {
	all, err := c.session.Properties(c.ctx(), c.session.User().Inbox())
	others := 0
	for _, p := range all {
		if strings.HasPrefix(p.Name, push.Prefix) && p.Name != key {
			others++
		}
	}
	if err == nil && others >= push.MaxSubscriptions {
		err = chat.Errorf(chat.TooMany, "%d browsers are told already, as many as can be; turn notifications off in one of them, or log it out.", others)
	}
	return err
}

func deleteSubscription(c *call, in *api.SubscriptionName) (*nothing, *chat.Error) {
	s := push.Subscription{Endpoint: in.Endpoint}
	_, err := c.do(&api.Command{Op: api.OpProperty, Name: s.Name(), Private: true})
	return nil, err
}
