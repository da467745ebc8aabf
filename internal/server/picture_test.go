package server_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
)

// A picture that is chosen on the page is one to IRC clients too: by its whole address,
// where it can be fetched.
func TestIRCClientsAreToldOfPictures(t *testing.T) {
	address := whole(t)
	ada := talkTo(t, address, "ada")
	ada.says("REGISTER * * :correct horse battery", "CAP REQ :batch draft/metadata-2", "METADATA * SUB avatar", "NS TOKEN NEW files")
	_, token, _ := strings.Cut(ada.hears(":hub_"), " :hub_")
	token, _, _ = strings.Cut("hub_"+token, " ")

	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewRGBA(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	a := asks(t, http.MethodPut, "http://"+address+"/api/v1/me/picture", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }, drawn.String())
	if a.StatusCode != http.StatusOK {
		t.Fatalf("choosing a picture is answered with %s", a.Status)
	}
	_, url, found := strings.Cut(ada.hears(" avatar "), "http://")
	if got := asks(t, http.MethodGet, "http://"+url, nil, ""); !found || got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "image/png" {
		t.Errorf("at %q there is %s, %v", url, got.Status, got.Header)
	}
}
