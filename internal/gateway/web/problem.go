package web

import (
	"net/http"
	"strconv"

	"hubbub/api"
	"hubbub/internal/chat"
	"hubbub/internal/door"
	"hubbub/internal/gateway/wire"
)

// statuses are what refusals are in HTTP.
var statuses = map[chat.Code]int{
	chat.Invalid: http.StatusBadRequest, chat.NotFound: http.StatusNotFound, chat.Forbidden: http.StatusForbidden,
	chat.Conflict: http.StatusConflict, chat.Gone: http.StatusGone, chat.TooMany: http.StatusTooManyRequests,
	chat.Full: http.StatusInsufficientStorage, chat.Unavailable: http.StatusServiceUnavailable,
	chat.Stale: http.StatusPreconditionFailed, chat.Internal: http.StatusInternalServerError,
}

// The codes that only HTTP has.
const (
	loginCode  = "login" // logging in may change something
	factorCode = "code"  // the password was right, and the code of a second factor is needed too

	passwordCode = "password" // it takes the password once more
	freshCode    = "fresh"    // it takes to have logged in a moment ago
)

// Refusals that only HTTP has.
var (
	errLogin   = chat.Errorf(chat.Forbidden, "Log in first: with a cookie by POST /api/v1/session, or with Authorization: Bearer and a token.").Because(chat.NeedsLogin)
	errOrigin  = chat.Errorf(chat.Forbidden, "That request comes from a page of another site, and is not done.")
	errSecret  = chat.Errorf(chat.Forbidden, "Others could read a password or a token on this connection, so none is taken. Open this server by https:// instead; where a proxy does that, --trust-proxy names it, and it says X-Forwarded-Proto: https.")
	errClosing = chat.Errorf(chat.Unavailable, "The connection is closing.")
	errRush    = chat.Errorf(chat.TooMany, "That is too much at once; wait a moment and try again.")
)

// statusOf returns what a refusal is in HTTP, and its code.
func statusOf(err *chat.Error) (status int, code string) {
	if err == door.ErrCode {
		return http.StatusUnauthorized, factorCode
	}
	switch err {
	case errPassword:
		return http.StatusForbidden, passwordCode
	case errNotFresh:
		return http.StatusForbidden, freshCode
	}
	if err.Why == chat.NeedsLogin {
		return http.StatusUnauthorized, loginCode
	}
	return statuses[err.Code], err.Code.String()
}

// retryAfter is after how many seconds what was too much, or can't be done now, is
// worth another try.
const retryAfter = 5

// problem answers with a refusal (RFC 9457). It is the one place where errors
// become a client's.
func problem(w http.ResponseWriter, err *chat.Error) {
	status, code := statusOf(err)
	refuse(w, status, code, err.Text)
}

// refuse answers with a refusal that has a status of its own.
func refuse(w http.ResponseWriter, status int, code, detail string) {
	h := w.Header()
	switch status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(retryAfter))
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	body := wire.AppendLine(nil, &api.Problem{
		Type: "/api#" + code, Title: http.StatusText(status), Status: status, Code: code, Detail: chat.CleanText(detail),
	})
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // if the client has gone nobody needs to know
}
