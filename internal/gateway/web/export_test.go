package web

import (
	"encoding/json"
	"time"
)

// Operation is a route as tests see it.
type Operation struct {
	Method, Path string
	Status       int
}

// Operations returns all routes.
func (g *Gateway) Operations() (all []Operation) {
	for _, rt := range g.routes {
		all = append(all, Operation{rt.method, rt.path, rt.status})
	}
	return all
}

// OpenAPI returns the description of the API.
func (g *Gateway) OpenAPI() (doc map[string]any) {
	if err := json.Unmarshal(g.reference().openAPI, &doc); err != nil {
		panic(err)
	}
	return doc
}

// Comments returns what the program knows of package api's comments.
func Comments() []byte { return comments }

// OpenVisits returns how many sessions are kept for requests.
func (g *Gateway) OpenVisits() int {
	g.visits.mu.Lock()
	defer g.visits.mu.Unlock()
	return len(g.visits.open)
}

// Lives returns how many connections are told live.
func (g *Gateway) Lives() int { return len(g.lives.all()) }

// KeepAt looks after the connections that are told live, as if it were then.
func (g *Gateway) KeepAt(now time.Time) {
	for _, c := range g.lives.all() {
		c.keep(now)
	}
}
