package certs

import "time"

// SelfAt is Self at another time.
func SelfAt(dir string, hosts []string, now time.Time) (*Source, error) { return self(dir, hosts, now) }
