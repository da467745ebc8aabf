package browsertest

import (
	"testing"

	"hubbub/internal/hub"
)

// pictureAt is whether there is a picture of somebody at a place, as the server makes
// them.
func pictureAt(selector string) string {
	return `[...document.querySelectorAll('` + selector + `')].some((one) => one.complete && one.naturalWidth === 160)`
}

func TestAPictureOfOneselfIsSeenByOthersUntilItIsRemoved(t *testing.T) {
	t.Parallel()
	s := startSite(t, hub.OpenPolicy())
	otter, ferret := s.open(desk).own(s, "otter", password), s.open(phone).enter("ferret")
	otter.says("good morning")
	ferret.hears("good morning")
	ferret.sees(".message-gutter span.avatar", "OT")

	otter.visit("/lobby#settings/account")
	otter.sees("button", "Choose a picture…")
	otter.picksAt(".picture-actions input[type=file]", writePicture(t, "me.png", 900, 700))
	otter.until("otter's own picture", pictureAt(".account-head img.avatar"))
	ferret.until("otter's picture beside what otter said", pictureAt(".message-gutter img.avatar"))
	ferret.visit("/lobby#people")
	ferret.until("otter's picture among the people", pictureAt(".person img.avatar"))
	ferret.visit("/lobby#person/otter")
	ferret.until("otter's picture on otter's card", pictureAt(".card-head img.avatar"))

	otter.click("button", "Remove")
	otter.sees(".account-head span.avatar", "OT")
	ferret.sees(".card-head span.avatar", "OT")
	ferret.sees(".message-gutter span.avatar", "OT")

	otter.picksAt(".picture-actions input[type=file]", writeFile(t, "me.txt", []byte("no picture")))
	otter.sees(".field-error", "no picture")
}

func TestWhatSomebodySaysOfThemselvesIsSeenByOthers(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, desk)
	ferret.visit("/lobby#people")
	ferret.sees(".person", "otter")
	otter.visit("/lobby#settings/account")
	otter.fill("input", "Status", "at tea until four")
	otter.press("Enter")
	ferret.sees(".person .status", "at tea until four")
	ferret.click(".person", "otter")
	ferret.sees(".card-head", "at tea until four")
}
