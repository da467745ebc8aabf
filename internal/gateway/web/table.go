package web

import "slices"

// table returns all resources.
func (g *Gateway) table() []route {
	return slices.Concat(g.sessionRoutes())
}
