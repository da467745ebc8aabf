package browsertest

import (
	"slices"
	"strings"
	"testing"
)

// marks notes each title and icon that the page gives itself from now on, however soon it
// gives itself others.
const marks = `(() => {
	globalThis.marks = [];
	new MutationObserver((changes) => {
		for (const { addedNodes, oldValue } of changes) marks.push(...[...addedNodes].map((node) => node.data), oldValue ?? '');
		marks.push(document.title, document.querySelector('link[rel=icon]').href);
	}).observe(document.head, { subtree: true, childList: true, attributes: true, attributeOldValue: true, characterData: true, characterDataOldValue: true });
	return true;
})()`

// firstInSight tells which message is the first that is whole in sight, and how far below the top.
const firstInSight = `(() => {
	const { top } = document.getElementById('messages').getBoundingClientRect();
	const first = [...document.querySelectorAll('#messages .message[data-seq]')].find((one) => one.getBoundingClientRect().top >= top);
	return first.dataset.seq + ' ' + Math.round(first.getBoundingClientRect().top - top);
})()`

func marked(mark string) bool {
	return strings.Contains(mark, "•") || strings.Contains(mark, "circle")
}

func TestWhatIsSaidInSightIsReadAtOnce(t *testing.T) {
	t.Parallel()
	otter, ferret := twoGuests(t, desk)
	otter.site.pipe("stoat", 200, "line ")
	otter.hears("line 200")
	evaluate[bool](otter, marks)
	ferret.says("in sight")
	otter.hears("in sight")
	otter.until("the server to know that it is read", "fetch('/api/v1/rooms/lobby').then((answer) => answer.json()).then(({ unread }) => !unread)")
	if all := evaluate[[]string](otter, "marks"); slices.ContainsFunc(all, marked) {
		t.Errorf("the page is marked for what is in sight: %q", all)
	}

	evaluate[bool](otter, "(document.getElementById('messages').scrollTop -= 1500, true)")
	otter.sees(".bar.bottom", "To the newest message")
	before := evaluate[string](otter, firstInSight)
	ferret.says("out of sight")
	otter.sees(".bar.bottom", "1 new message")
	otter.until("the page to be marked", "marks.some((mark) => mark.includes('•')) && marks.some((mark) => mark.includes('circle'))")
	if after := evaluate[string](otter, firstInSight); after != before {
		t.Errorf("what is read has moved from %s to %s", before, after)
	}
	if unread := evaluate[int](otter, "fetch('/api/v1/rooms/lobby').then((answer) => answer.json()).then(({ unread }) => unread)"); unread != 1 {
		t.Errorf("the server counts %d as unread, want 1", unread)
	}
	otter.click(".bar.bottom", "1 new message")
	otter.hears("out of sight")
	otter.until("the mark to be gone", "!document.title.includes('•')")
}
