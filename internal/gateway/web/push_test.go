package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hubbub/api"
	"hubbub/internal/gateway/web"
	"hubbub/internal/push"
	"hubbub/internal/push/pushtest"
)

const pushEndpoint = "https://push.example.org/x"

// subscription returns what a browser gives a page, as it gives it.
func subscription(t *testing.T, endpoint string) (s map[string]any) {
	t.Helper()
	if err := json.Unmarshal(pushtest.NewBrowser(t).JSON(endpoint), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// subscriptions returns those that are kept of somebody.
func (v *visitor) subscriptions() (all []push.Subscription) {
	v.Helper()
	var kept api.Properties
	v.do("GET", "/me/properties", nil, 200, &kept)
	for name, value := range kept.Properties {
		s, err := push.ParseSubscription([]byte(value))
		if err != nil || s.Name() != name {
			v.Fatalf("%s is kept as %s, %v", name, value, err)
		}
		all = append(all, s)
	}
	return all
}

func TestBrowsersSubscribe(t *testing.T) {
	s := start(t, options{web: web.Config{PushKey: "BKey"}})
	var key api.Push
	var server api.Server
	s.visitor.do("GET", "/push/key", nil, 200, &key)
	s.visitor.do("GET", "/server", nil, 200, &server)
	if key.Key != "BKey" || server.Push == nil || *server.Push != key {
		t.Errorf("the key is %+v, %+v", key, server.Push)
	}
	ann := s.member("ann")
	ann.do("PUT", "/push/subscription", subscription(t, pushEndpoint), 204, nil)
	ann.do("PUT", "/push/subscription", subscription(t, pushEndpoint), 204, nil) // with other keys, as after a while
	var me api.Session
	ann.do("GET", "/session", nil, 200, &me)
	kept := ann.subscriptions()
	if len(kept) != 1 || kept[0].Endpoint != pushEndpoint || me.Credential == 0 || uint64(kept[0].Credential) != me.Credential {
		t.Errorf("%+v of %+v", kept, me)
	}
	others, err := s.hub.PrivateProperties(t.Context(), func(string) bool { return true })
	if err != nil || len(others) != 1 {
		t.Errorf("kept for herself alone: %+v, %v", others, err)
	}
	bob := s.member("bob")
	bob.header = http.Header{"Authorization": {basicAuth("bob", goodPassword)}}
	bob.do("PUT", "/push/subscription", subscription(t, pushEndpoint), 204, nil)
	if kept := bob.subscriptions(); len(kept) != 1 || kept[0].Credential == 0 {
		t.Errorf("by name and password: %+v", kept)
	}
	ann.do("DELETE", "/push/subscription", api.SubscriptionName{Endpoint: pushEndpoint}, 204, nil)
	ann.do("DELETE", "/push/subscription", api.SubscriptionName{Endpoint: pushEndpoint}, 204, nil)
	if kept := ann.subscriptions(); len(kept) > 0 {
		t.Errorf("%+v", kept)
	}
}

func TestWhoMayNotSubscribe(t *testing.T) {
	s := start(t, options{web: web.Config{PushKey: "BKey"}})
	s.visitor.refused("PUT", "/push/subscription", subscription(t, pushEndpoint), 401, "login")
	s.guest("gus").refused("PUT", "/push/subscription", subscription(t, pushEndpoint), 403, "forbidden")
	ann := s.member("ann")
	for _, endpoint := range []string{"https://127.0.0.1/", "http://push.example.org/", "https://localhost/", "https://push.example.org:8443/", "https://push.example.org/" + strings.Repeat("x", push.MaxEndpoint)} {
		ann.refused("PUT", "/push/subscription", subscription(t, endpoint), 400, "invalid")
	}
	for i := range push.MaxSubscriptions {
		ann.do("PUT", "/push/subscription", subscription(t, fmt.Sprint(pushEndpoint, i)), 204, nil)
	}
	ann.refused("PUT", "/push/subscription", subscription(t, pushEndpoint), 429, "too-many")
	ann.do("PUT", "/push/subscription", subscription(t, pushEndpoint+"3"), 204, nil)
}

func TestServerWithoutKeyPushesNothing(t *testing.T) {
	s := start(t, options{})
	var server api.Server
	if s.visitor.do("GET", "/server", nil, 200, &server); server.Push != nil {
		t.Errorf("%+v", server.Push)
	}
	s.visitor.refused("GET", "/push/key", nil, 404, "not-found")
	s.member("ann").refused("PUT", "/push/subscription", subscription(t, pushEndpoint), 404, "not-found")
}
