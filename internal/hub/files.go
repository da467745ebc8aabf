package hub

import (
	"context"

	"hubbub/internal/chat"
	"hubbub/internal/store"
)

// File is a file that a message has.
type File = store.File

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
