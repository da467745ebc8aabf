package store_test

import (
	"strings"
	"testing"

	"hubbub/internal/store"
)

// What is read often is read along an index: nothing is sorted that can grow,
// and no table of messages is gone through.
func TestQueriesFollowAnIndex(t *testing.T) {
	s := openStore(t, t.TempDir())
	for _, c := range []struct {
		name, query string
		want        []string // one for each step
	}{
		{"amended", store.QueryAmended, []string{"SEARCH amended USING PRIMARY KEY (room=? AND target>? AND target<?)", "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)"}},
		{"reactions", store.QueryReactions, []string{"SEARCH reactions USING PRIMARY KEY (room=? AND target>? AND target<?)", "USE TEMP B-TREE FOR ORDER BY"}},
		{"threads", store.QueryThreads, []string{"SEARCH threads USING PRIMARY KEY (room=? AND root>? AND root<?)"}},
		{"repliers", store.QueryRepliers, []string{"SEARCH replies USING PRIMARY KEY (root=?)"}},
		{"replies", store.QueryReplies, []string{"SEARCH replies USING PRIMARY KEY (root=? AND seq<?)", "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)"}},
		{"events", store.QueryEvents, []string{
			"MERGE (UNION ALL)",
			"LEFT", "SEARCH events USING INDEX events_stream (stream=? AND rowid>?)",
			"RIGHT", "SEARCH events USING INDEX events_stream (stream=? AND rowid>?)",
		}},
		{"event", store.QueryEvent, []string{"SEARCH events USING INTEGER PRIMARY KEY (rowid=?)"}},
		{"end", store.QueryEnd, []string{"SCAN events"}}, // backward, one row
		{"changes", store.QueryChanges, []string{"SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"}},
		{"sent", store.QuerySent, []string{"SEARCH sent USING PRIMARY KEY (by=? AND client=?)", "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)"}},
		{"reaction", store.QueryReaction, []string{
			"SEARCH reactions USING PRIMARY KEY (room=? AND target=? AND by=? AND emoji=?)",
			"SCALAR SUBQUERY 1", "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)",
		}},
		{"tally", store.QueryTally, []string{
			"SEARCH reactions USING PRIMARY KEY (room=? AND target=?)",
			"SCALAR SUBQUERY 1", "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)",
		}},
		{"guest", store.QueryGuest, []string{
			"SEARCH guests USING PRIMARY KEY (key=?)",
			"CORRELATED SCALAR SUBQUERY 1", "SEARCH events USING COVERING INDEX events_stream (stream=?)",
		}},
		{"edits", store.QueryEdits, []string{"SEARCH edits USING PRIMARY KEY (target=?)"}},
		{"backward", store.QueryBackward, []string{"SEARCH events USING INDEX events_stream (stream=? AND rowid>? AND rowid<?)"}},
		{"forward", store.QueryForward, []string{"SEARCH events USING INDEX events_stream (stream=? AND rowid>? AND rowid<?)"}},
		{"gap before", store.QueryGapBefore, []string{"SEARCH gaps USING PRIMARY KEY (stream=? AND first<?)"}},
		{"gap after", store.QueryGapAfter, []string{"SEARCH gaps USING PRIMARY KEY (stream=? AND first>?)"}},
		{"between", store.QueryBetween, []string{"SEARCH events USING COVERING INDEX events_stream (stream=? AND rowid>? AND rowid<?)"}},
		{"a reaction's place", store.QueryReactionSeq, []string{"SEARCH reactions USING PRIMARY KEY (room=? AND target=? AND by=? AND emoji=?)"}},
		{"reactions' places", store.QueryReactionSeqs, []string{"SEARCH reactions USING PRIMARY KEY (room=? AND target=?)"}},
		{"whether there are reactions", store.QueryReacted, []string{"SCAN json_each VIRTUAL TABLE INDEX 1:", "SEARCH reactions EXISTS USING PRIMARY KEY (room=? AND target=?)"}},
		{"last", store.QueryLast, []string{
			"SCAN CONSTANT ROW",
			"SCALAR SUBQUERY 1", "SEARCH events USING COVERING INDEX events_stream (stream=? AND rowid<?)",
			"SCALAR SUBQUERY 2", "SEARCH events USING COVERING INDEX events_stream (stream=? AND rowid<?)",
		}},
		{"mark", store.QueryMark, []string{"SEARCH marks USING PRIMARY KEY (user=? AND room=?)"}},
		{"property", store.QueryProperty, []string{"SEARCH properties USING PRIMARY KEY (owner=? AND key=?)"}},
		{"owned", store.QueryOwned, []string{"SEARCH properties USING PRIMARY KEY (owner=?)"}},
		{"properties", store.QueryProperties, []string{"SEARCH properties USING PRIMARY KEY (owner=?)"}},
		{"a private property", store.QueryPrivate, []string{"SEARCH properties USING PRIMARY KEY (owner=? AND key=?)"}},
		{"private properties", store.QueryPrivates, []string{"SEARCH properties USING PRIMARY KEY (owner=?)"}},
		{"marker", store.QueryMarker, []string{"SEARCH members USING PRIMARY KEY (room=? AND user=?)", "SCALAR SUBQUERY 1", "SEARCH marks USING PRIMARY KEY (user=? AND room=?)"}},
		{"last said", store.QueryLastSaid, []string{"SEARCH events USING COVERING INDEX events_stream (stream=?)"}},
		{"file", store.QueryFile, []string{"SEARCH files USING PRIMARY KEY (id=?)"}},
		{"hash", store.QueryHash, []string{"SEARCH files USING COVERING INDEX files_hash (hash=?)"}},
		{"bytes of files", store.QueryFileBytes, []string{"SEARCH files USING COVERING INDEX files_user (user=?)"}},
		{"a message's files", store.QueryNoFiles, []string{"SEARCH files USING INDEX files_seq (seq=?)"}},
		{"a picture's file", store.QueryNoPicture, []string{"SEARCH files USING INDEX files_seq (seq=?)", "SCALAR SUBQUERY 1", "SEARCH properties USING PRIMARY KEY (owner=? AND key=?)"}},
		{"previews", store.QueryPreviews, []string{"SEARCH previews USING PRIMARY KEY (room=? AND target>? AND target<?)", "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)", "USE TEMP B-TREE FOR ORDER BY"}},
		{"a message's previews", store.QueryPreviewsOf, []string{"SEARCH previews USING PRIMARY KEY (room=? AND target=?)"}},
		{"facts of previews", store.QueryPreviewFacts, []string{
			"SEARCH previews USING PRIMARY KEY (room=? AND target=?)",
			"SCALAR SUBQUERY 1", "SEARCH events USING INTEGER PRIMARY KEY (rowid=?)",
		}},
		{"users", store.QueryUsers, []string{
			"SCAN users",
			"CORRELATED SCALAR SUBQUERY 1", "SEARCH events USING COVERING INDEX events_stream (stream=?)",
		}},
		{"rooms", store.QueryRooms, []string{
			"SCAN rooms",
			"CORRELATED SCALAR SUBQUERY 1", "SEARCH properties USING PRIMARY KEY (owner=? AND key=?)",
			"CORRELATED SCALAR SUBQUERY 2", "SEARCH events USING COVERING INDEX events_stream (stream=?)",
			"CORRELATED SCALAR SUBQUERY 3", "SEARCH events USING COVERING INDEX events_stream (stream=?)",
		}},
	} {
		steps, err := s.Plan(c.query)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got, want := strings.Join(steps, "\n"), strings.Join(c.want, "\n"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, want)
		}
	}
}
