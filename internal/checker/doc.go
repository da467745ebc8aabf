// Package checker judges the history of a test run: what every actor sent,
// what every session was shown, and what stood in each room when all was over.
// It answers one question: were the promises kept?
//
// An [Op] is one thing that one actor did, with its start and end on one
// monotonic clock. Actors hand their ops to a [Recorder], which writes one JSON
// line each; [Decode] reads such lines back; [Check] judges them and returns a
// [Report]. The package imports the standard library only, so that it shares no
// code, and no mistake, with what it judges. The one goroutine it starts belongs
// to a Recorder, whose Close waits for it.
//
// # Why it is fast
//
// Judging whether some order explains a history is hard in general. Here the
// server says the order itself: a Seq is a position in one total order, so it
// is enough to check that everybody was told the same order and that it does
// not contradict what was seen from outside. Everything is a sort or a lookup:
// O(n log n) in the number of ops.
//
// # How things are told apart
//
// An event is named by its room and Seq. A message is recognised as the one
// somebody sent by the first of these that applies: the author and client id;
// the tag at the start of its text ([Tag]), which the sender makes unique; the
// Seq that the sender was told; the author and text. So a sender on a plain
// line, who has no client id and is told no Seq, is judged by its tags, and a
// reader on a plain line, who is shown no Seq, is judged by matching the tags
// with the final history.
//
// The final history is a set of [Final] ops: a read of the whole room by
// anybody after everything has stopped. At least one such read must show the
// Seqs. A room in which something was acknowledged and that nobody read at the
// end is reported as unread, and a report with an unread room is not OK. Read
// by several nodes or protocols, each read must have it all.
//
// A [Restore] op starts a new epoch from an old backup: what came after the
// backup's head is gone, and said to be gone, and its Seqs may be given again.
//
// # Which fault stands for which promise
//
//   - P1, what is acknowledged survives: [Lost] from the final history. Also lost
//     is what a reader was shown and the final history lacks. Losses are told
//     apart as prefix, middle and tail of the room.
//   - P2, one order for all: [Reorder] within a session; [Divergence] when one
//     Seq stands for two contents, between two readers, a reader and the final
//     history, a reader and the sender, or an ack and the place where the message
//     stands.
//   - P3, no gap: [Gap] when an event names a predecessor that the session was not
//     shown; Lost at a reader when the final history has a message within what
//     the session covers and the session was not shown it. The first finds gaps
//     by the server's own word; the second finds those the server does not admit,
//     and gaps of readers who are shown no links.
//   - P4, no duplicate: [Duplicate], for one message under two Seqs and for one Seq
//     shown twice to a session.
//   - P5, real time is respected: [Inversion].
//   - P6, I read my own writes: [StaleRead].
//   - P7, nothing out of nothing: [Phantom] for what nobody sent; [Refused] for what
//     was refused and appears all the same. What was neither acknowledged nor
//     refused may appear once, or not.
//   - P8, an epoch ends with a restore: [EpochMisuse] when a cursor of an epoch that
//     has ended is accepted.
//   - P10, resume gives exactly the tail: Gap and Lost after the cursor, Duplicate
//     at or before it.
//
// That a ban holds is no numbered promise, but it is judged in the same way:
// [Outlaw] is an event of somebody that stands behind the acknowledgement of their
// ban and before that of its lifting, in whatever room and by whatever connection.
// What a ban itself brings about (its target leaves) is none.
//
// Each planted fault is reported under one name: what follows from a fault
// already found is left out.
//
// # What it cannot see
//
//   - P9: nothing here measures memory, or one reader's delay by another. The
//     longest pause between acknowledgements is reported as recovery time, and
//     judged by nobody.
//   - What lies before the first thing a session was shown, when the session began
//     without a cursor; and what lies after the last, when it ended without one.
//   - What was declared absent by markers (events of kind "skip"): the report
//     counts the markers; whether they were justified is not known here.
//   - What a restore took back: neither its loss nor its doubling is judged.
//   - Order between rooms, and presence and typing, which are promised to nobody.
//   - Twins: several sends by one author with no client id and the same tag, or no
//     tag and the same text. They are judged by their number. They take no part in
//     Inversion, and a reader who is shown no Seqs may miss one unnoticed.
//   - Messages edited or deleted before anybody was shown their first text, of a
//     sender who has no client id and was told no Seq: one that is lost may be
//     taken for one of those. So tag every text and record every edit's Send.
//   - Whether an edit was shown too early: a reader may be shown a message's first
//     text or that of any edit.
package checker
