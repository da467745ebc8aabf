package web

import "slices"

// table returns all resources: what is in it is served, and described at /api.
func (g *Gateway) table() []route {
	return slices.Concat(
		g.sessionRoutes(), g.accountRoutes(), g.roomRoutes(), g.messageRoutes(), g.findRoutes(), g.uploadRoutes(), g.pictureRoutes(), g.adminRoutes(), g.pushRoutes(),
	)
}
