package schema

import (
	"math"
	"strings"
	"time"
)

// A Said is one quote as it counts for evidence: by whom, where and when.
type Said struct {
	Signal    ID
	Author    string
	Source    SourceKind
	At        time.Time
	Sentiment *float64
	Stance    Stance
}

// Evidence is what an item rests on, in figures that can be counted again by
// hand. The label follows from them by the table of Strength.
type Evidence struct {
	Quotes   int      `json:"quotes"`   // citations, of either stance
	Signals  int      `json:"signals"`  // distinct signals cited
	People   int      `json:"people"`   // distinct people who support it
	Sources  int      `json:"sources"`  // distinct kinds of source among the support
	Days     int      `json:"days"`     // from the oldest supporting signal to the newest
	AgeDays  int      `json:"age_days"` // since the newest supporting signal
	Disagree float64  `json:"disagree"` // share of the people who contradict it, 0 to 1, in thousandths
	Strength Strength `json:"strength"`
}

// Strength is how much evidence there is, from none to strong.
type Strength string

// The strengths.
const (
	NoEvidence Strength = "none"
	Weak       Strength = "weak"
	Moderate   Strength = "moderate"
	Strong     Strength = "strong"
	Contested  Strength = "contested"
)

// Values lists the strengths.
func (Strength) Values() []Strength { return []Strength{NoEvidence, Weak, Moderate, Strong, Contested} }

// The thresholds of the strength of evidence.
const (
	contestedShare = 0.3 // of the people disagree
	strongPeople   = 5
	strongSources  = 2
	moderatePeople = 2
	staleDays      = 365 // support older than this counts a grade less
)

// Voice tells the people who say something apart: by their handle, or, as
// nobody can tell them apart without one, all of one kind of source together.
func Voice(author string, source SourceKind) string {
	if author != "" {
		return author
	}
	return unknownVoice + string(source) + ")"
}

const unknownVoice = "(unknown, "

// Anonymous reports whether a voice is that of all who have no handle.
func Anonymous(voice string) bool { return strings.HasPrefix(voice, unknownVoice) }

// Weigh counts what has been said for and against an item, as of now.
//
//	contested  people on both sides, and at least 30 % of them disagree
//	strong     at least 5 people from at least 2 kinds of source, the newest within a year
//	moderate   at least 2 people, the newest within a year; or strong but older
//	weak       any other support
//	none       no quote supports it
func Weigh(said []Said, now time.Time) Evidence {
	e := Evidence{Quotes: len(said)}
	signals, sources := map[ID]bool{}, map[SourceKind]bool{}
	for_, against, all := map[string]bool{}, map[string]bool{}, map[string]bool{}
	var oldest, newest time.Time
	for _, s := range said {
		signals[s.Signal] = true
		who := Voice(s.Author, s.Source)
		all[who] = true
		if s.Stance == Contradicts {
			against[who] = true
			continue
		}
		for_[who], sources[s.Source] = true, true
		if oldest.IsZero() || s.At.Before(oldest) {
			oldest = s.At
		}
		if s.At.After(newest) {
			newest = s.At
		}
	}
	e.Signals, e.People, e.Sources = len(signals), len(for_), len(sources)
	if len(all) > 0 {
		e.Disagree = math.Round(1000*float64(len(against))/float64(len(all))) / 1000
	}
	if len(for_) > 0 {
		e.Days, e.AgeDays = days(oldest, newest), max(0, days(newest, now))
	}
	e.Strength = e.strength()
	return e
}

func (e Evidence) strength() Strength {
	grade := 0
	switch {
	case e.People == 0:
		return NoEvidence
	case e.Disagree >= contestedShare:
		return Contested
	case e.People >= strongPeople && e.Sources >= strongSources:
		grade = 2
	case e.People >= moderatePeople:
		grade = 1
	}
	if e.AgeDays > staleDays && grade > 0 {
		grade--
	}
	return []Strength{Weak, Moderate, Strong}[grade]
}

func days(from, to time.Time) int { return int(to.Sub(from).Hours() / 24) }

// Coverage is how well the insights of a step are evidenced.
type Coverage string

// The coverages of a step.
const (
	Assumed         Coverage = "assumed"          // no accepted insight cites anything
	PartlyEvidenced Coverage = "partly evidenced" // some do
	Evidenced       Coverage = "evidenced"        // every accepted insight does, and one of them at least moderately
)

// Values lists the coverages.
func (Coverage) Values() []Coverage { return []Coverage{Assumed, PartlyEvidenced, Evidenced} }

// CoverageOf judges a step by its accepted insights and what they rest on.
// Drafts and archived insights do not count.
func CoverageOf(items []*Item, evidence map[ID]Evidence) Coverage {
	insights, cited, firm := 0, 0, false
	for _, i := range items {
		if i.Type != Insight || i.Draft() || i.Status == "Archived" {
			continue
		}
		insights++
		e := evidence[i.ID]
		if e.People > 0 {
			cited++
		}
		firm = firm || e.Strength == Moderate || e.Strength == Strong
	}
	switch {
	case cited == 0:
		return Assumed
	case cited == insights && firm:
		return Evidenced
	}
	return PartlyEvidenced
}
