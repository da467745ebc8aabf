// Package browsertest tries the page in a real browser, against a whole server:
// it holds tests only.
//
// One Chromium runs for all tests; each person has a browser context of their
// own, with its own cookies and storage, and a window in it. The tests do what a
// person does: they click what they see by its name, and type. Nothing waits for
// a time to pass: each step waits until what it needs is there.
//
// Where there is no Chromium the tests are skipped, unless CI=true says that it
// has to be there. The short tests leave them out: the race detector finds
// nothing in a browser. So does HUBBUB_BROWSER=apart, for a run beside which the
// browser would be slow; another run, of this package alone, has to follow.
//
// HUBBUB_LARGE=1 has figures taken of the page on a large site: what loading it,
// switching rooms, a message's way and scrolling take. They are told and not
// judged, so they are for a machine that does nothing else:
//
//	HUBBUB_LARGE=1 go test ./internal/browsertest -run FiguresOfALargeSite -v -timeout 30m
//
// HUBBUB_FIGURES=1 has first loads measured within a minute, beside the least that
// they could take; and the way of a message from one window to another, beside that
// between two pages that do nothing but show text, and what the browser's threads do
// for it. HUBBUB_TRACE=FILE keeps the trace of that:
//
//	HUBBUB_FIGURES=1 go test ./internal/browsertest -run FiguresOfAFirstLoad -v
//	HUBBUB_FIGURES=1 go test ./internal/browsertest -run FromSendToSeen -v
package browsertest
