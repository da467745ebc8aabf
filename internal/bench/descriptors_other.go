//go:build !unix

package bench

// allowDescriptors has nothing to do: this system sets no limit on a process's
// sockets.
func allowDescriptors(int) error { return nil }
