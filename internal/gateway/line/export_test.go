package line

// SetGuest has guests called what draw returns until they say otherwise.
func (g *Gateway) SetGuest(draw func() string) { g.guest = draw }
