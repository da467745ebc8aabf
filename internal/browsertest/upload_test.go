package browsertest

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
)

// writePicture writes a picture of the given size into a file of its own.
func writePicture(t *testing.T, name string, width, height int) (path string) {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			picture.Set(x, y, color.RGBA{uint8(40 + 20*(8*x/width)), uint8(90 + 15*(6*y/height)), 120, 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return writeFile(t, name, out.Bytes())
}

func writeFile(t *testing.T, name string, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// picks picks files for the next message, as in the browser's own dialog.
func (w *window) picks(paths ...string) {
	w.t.Helper()
	w.picksAt(".room input[type=file]", paths...)
}

// picksAt picks files in a field.
func (w *window) picksAt(selector string, paths ...string) {
	w.t.Helper()
	field := must(w, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.querySelector(" + quote(selector) + ")"})
	must(w, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: paths, ObjectID: field.Result.ObjectID})
}

func TestAPictureIsShownToOthers(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, phone)
	otter.picks(writePicture(t, "the view.png", 1600, 1200))
	otter.sees(".uploads li", "the view.png")
	otter.says("from my window")
	for _, w := range []*window{otter, ferret} {
		w.hears("from my window")
		w.until("the thumbnail to be there", `finder.all('.message:not(.pending) .picture img', '').some((one) => one.complete && one.naturalWidth > 0 && one.naturalWidth < 1600 && one.alt === 'the view.png')`)
	}
	if wide := evaluate[int](ferret, `document.documentElement.scrollWidth`); wide > int(phone.width) {
		t.Errorf("the page is %d pixels wide on a screen of %d", wide, phone.width)
	}
	ferret.visit("/lobby")
	ferret.until("the thumbnail to be there again", `finder.all('.picture img', '').some((one) => one.complete && one.naturalWidth > 0)`)
}
