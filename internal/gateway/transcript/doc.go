// Package transcript tests gateways by transcripts of conversations: who says
// what, and what everybody is told. Only tests import it.
//
// [Run] performs the files in testdata. Each conversation has a whole server of
// its own but for the listener, in a bubble of [testing/synctest], whose clock
// stands still unless the transcript moves it. So a transcript tells not only what
// everybody receives, but also that it is all.
//
// With the flag -update the files are written anew.
package transcript
