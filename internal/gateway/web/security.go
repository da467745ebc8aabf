package web

import "net/http"

// pagePolicy lets the page run its own scripts and nothing else, and hand no text
// to where markup is made of it: only the service worker's address goes through
// the policy of that name.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; " +
	"connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types hubbub"

// dataPolicy is for what is no page: nothing in it may run or load anything.
const dataPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox"

// secure sets what every answer says to browsers about what may be done with it.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", dataPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
}
