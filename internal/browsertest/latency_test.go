package browsertest

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"

	"hubbub/internal/hub"
)

const (
	timedMessages = 100
	timedPause    = 150 // milliseconds between two
)

// clocked opens a window that notes when messages pass.
func (s *site) clocked() *window {
	s.t.Helper()
	direct := func(path string) string { return "http://" + local(s.addr) + path } // a wire would be a step more
	w := openWindow(s, direct, desk)
	script, err := os.ReadFile(filepath.Join("testdata", "clock.js"))
	if err != nil {
		s.t.Fatal(err)
	}
	must(w, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: string(script)})
	must(w, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}) // for the least page, which is none of the server's
	return w
}

// passing is when messages passed a window, by their numbers: milliseconds since 1970.
type passing struct {
	Entered, Sent, Acked, Came, There, Painted map[string]float64
}

// TestFiguresFromSendToSeen measures how long what is said in one window takes to be
// seen in another. Nothing is asserted: what the figures are worth depends on the machine.
func TestFiguresFromSendToSeen(t *testing.T) {
	if os.Getenv("HUBBUB_FIGURES") != "1" {
		t.Skip("HUBBUB_FIGURES=1 has the time from send to seen measured, for a minute")
	}
	browser(t)
	s := startSite(t, hub.OpenPolicy())
	author, reader := s.clocked().enter("otter"), s.clocked().enter("ferret")
	s.pipe("stoat", 200, "a line that was said before, as people say lines, with number ")
	reader.hears("number 200")
	lobby := author.lobby()
	for range 2 {
		for _, w := range []*window{author, reader} {
			w.visit("/robots.txt")
			evaluate[chromedp.Void](w, fmt.Sprintf("clock.floor(%d)", lobby))
		}
		s.measure("the least page", author, reader)
		author.visit("/lobby")
		reader.visit("/lobby")
		for _, w := range []*window{author, reader} {
			w.hears("timed")
			evaluate[chromedp.Void](w, "void document.querySelector('.bar.bottom')?.click()") // it begins at what is new
			w.misses(".bar.bottom", "")
			evaluate[chromedp.Void](w, "clock.watch()")
		}
		s.measure("the page", author, reader)
	}
	s.trace(author, reader)
	s.measureServer()
}

// say has the author say numbered messages, and returns when they passed there.
func (s *site) say(author *window) passing {
	s.t.Helper()
	s.timed += timedMessages
	return evaluate[passing](author, fmt.Sprintf("clock.say(%d, %d, %d)", s.timed-timedMessages+1, s.timed+1, timedPause))
}

// measure has messages said, and tells when they were where.
func (s *site) measure(what string, author, reader *window) {
	s.t.Helper()
	before := author.processes()
	said := s.say(author)
	after := author.processes()
	seen := evaluate[passing](reader, "clock.times")
	step := func(name string, from, to map[string]float64) {
		var all []float64
		for number, at := range to {
			if start, ok := from[number]; ok && said.Entered[number] > 0 {
				all = append(all, at-start)
			}
		}
		if len(all) > 0 {
			tell(s.t, what+": "+name, all)
		}
	}
	step("Enter to sent", said.Entered, said.Sent)
	step("sent to acknowledged", said.Sent, said.Acked)
	step("sent to come elsewhere", said.Sent, seen.Came)
	step("come to in the document", seen.Came, seen.There)
	step("in the document to painted", seen.There, seen.Painted)
	step("Enter to come elsewhere", said.Entered, seen.Came)
	step("Enter to in the other document", said.Entered, seen.There)
	step("Enter to painted in the other", said.Entered, seen.Painted)
	step("Enter to painted in the author's own", said.Entered, said.Painted)
	var spent []string
	for _, kind := range slices.Sorted(maps.Keys(after)) {
		spent = append(spent, fmt.Sprintf("%s %.1f", kind, (after[kind]-before[kind])*1000/timedMessages))
	}
	s.t.Logf("%s: ms of processor time for each message: %s", what, strings.Join(spent, ", "))
}

// processes tells how many seconds of processor time the browser's processes have used, by kind.
func (w *window) processes() map[string]float64 {
	w.t.Helper()
	result, err := chromedp.CallBrowser(w.ctx, systeminfo.GetProcessInfo, cdp.Empty{})
	w.must(err)
	spent := map[string]float64{}
	for _, p := range result.ProcessInfo {
		spent[p.Type] += p.CPUTime
	}
	return spent
}

// measureServer tells what the server takes, to a socket on the same machine.
func (s *site) measureServer() {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "/nick weasel\n")
	heard, took := bufio.NewScanner(conn), []float64{}
	tick := time.NewTicker(timedPause * time.Millisecond)
	defer tick.Stop()
	for i := range timedMessages / 2 {
		<-tick.C
		start := time.Now()
		text := fmt.Sprint("alone ", i)
		fmt.Fprintf(conn, "%s\n", text)
		for heard.Scan() && !strings.HasSuffix(heard.Text(), text) {
		}
		took = append(took, float64(time.Since(start).Microseconds())/1000)
	}
	tell(s.t, "the server alone, from a socket to the disk and back", took)
}

// traced is one event of a trace, as the browser has it: https://chromium.googlesource.com/catapult,
// "Trace Event Format". Times are microseconds, Spent of processor time.
type traced struct {
	Name  string          `json:"name"`
	Phase string          `json:"ph"`
	PID   int             `json:"pid"`
	TID   int             `json:"tid"`
	Start float64         `json:"ts"`
	Time  float64         `json:"dur"`
	Spent float64         `json:"tdur"`
	Args  json.RawMessage `json:"args"`
}

type thread struct{ pid, tid int }

// trace tells what the threads of two windows do for each message, by the browser's own names.
func (s *site) trace(author, reader *window) {
	s.t.Helper()
	var mu sync.Mutex
	var events []traced
	complete := make(chan struct{}, 1)
	s.must(chromedp.ListenBrowser(author.ctx, func(event any) {
		switch event := event.(type) {
		case *tracing.EventDataCollected:
			mu.Lock()
			defer mu.Unlock()
			for _, one := range event.Value {
				var e traced
				if json.Unmarshal(one, &e) == nil {
					events = append(events, e)
				}
			}
		case *tracing.EventTracingComplete:
			complete <- struct{}{}
		}
	}))
	categories := []string{"toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing", "cc", "viz", "benchmark"}
	_, err := chromedp.CallBrowser(author.ctx, tracing.Start, tracing.StartParams{TraceConfig: &tracing.TraceConfig{IncludedCategories: categories, ExcludedCategories: []string{"*"}}})
	s.must(err)
	for name, w := range map[string]*window{"author": author, "reader": reader} {
		evaluate[chromedp.Void](w, "void performance.mark('window of the "+name+"')")
	}
	s.say(author)
	_, err = chromedp.CallBrowser(author.ctx, tracing.End, cdp.Empty{})
	s.must(err)
	<-complete
	mu.Lock()
	defer mu.Unlock()
	if path := os.Getenv("HUBBUB_TRACE"); path != "" {
		text, err := json.Marshal(events)
		s.must(err)
		s.must(os.WriteFile(path, text, 0o600))
	}
	s.tellTrace(events)
}

func (s *site) must(err error) {
	if err != nil {
		s.t.Helper()
		s.t.Fatal(err)
	}
}

func (s *site) tellTrace(events []traced) {
	names, whose := map[thread]string{}, map[int]string{}
	for _, e := range events {
		var args struct{ Name string }
		switch {
		case e.Phase == "M" && e.Name == "thread_name" && json.Unmarshal(e.Args, &args) == nil:
			names[thread{e.PID, e.TID}] = args.Name
		case strings.HasPrefix(e.Name, "window of the "):
			whose[e.PID] = strings.TrimPrefix(e.Name, "window of the ")
		}
	}
	threads := map[thread][]traced{}
	for _, e := range events {
		if e.Phase == "X" {
			at := thread{e.PID, e.TID}
			threads[at] = append(threads[at], e)
		}
	}
	all := slices.SortedFunc(maps.Keys(threads), func(a, b thread) int { return cmp.Or(a.pid-b.pid, a.tid-b.tid) })
	for _, at := range all {
		own, count, total := ownTimes(threads[at])
		if total < 0.1*timedMessages*1000 {
			continue
		}
		kinds := slices.SortedFunc(maps.Keys(own), func(a, b string) int { return cmp.Compare(own[b], own[a]) })
		var parts []string
		for _, kind := range kinds[:min(22, len(kinds))] {
			parts = append(parts, fmt.Sprintf("%s %.2f (%.1f)", kind, own[kind]/1000/timedMessages, float64(count[kind])/timedMessages))
		}
		s.t.Logf("%s %s: %.1f ms a message: %s", cmp.Or(whose[at.pid], fmt.Sprint(at.pid)), names[at], total/1000/timedMessages, strings.Join(parts, ", "))
	}
}

// ownTimes tells how much of the time of events is their own, without that of the events within,
// how many they are, by name, and how long it is in all.
func ownTimes(events []traced) (own map[string]float64, count map[string]int, total float64) {
	slices.SortFunc(events, func(a, b traced) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.Time, a.Time)) })
	own, count = map[string]float64{}, map[string]int{}
	var open []traced
	for _, e := range events {
		for len(open) > 0 && e.Start >= open[len(open)-1].Start+open[len(open)-1].Time {
			open = open[:len(open)-1]
		}
		own[e.Name] += e.Spent
		count[e.Name]++
		if len(open) > 0 {
			own[open[len(open)-1].Name] -= e.Spent
		} else {
			total += e.Spent
		}
		open = append(open, e)
	}
	return own, count, total
}
