package push

import "crypto/ecdh"

// Seal encrypts with a key pair and a salt that are given.
func Seal(s *Subscription, once *ecdh.PrivateKey, salt, text []byte) ([]byte, error) {
	return seal(s, once, salt, text, 0)
}

// The bounds of a queue.
const (
	MaxWaiting = maxWaiting
	MaxOfOne   = maxOfOne
	MaxAtOnce  = maxAtOnce
)

// After reads a Retry-After.
var After = after
