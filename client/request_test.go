package client

import (
	"errors"
	"net/url"
	"testing"
)

func TestWhoSpeaksFirstSpeaksNoAPI(t *testing.T) {
	for text, foreign := range map[string]bool{
		`net/http: HTTP/1.x transport connection broken: malformed HTTP status code "x"`: true,
		"readLoopPeekFailLocked: %!w(<nil>)":                                             true,
		"readLoopPeekFailLocked: connection reset by peer":                               false,
	} {
		err := unreached(&url.Error{Op: "Get", URL: "http://hubbub", Err: errors.New(text)})
		if errors.Is(err, ErrNoAPI) != foreign {
			t.Errorf("%q is taken for %v", text, err)
		}
	}
}
