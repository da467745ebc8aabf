//go:build !linux

package bench

// newTransport returns the transport that reads cheapest on this system.
func newTransport(f *fleet) (transport, error) { return newStreams(f) }
