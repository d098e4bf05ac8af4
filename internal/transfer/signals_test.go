package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"custory/internal/format"
	"custory/internal/transfer"
	"custory/schema"
)

// file files a table of signals, and returns what became of it and the rows
// that were rejected.
func (d *desk) file(t *testing.T, s transfer.Signals, csv string) (transfer.Tally, []format.Reject) {
	t.Helper()
	rows, err := format.ReadSignals(strings.NewReader(csv), format.SignalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var rejects []format.Reject
	s.Tools, s.Actor = d.set, d.actor
	s.Reject = func(r format.Reject) error { rejects = append(rejects, r); return nil }
	tally, err := s.Import(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	return tally, rejects
}

func TestRowsThatCannotBeFiledAreRejectedAndTheRestFiled(t *testing.T) {
	d := newDesk(t)
	tally, rejects := d.file(t, transfer.Signals{Source: "support"}, `text,said_at,sentiment,url,source
good one,2030-01-01,,,
no date,yesterday,,,
,2030-01-01,,,
bad mood,,grim,,
too glad,,7,,
bad link,,,ftp://x,
two faults,,9,ftp://x,
"never closed,,,,
good two,2030-01-01T10:00:00+02:00,0.5,https://example.com,Research
`)
	if tally.New != 2 || tally.Rejected != 7 || tally.Inbox != 2 || len(tally.Calls) != 1 {
		t.Errorf("%+v", tally)
	}
	want := []struct {
		line   int
		reason string
	}{
		{3, `said_at is "yesterday", which is not a date`}, {4, "the text is empty"}, {5, `sentiment is "grim"`}, {9, "quotation mark"},
		{6, "sentiment is 7; it must be"}, {7, "url must be an address"}, {8, "url must be an address that begins with http:// or https://; sentiment is 9"},
	}
	for i, w := range want {
		if i >= len(rejects) || rejects[i].Line != w.line || !strings.HasPrefix(rejects[i].Reason, w.reason) && !strings.Contains(rejects[i].Reason, w.reason) {
			t.Errorf("rejects are %+v, want %d: %s at %d", rejects, w.line, w.reason, i)
			break
		}
	}
	text := d.call(t, "search", `{"query": "good two", "kinds": ["signal"]}`)
	if !strings.Contains(text, "good two") {
		t.Errorf("search: %s", text)
	}
}

func TestASecondImportFindsEverythingThere(t *testing.T) {
	d := newDesk(t)
	var csv strings.Builder
	csv.WriteString("text,author\n")
	for n := range 450 {
		fmt.Fprintf(&csv, "message number %d,u-%d\n", n, n%7)
	}
	var told []int
	tally, _ := d.file(t, transfer.Signals{Progress: func(t transfer.Tally) { told = append(told, t.Rows()) }}, csv.String())
	if tally.New != 450 || len(tally.Calls) != 3 || !reflect.DeepEqual(told, []int{200, 400, 450}) {
		t.Errorf("%+v, told %v", tally, told)
	}
	tally, _ = d.file(t, transfer.Signals{}, csv.String())
	if tally.New != 0 || tally.Known != 450 || len(tally.Calls) != 0 {
		t.Errorf("a second time: %+v", tally)
	}
}

func TestStepsThatAreNamedLaterAreUsed(t *testing.T) {
	d := furnished(t)
	d.file(t, transfer.Signals{Place: "none"}, "text,author\nno prices anywhere,u-1\nI was charged twice,u-2\nwhere is my invoice,u-3\n")
	labelled := "text,author,step\nno prices anywhere,u-1,I find out what it costs\nI was charged twice,u-2,\nwhere is my invoice,u-3,I pay\n"
	for run, want := range []int{2, 0} {
		if tally, _ := d.file(t, transfer.Signals{}, labelled); tally.Known != 3 || tally.Settled != want {
			t.Errorf("run %d: %+v, want %d settled", run+1, tally, want)
		}
	}
	moved := strings.Replace(labelled, "u-1,I find out what it costs", "u-1,I pay", 1)
	if tally, _ := d.file(t, transfer.Signals{}, moved); tally.Settled != 0 {
		t.Errorf("what was decided was decided anew: %+v", tally)
	}
}

func TestADryRunCountsAsTheRealOne(t *testing.T) {
	d := newDesk(t)
	var csv strings.Builder
	csv.WriteString("text,source\n")
	for n := range 600 {
		fmt.Fprintf(&csv, "message %d,Zendesk\n", n%250)
	}
	dry, _ := d.file(t, transfer.Signals{DryRun: true}, csv.String())
	wet, _ := d.file(t, transfer.Signals{}, csv.String())
	dry.Calls, wet.Calls = nil, nil
	if !reflect.DeepEqual(dry, wet) || wet.New != 250 || wet.Known != 350 {
		t.Errorf("dry %+v, real %+v", dry, wet)
	}
}

func TestWhatRowsName(t *testing.T) {
	d := newDesk(t)
	d.call(t, "save_persona", `{"name": "Ada"}`)
	for _, name := range []string{"One", "Two"} {
		d.call(t, "edit_journey", fmt.Sprintf(`{"operations": [{"op": "create_journey", "name": %q, "outline": "Deciding\n  I pay"}]}`, name))
	}
	const csv = `text,step,persona,source,source_name
first,I pay,Ada,Zendesk,
second,i pay,ADA,Helpdesk,Second line
third,I fly,Bob,support,Desk
`
	tally, _ := d.file(t, transfer.Signals{Journey: "two", Place: "none"}, csv)
	if tally.Placed != 2 || tally.Inbox != 1 {
		t.Errorf("%+v", tally)
	}
	var says []string
	for _, n := range tally.Notes {
		says = append(says, fmt.Sprintf("%d %s %s", n.Rows, n.Example, n.Says))
	}
	want := []string{
		"1 Zendesk the source is no kind of source, and was taken as the name of one",
		"1 Helpdesk the source is no kind of source, and was not used",
		"1 I fly the step it names is none of the workspace, and was not used",
		"1 Bob the persona it names is none of the workspace, and was left out",
	}
	if !reflect.DeepEqual(says, want) {
		t.Errorf("notes %q, want %q", says, want)
	}
	steps := d.call(t, "get_journey", `{"journey": "two", "format": "outline"}`)
	if !strings.Contains(steps, "2 placed") && !strings.Contains(steps, "2 signals") {
		t.Errorf("the second journey has not got both: %s", steps)
	}
}

func TestAStopKeepsWhatIsIn(t *testing.T) {
	d := newDesk(t)
	rows := func(yield func(format.Signal, *format.Reject) bool) {
		for n := 1; yield(format.Signal{Line: n, Text: fmt.Sprint("message ", n)}, nil); n++ {
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := transfer.Signals{Tools: d.set, Actor: d.actor, Progress: func(transfer.Tally) { cancel() }}
	tally, err := s.Import(ctx, rows)
	if !errors.Is(err, context.Canceled) || tally.New != 200 {
		t.Errorf("%+v, %v", tally, err)
	}
}

func TestAFaultOfTheWholeIsNoReject(t *testing.T) {
	d := newDesk(t)
	for _, tt := range []struct {
		s    transfer.Signals
		want string
	}{
		{transfer.Signals{Place: "sideways"}, "place cannot be"},
		{transfer.Signals{Source: "gossip"}, `source cannot be "gossip"`},
		{transfer.Signals{Journey: "nowhere"}, `there is no journey "nowhere"`},
	} {
		tt.s.Tools, tt.s.Actor = d.set, d.actor
		rows, err := format.ReadSignals(strings.NewReader("text\nhello\n"), format.SignalOptions{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = tt.s.Import(t.Context(), rows)
		if err == nil || !strings.Contains(err.Error(), tt.want) || schema.FaultsOf(err) == nil {
			t.Errorf("%+v: %v, want %q", tt.s, err, tt.want)
		}
	}
}
