package hub

import (
	"context"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// File is a file that a message has.
type File = store.File

// FileBytes returns how many bytes the files take together that somebody has sent.
func (h *Hub) FileBytes(ctx context.Context, user chat.UserID) (int64, *chat.Error) {
	n, err := h.store.FileBytes(ctx, user)
	if err != nil {
		return 0, h.internal("measure files", err)
	}
	return n, nil
}

// File returns the file of that id. Whoever knows the id may have it, as long as
// its message has not been deleted.
func (h *Hub) File(ctx context.Context, id string) (File, *chat.Error) {
	f, ok, err := h.store.File(ctx, id)
	if err != nil {
		return f, h.internal("find a file", err)
	}
	if !ok {
		return f, chat.Errorf(chat.NotFound, "There is no such file, or not any more: its message may have been deleted.")
	}
	return f, nil
}
