// Package hubbub holds no code: it is where the tests of the repository as a
// whole live, those of the floors between packages, of the dependencies and of
// the documents. The program is in cmd/hubbub, and ARCHITECTURE.md is the map.
package hubbub
