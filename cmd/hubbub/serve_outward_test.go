package main

import (
	"io"
	"testing"
)

func TestPushContactIsAnAddress(t *testing.T) {
	for contact, good := range map[string]bool{
		"mailto:ada@example.org": true, "https://example.org/contact": true,
		"ada@example.org": false, "mailto:": false, "mailto:ada": false, "http://example.org/": false, "https://": false, "https://ada@example.org/": false, "x": false,
	} {
		f, done, err := parseServe([]string{"--push-contact", contact}, io.Discard, io.Discard)
		if done || (err == nil) != good {
			t.Errorf("%s: %v", contact, err)
		}
		if good && f.outward.contact != contact {
			t.Errorf("%s is taken for %q", contact, f.outward.contact)
		}
	}
}
