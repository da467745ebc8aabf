package transcript

import (
	"testing"
	"testing/synctest"
)

// Talk lets a test speak with a server where what it says depends on what it hears:
// say sends a line, and returns all that is received until nothing moves any more.
func Talk(t *testing.T, g Gateway, talk func(t *testing.T, say func(line string) string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := start(t, options{gateways: []Gateway{g}}).connect("")
		synctest.Wait() // or the test might end before the server has noticed
		talk(t, func(line string) string {
			c.send(line + "\r\n")
			return c.hears()
		})
	})
}
