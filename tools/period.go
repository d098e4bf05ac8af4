package tools

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A period is a span of time that a question names: from since on, and before
// until. Either may be open.
type period struct{ since, until time.Time }

func (p period) open() bool { return p.since.IsZero() && p.until.IsZero() }

// before is the span of the same length right before the period, which lasts
// until now if it is open, today as a whole day if it began with one; none if
// nobody said when it began.
func (p period) before(now time.Time) period {
	end := p.until
	if end.IsZero() {
		if end = now; p.since.Equal(p.since.Truncate(24 * time.Hour)) {
			end = now.Truncate(24*time.Hour).AddDate(0, 0, 1)
		}
	}
	if p.since.IsZero() || !end.After(p.since) {
		return period{}
	}
	return period{p.since.Add(p.since.Sub(end)), p.since}
}

const (
	monthForm = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`
	unitForm  = `(?:day|week|month|quarter|year)`
	spanForm  = `(\d{4}-\d{2}-\d{2}|\d{4}-\d{2}|(?:the )?\d{1,2}(?:st|nd|rd|th)?(?: of)? ` + monthForm + `\b(?:,? \d{4})?|` + monthForm + ` \d{1,2}(?:st|nd|rd|th)?\b(?:,? \d{4})?|` + monthForm + `\b(?:,? (?:of )?\d{4})?` +
		`|q[1-4]\b(?: (?:of )?\d{4})?|(?:the )?(?:last|past|this|previous|current) (?:week|month|quarter|year)|yesterday|today|(?:19|20)\d{2})`
)

var (
	betweenForm = regexp.MustCompile(`(?i)\b(?:between|from) ` + spanForm + ` (?:and|to|until|till|through) ` + spanForm + `\b`)
	sinceForm   = regexp.MustCompile(`(?i)\b(since|after|from|starting) ` + spanForm + `\b(?: on(?:wards?)?\b)?`)
	untilForm   = regexp.MustCompile(`(?i)\b(before|until|till|up to) ` + spanForm + `\b`)
	lastForm    = regexp.MustCompile(`(?i)\b(?:(?:in|during|within|over|for) )?(?:the )?(?:last|past|previous) (\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|twelve) (` + unitForm + `)s?\b`)
	inForm      = regexp.MustCompile(`(?i)\b(?:(in|during|on|of|for|within|over) )?` + spanForm + `\b`)
	spanOnly    = regexp.MustCompile(`(?i)^` + spanForm + `$`)
	dayForm     = regexp.MustCompile(`(\d{1,2})(?:st|nd|rd|th)?`)
	yearForm    = regexp.MustCompile(`\b(\d{4})\b`)
)

// setAgainst and comparedWith are how a question sets one span of time against
// another; the latter does only where it speaks of comparing, and is a range
// elsewhere.
var (
	setAgainst   = regexp.MustCompile(`(?i)\b(?:(in|during|of|for|on) )?` + spanForm + `,? (?:vs\.?|versus|against|than|compared (?:with|to)|differs? from) (?:(in|during|of|for|on) )?` + spanForm + `\b`)
	comparedWith = regexp.MustCompile(`(?i)\b(?:(between|from|in|during|of|for|on) )?` + spanForm + ` (?:and|to|with|or) (?:(in|during|of|for|on) )?` + spanForm + `\b`)
	comparing    = regexp.MustCompile(`(?i)\b(?:compar(?:e|ed|es|ing|ison)|differ(?:s|ed|ence|ences|ent)?)\b`)
)

// twoPeriodsIn reads the two spans of time that a question compares, and returns
// the question without them.
func twoPeriodsIn(question string, now time.Time) (earlier, later period, rest string, ok bool) {
	m := setAgainst.FindStringSubmatchIndex(question)
	if m == nil && comparing.MatchString(question) {
		m = comparedWith.FindStringSubmatchIndex(question)
	}
	if m == nil {
		return period{}, period{}, question, false
	}
	group := func(n int) string { return question[max(0, m[2*n]):max(0, m[2*n+1])] }
	preposition := first(group(1), group(3))
	if strings.EqualFold(preposition, "from") || !namesTime(preposition, group(2)) || !namesTime(preposition, group(4)) {
		return period{}, period{}, question, false
	}
	earlier, later = spanOf(group(2), now), spanOf(group(4), now)
	if later.since.Before(earlier.since) {
		earlier, later = later, earlier
	}
	return earlier, later, question[:m[0]] + " " + question[m[1]:], true
}

// periodIn reads the span of time that a question names, as of now, and returns
// the question without it. A month without a year is the last that has begun;
// weeks begin on Monday.
func periodIn(question string, now time.Time) (p period, rest string) {
	cutOut := func(form *regexp.Regexp) []string {
		at := form.FindStringSubmatchIndex(question)
		if at == nil {
			return nil
		}
		var groups []string
		for i := 0; i < len(at); i += 2 {
			groups = append(groups, question[max(0, at[i]):max(0, at[i+1])])
		}
		question = question[:at[0]] + " " + question[at[1]:]
		return groups
	}
	if m := cutOut(betweenForm); m != nil {
		return period{spanOf(m[1], now).since, spanOf(m[2], now).until}, question
	}
	if m := cutOut(lastForm); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			n, _ = strconv.Atoi(numberWords[strings.ToLower(m[1])])
		}
		return period{since: ago(now, n, strings.ToLower(m[2]))}, question
	}
	if m := cutOut(sinceForm); m != nil {
		p.since = spanOf(m[2], now).since
		if strings.EqualFold(m[1], "after") {
			p.since = spanOf(m[2], now).until
		}
	}
	if m := cutOut(untilForm); m != nil {
		p.until = spanOf(m[2], now).until
		if strings.EqualFold(m[1], "before") {
			p.until = spanOf(m[2], now).since
		}
	}
	if !p.open() {
		return p, question
	}
	whole := question
	if m := cutOut(inForm); m != nil && namesTime(m[1], m[2]) {
		return spanOf(m[2], now), question
	}
	return p, whole
}

// namesTime tells a time from a word that may be none: "may" and "march" are
// months after a preposition or in capitals, and a number is a year after one.
func namesTime(preposition, span string) bool {
	if _, err := strconv.Atoi(span); err == nil {
		return preposition != "" && !strings.EqualFold(preposition, "of")
	}
	return preposition != "" || !regexp.MustCompile(`^(?:may|mar|march|jan|sep|dec|nov|oct)$`).MatchString(span)
}

// ago is so many units before now.
func ago(now time.Time, n int, unit string) time.Time {
	switch unit {
	case "week":
		return now.AddDate(0, 0, -7*n)
	case "month":
		return now.AddDate(0, -n, 0)
	case "quarter":
		return now.AddDate(0, -3*n, 0)
	case "year":
		return now.AddDate(-n, 0, 0)
	}
	return now.AddDate(0, 0, -n)
}

// spanOf is the span that a text of spanForm names.
func spanOf(text string, now time.Time) period {
	text = strings.TrimPrefix(strings.ToLower(text), "the ")
	for layout, length := range map[string][3]int{time.DateOnly: {0, 0, 1}, "2006-01": {0, 1, 0}, "2006": {1, 0, 0}} {
		if t, err := time.Parse(layout, text); err == nil {
			return period{t, t.AddDate(length[0], length[1], length[2])}
		}
	}
	if !spanOnly.MatchString(text) {
		return period{}
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	switch text {
	case "today":
		return period{today, today.AddDate(0, 0, 1)}
	case "yesterday":
		return period{today.AddDate(0, 0, -1), today}
	}
	if before, unit, ok := strings.Cut(text, " "); ok && strings.Contains("last past this previous current", before) {
		return unitSpan(today, unit, before == "this" || before == "current")
	}
	return calendarSpan(text, now)
}

// unitSpan is the week, month, quarter or year of today, or the one before.
func unitSpan(today time.Time, unit string, this bool) period {
	y, m := today.Year(), today.Month()
	begin := time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)
	step := func(t time.Time, n int) time.Time { return t.AddDate(n, 0, 0) }
	switch unit {
	case "week":
		begin = today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
		step = func(t time.Time, n int) time.Time { return t.AddDate(0, 0, 7*n) }
	case "month":
		begin = time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
		step = func(t time.Time, n int) time.Time { return t.AddDate(0, n, 0) }
	case "quarter":
		begin = time.Date(y, m-(m-1)%3, 1, 0, 0, 0, 0, time.UTC)
		step = func(t time.Time, n int) time.Time { return t.AddDate(0, 3*n, 0) }
	}
	if this {
		return period{begin, step(begin, 1)}
	}
	return period{step(begin, -1), begin}
}

// calendarSpan is a quarter, a month, or a day of one.
func calendarSpan(text string, now time.Time) period {
	year := 0
	if m := yearForm.FindString(text); m != "" {
		year, _ = strconv.Atoi(m)
		text = strings.Replace(text, m, "", 1)
	}
	month, months, day := time.Month(0), 1, 0
	if text[0] == 'q' {
		month, months = time.Month(3*int(text[1]-'1')+1), 3
	} else {
		for m := time.January; m <= time.December; m++ {
			if strings.Contains(text, strings.ToLower(m.String()[:3])) {
				month = m
			}
		}
		if m := dayForm.FindStringSubmatch(text); m != nil {
			day, _ = strconv.Atoi(m[1])
		}
	}
	if year == 0 {
		if year = now.Year(); month > now.Month() {
			year--
		}
	}
	if day > 0 {
		begin := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		return period{begin, begin.AddDate(0, 0, 1)}
	}
	begin := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return period{begin, begin.AddDate(0, months, 0)}
}

// inWords tells a period by its days.
func (p period) inWords() string {
	switch last := p.until.Add(-time.Millisecond); {
	case p.open():
		return ""
	case p.until.IsZero():
		return "since " + day(p.since)
	case p.since.IsZero():
		return "before " + day(p.until)
	case day(last) == day(p.since):
		return "on " + day(p.since)
	default:
		return "from " + day(p.since) + " to " + day(last)
	}
}
