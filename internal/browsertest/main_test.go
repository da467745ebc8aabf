package browsertest

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		os.Exit(0) // a browser is for the long tests
	}
	code := m.Run()
	closeBrowser()
	os.Exit(code)
}

// chromium is the one browser of all tests, started by the first that needs it.
var chromium struct {
	once  sync.Once
	ctx   context.Context
	close func()
	err   error
}

var errNoChromium = errors.New("there is no chromium in PATH: install it (apt-get install chromium) to try the page in it")

// browser returns a context of the browser. It skips the test if there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	if os.Getenv("HUBBUB_BROWSER") == "apart" {
		t.Skip("HUBBUB_BROWSER is apart: the browser has the machine for itself, in a run of its own")
	}
	chromium.once.Do(startBrowser)
	switch {
	case errors.Is(chromium.err, errNoChromium) && os.Getenv("CI") != "true":
		t.Skip(chromium.err)
	case chromium.err != nil:
		t.Fatal(chromium.err)
	}
	return chromium.ctx
}

func startBrowser() {
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		chromium.err = errNoChromium
		return
	}
	data, err := os.MkdirTemp("", "hubbub-chromium-")
	if err != nil {
		chromium.err = err
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.UserDataDir(data), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		// A browser without a screen takes itself to have no mouse: these say that it has one.
		chromedp.Flag("blink-settings", "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"),
		chromedp.Flag("lang", "en-US"), chromedp.Flag("accept-lang", "en-US"), chromedp.Env("LANGUAGE=en"),
		chromedp.CombinedOutput(io.Discard),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	chromium.ctx = ctx
	chromium.close = func() {
		chromedp.Cancel(ctx)
		cancel()
		stop()
		os.RemoveAll(data)
	}
	chromium.err = chromedp.Do(ctx)
}

func closeBrowser() {
	if chromium.close != nil {
		chromium.close()
	}
}
