package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/files"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// What people upload, and what is fetched of it. An upload is of who made it until
// it is said; then whoever knows its id can have it.

// uploads keeps files for messages.
type uploads struct {
	store *files.Store // nil: there are none
	hub   *hub.Hub
	quota int64
}

func (g *Gateway) uploadRoutes() []route {
	post := created(resource("POST", uploadsPath, somebody, "Upload a file, to say it with a message", postUpload))
	post.raw = true
	return []route{
		post,
		resource("DELETE", uploadsPath+"/{id}", somebody, "Give up an upload that has not been said", deleteUpload),
	}
}

// limits returns the limits of what is sent.
func (u *uploads) limits(text int) api.Limits {
	l := api.Limits{Text: text}
	if u.store != nil {
		l.Files, l.FileSize = chat.MaxFiles, u.store.MaxBytes()
	}
	return l
}

// of returns the files of somebody's uploads. One that has been said already is
// there too: the same message may be sent again, and what is another is refused when
// it is decided.
func (u *uploads) of(ctx context.Context, user chat.UserID, ids []string) (all []chat.File, err *chat.Error) {
	if len(ids) > chat.MaxFiles {
		return nil, chat.Errorf(chat.TooMany, "A message has at most %d files; nothing was sent.", chat.MaxFiles)
	}
	for _, id := range ids {
		f, err := u.find(ctx, user, id)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

func (u *uploads) find(ctx context.Context, user chat.UserID, id string) (chat.File, *chat.Error) {
	if u.store == nil {
		return chat.File{}, errNoUploads
	}
	if said, err := u.hub.File(ctx, id); err == nil && said.By == user {
		return said.File, nil
	}
	up, err := u.store.Pending(id, uint64(user))
	if err != nil {
		return chat.File{}, failure(err)
	}
	return up.File(), nil
}

var errNoUploads = chat.Errorf(chat.Unavailable, "This server keeps no files.")

// said notes that uploads are in a message now. What can't be noted is so in a day.
func (u *uploads) said(ids []string) {
	for _, id := range ids {
		_ = u.store.Take(id)
	}
}

// failure returns an error of the store of files as a refusal.
func failure(err error) *chat.Error {
	if refusal, ok := errors.AsType[*chat.Error](err); ok {
		return refusal
	}
	return &chat.Error{Code: chat.Internal, Text: "Something went wrong with that file on the server.", Cause: err}
}

// UploadPath is where files are uploaded.
const UploadPath = apiPath + uploadsPath

const uploadsPath = "/uploads"

// uploadName is what an upload is called.
type uploadName struct {
	Name string `query:"name" doc:"what the file is called; or Content-Disposition says it"`
}

// of returns what an upload is called: programs that know a place for files and
// nothing else of this one say it in a header (RFC 6266; https://soju.im/filehost).
func (n *uploadName) of(r *http.Request) string {
	if n.Name != "" {
		return n.Name
	}
	_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Disposition")) // where it can't be read it says nothing
	return params["filename"]
}

func postUpload(c *call, in *uploadName) (*api.File, *chat.Error) {
	u, user := c.gateway.uploads, c.session.User()
	if u.store == nil {
		return nil, errNoUploads
	}
	if err := c.mayUpload(); err != nil {
		return nil, err
	}
	if err := u.fits(c.ctx(), user, c.r.ContentLength); err != nil {
		return nil, err
	}
	up, err := u.store.Put(c.ctx(), &flowing{c.r.Body, http.NewResponseController(c.w), time.Now().Add(uploadTime)}, in.of(c.r), uint64(user))
	if err != nil {
		return nil, c.unreadable(err)
	}
	if err := u.fits(c.ctx(), user, 0); err != nil { // others may have come meanwhile, or it did not say how large it is
		u.said([]string{up.ID})
		return nil, err
	}
	f := up.File()
	out := wire.File(&f)
	c.w.Header().Set("Location", c.gateway.cfg.URL+f.Path())
	return &out, nil
}

// mayUpload says why whom the request speaks for uploads nothing, or nil.
func (c *call) mayUpload() *chat.Error {
	if c.session.Role() == chat.GuestRole && !c.gateway.cfg.Hub.Policy().GuestUploads {
		return errGuestUploads
	}
	return mayTalk(c.session)
}

var errGuestUploads = chat.Errorf(chat.Forbidden, "Guests can't upload files here; register to become a member, who can.").Because(chat.NeedsRole)

// unreadable returns why an upload could not be kept. What went wrong on our side is
// noted in the log.
func (c *call) unreadable(err error) *chat.Error {
	refusal := failure(err)
	switch {
	case refusal.Code != chat.Internal:
	case c.ctx().Err() != nil, errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, context.DeadlineExceeded):
		return chat.Errorf(chat.Invalid, "The file did not come to its end; nothing was kept.")
	default:
		c.gateway.cfg.Logger.Error("keep an upload", "err", err)
	}
	return refusal
}

// fits says whether somebody's files take too much with so many bytes more.
func (u *uploads) fits(ctx context.Context, user chat.UserID, size int64) *chat.Error {
	if u.quota == 0 {
		return nil
	}
	said, err := u.hub.FileBytes(ctx, user)
	if err != nil {
		return err
	}
	_, pending := u.store.PendingBytes(uint64(user))
	if said+pending+max(size, 0) > u.quota {
		return chat.Errorf(chat.TooMany, "Your files would take more than %d MB together; delete messages with files that nobody needs any more.", u.quota/1_000_000)
	}
	// What is given up, or deleted, takes space until it is swept.
	if most := 2 * u.quota; u.store.RecentBytes(uint64(user))+max(size, 0) > most {
		return chat.Errorf(chat.TooMany, "You have uploaded %d MB within an hour or two, as much as may be; wait an hour.", most/1_000_000)
	}
	return nil
}

// uploadTime is how long an upload may take.
const uploadTime = time.Hour

// flowing reads a body for as long as bytes come, but not for ever.
type flowing struct {
	body io.Reader
	conn *http.ResponseController
	end  time.Time // when it has to have come
}

// Read implements [io.Reader].
func (f *flowing) Read(b []byte) (int, error) {
	by := time.Now().Add(bodyTime)
	if by.After(f.end) {
		by = f.end
	}
	if err := f.conn.SetReadDeadline(by); err != nil {
		return 0, err
	}
	return f.body.Read(b)
}

func deleteUpload(c *call, _ *nothing) (*nothing, *chat.Error) {
	u, id := c.gateway.uploads, c.r.PathValue("id")
	if u.store == nil {
		return nil, errNoUploads
	}
	if _, err := u.store.Pending(id, uint64(c.session.User())); err != nil {
		return nil, failure(err)
	}
	if err := u.store.Take(id); err != nil {
		return nil, failure(err)
	}
	return nil, nil
}

// serveFile answers requests for files, at /files/ID/NAME.
func (g *Gateway) serveFile(w http.ResponseWriter, r *http.Request) {
	if !reads(r) {
		w.Header().Set("Allow", "GET, HEAD")
		plainly(w, r, http.StatusMethodNotAllowed, "A file can be read, and nothing else be done with it.")
		return
	}
	if err := g.sendFile(w, r); err != nil {
		status, _ := statusOf(err)
		plainly(w, r, status, err.Text)
	}
}

// sendFile sends a file. Whatever is in it, a browser runs nothing of it: it comes
// with a policy that lets nothing run, under a type that its bytes were found to be
// of, and what is not to be looked at is only to be saved.
func (g *Gateway) sendFile(w http.ResponseWriter, r *http.Request) *chat.Error {
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/files/"), "/")
	f, err := g.fileAt(r, id)
	if err != nil {
		return err
	}
	small := r.URL.Query().Has("thumbnail")
	blob, failed := g.uploads.store.OpenBlob(f.Hash, small)
	if small && errors.Is(failed, files.ErrNotFound) { // it is small itself
		blob, failed = g.uploads.store.OpenBlob(f.Hash, false)
	}
	if failed != nil {
		return failure(failed)
	}
	defer blob.Close()
	h := w.Header()
	h.Set("Content-Type", blob.Type)
	h.Set("Content-Disposition", disposition(blob.Type, f.Name))
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("ETag", `"`+f.Hash[:32]+map[bool]string{true: "-small"}[small]+`"`)
	http.ServeContent(w, r, "", time.Time{}, blob)
	return nil
}

// fileAt returns the file of an id: of a message, or of an upload that is not said
// yet, for who made it.
func (g *Gateway) fileAt(r *http.Request, id string) (chat.File, *chat.Error) {
	if g.uploads.store == nil {
		return chat.File{}, errNoUploads
	}
	f, err := g.cfg.Hub.File(r.Context(), id)
	if err == nil {
		return f.File, nil
	}
	who := g.clientOf(r)
	if claimOf(r, who.secure) == (claim{}) {
		return chat.File{}, err
	}
	s, leave, refused := g.visit(r)
	if refused != nil {
		return chat.File{}, err
	}
	defer leave()
	up, failed := g.uploads.store.Pending(id, uint64(s.User()))
	if failed != nil {
		return chat.File{}, err
	}
	return up.File(), nil
}

// disposition says whether a file is to be shown or to be saved (RFC 6266): pictures,
// sound and films are shown.
func disposition(kind, name string) string {
	how := "attachment"
	switch family, _, _ := strings.Cut(kind, "/"); family {
	case "image", "audio", "video":
		how = "inline"
	}
	if value := mime.FormatMediaType(how, map[string]string{"filename": name}); value != "" {
		return value
	}
	return how
}
