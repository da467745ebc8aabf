// Package tui is the terminal interface: a [Model] of the whole screen, over a
// small [Session] that whoever shows it provides. The same model is shown on the
// terminal of somebody's own machine and over SSH.
//
// It is a model as bubbletea has them: Update takes a message (a key, a size, what
// the session brought) and changes the model, View paints it. Update never waits:
// what may take time goes out as commands, whose results come back as messages.
// The model belongs to the one goroutine that calls Update and View; the package
// starts none of its own, reads no clock but [Options.Now], and has no timers but
// the one that ends "is typing", so an idle screen costs nothing.
//
// A screen, from above: the topic; the rooms, the timeline and, where it is wide,
// the people in the room; the status; what is being written, of one to six rows.
// Of the timeline only what is seen is laid out, and each message once for a
// width. Nothing that is painted is wider than the window: text is measured in
// cells by grapheme clusters.
//
// What the user chooses is kept by the session, with the page's own choices, and
// put in force at once, wherever it was chosen: see [SettingsKey]. Whom it calls is
// decided by package notify. Pictures are read once they are seen, decoded within
// commands, and painted as characters, so that they scroll as text does.
//
// Everything that a session hands over is cleaned again before it is kept, whoever
// has cleaned it before: no byte of a message reaches the terminal as a control.
package tui
