package search

import (
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
)

// layouts are the forms of a date, each meaning its first instant.
func layouts() []string {
	return []string{
		"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339, "2006-01", "2006",
	}
}

// parseTime reads the value of before: or after:.
func parseTime(op, value string, now time.Time) (chat.Millis, error) {
	t, ok := relative(strings.ToLower(value), now)
	for _, layout := range layouts() {
		if ok {
			break
		}
		var err error
		t, err = time.ParseInLocation(layout, strings.ToUpper(value), now.Location())
		ok = err == nil
	}
	if !ok {
		return 0, chat.Errorf(chat.Invalid, "%q is no date: write %[2]s:%[3]s, %[2]s:%[4]s, %[2]s:yesterday or %[2]s:7d.",
			value, op, now.Format("2006-01-02"), now.Format("2006-01-02T15:04"))
	}
	if year := t.UTC().Year(); year < 2000 || year > 9999 {
		return 0, chat.Errorf(chat.Invalid, "The date in %s:%s is out of reach: the year must be 2000 to 9999.", op, value)
	}
	return chat.Millis(t.Unix() * 1000), nil
}

// relative reads a time that is counted from now: a day by name, or a number of
// hours, days or weeks ago.
func relative(value string, now time.Time) (time.Time, bool) {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch value {
	case "today":
		return midnight, true
	case "yesterday":
		return midnight.AddDate(0, 0, -1), true
	case "":
		return time.Time{}, false
	}
	n, err := strconv.ParseUint(value[:len(value)-1], 10, 16)
	if err != nil {
		return time.Time{}, false
	}
	switch value[len(value)-1] {
	case 'h':
		return now.Add(-time.Duration(n) * time.Hour), true
	case 'd':
		return now.AddDate(0, 0, -int(n)), true
	case 'w':
		return now.AddDate(0, 0, -7*int(n)), true
	}
	return time.Time{}, false
}

// formatTime returns a form of t that parseTime reads back in any zone. A Query
// has whole seconds.
func formatTime(t chat.Millis) string {
	return time.UnixMilli(int64(t)).UTC().Format(time.RFC3339)
}
