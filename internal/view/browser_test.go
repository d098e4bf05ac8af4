package view_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chrome is the browser to test with. Without one there is nothing to test, but
// where everything must be tested that is a failure.
func chrome(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROME"), "chromium", "chromium-browser", "google-chrome"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "no Chromium is installed: install chromium, or name one in $CHROME"
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// A tab is a page in a real browser. Whatever goes wrong in it, or is asked of
// another place than it may ask, fails the test.
type tab struct {
	testing.TB
	ctx context.Context

	in     *tab // the page it is a frame of, if it is one
	broken bool // its connections break or are refused, and it says so

	mu   sync.Mutex
	asks []string // addresses, beside data:
}

// open starts a browser with a fresh profile.
func open(t testing.TB) *tab {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chrome(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.WSURLReadTimeout(time.Minute))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	b := &tab{TB: t, ctx: ctx}
	b.run(command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}), command(runtime.Enable, cdp.Empty{}))
	if err := chromedp.Listen(ctx, b.heard); err != nil {
		t.Fatal(err)
	}
	b.size(1440, 900, false)
	return b
}

func (b *tab) heard(ev any) {
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.Errorf("the page threw %s %s", ev.ExceptionDetails.Text, ev.ExceptionDetails.Exception.Description)
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning {
			b.Errorf("the console says %s %s", ev.Type, ev.Args[0].Value)
		}
	case *log.EventEntryAdded:
		if ev.Entry.Level == log.EntryLevelError && !strings.Contains(ev.Entry.Text, "status of 401") && !(b.broken && (strings.Contains(ev.Entry.Text, "net::ERR_") || strings.Contains(ev.Entry.Text, "status of 429"))) {
			b.Errorf("the browser logs %s: %s %s", ev.Entry.Source, ev.Entry.Text, ev.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u := ev.Request.URL; !strings.HasPrefix(u, "data:") {
			b.mu.Lock()
			b.asks = append(b.asks, u)
			b.mu.Unlock()
		}
	}
}

// asked are the addresses that were asked for.
func (b *tab) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.asks...)
}

// command is a command of the browser's own protocol whose answer does not
// matter.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (b *tab) run(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// js is what a piece of script in the page comes to.
func js[T any](b *tab, script string) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", script, err)
	}
	return v
}

// until waits for a condition in the page to hold. While it is loaded anew the
// page has none.
func (b *tab) until(condition string) {
	b.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(30 * time.Millisecond) {
		holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+condition+")"))
		if err != nil && !strings.Contains(err.Error(), "navigated or closed") && !strings.Contains(err.Error(), "context was destroyed") && !strings.Contains(err.Error(), "Cannot find context") {
			b.Fatalf("%s: %v", condition, err)
		}
		if holds {
			return
		}
		if time.Now().After(end) {
			b.shot("failed")
			b.Fatalf("it never was so that %s; it finds %q, says %q, and reads %.300q", condition, js[string](b, "document.querySelector('.found')?.textContent ?? ''"), js[string](b, "[...document.querySelectorAll('.fault, .toast')].map((e) => e.textContent).join()"), js[string](b, "document.body.innerText"))
		}
	}
}

func (b *tab) click(sel string) {
	b.Helper()
	b.until(fmt.Sprintf("document.querySelector(%q)", sel))
	js[bool](b, fmt.Sprintf("document.querySelector(%q).click(), true", sel))
}

func (b *tab) size(w, h int64, phone bool) {
	b.Helper()
	scale := 1.0
	if phone {
		scale = 2
	}
	b.run(command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: w, Height: h, DeviceScaleFactor: scale, Mobile: phone}))
}

func (b *tab) scheme(name string) {
	b.Helper()
	b.run(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}}}))
}

// shot keeps a picture of the page in the folder $CUSTORY_SHOTS.
func (b *tab) shot(name string) {
	b.Helper()
	if b.in != nil {
		b.in.shot(name)
		return
	}
	dir := os.Getenv("CUSTORY_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}
