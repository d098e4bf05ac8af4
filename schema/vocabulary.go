package schema

import "reflect"

// An Enumeration is a closed list of values.
type Enumeration struct {
	Name   string
	Type   reflect.Type
	Values []string
}

// Enumerations lists every closed list of the model, so that JSON Schemas,
// the vocabulary and the tests derive from one place.
func Enumerations() []Enumeration {
	return []Enumeration{
		enumeration[ItemType]("item type"),
		enumeration[Channel]("channel"),
		enumeration[InsightType]("insight type"),
		enumeration[Confidence]("confidence"),
		enumeration[Priority]("priority"),
		enumeration[SolutionType]("solution type"),
		enumeration[MetricType]("metric type"),
		enumeration[Unit]("unit"),
		enumeration[Direction]("direction"),
		enumeration[EvaluationPeriod]("evaluation period"),
		enumeration[Review]("review"),
		enumeration[RoleInJourney]("role in journey"),
		enumeration[BuyingInfluence]("buying influence"),
		enumeration[TechSavviness]("tech savviness"),
		enumeration[SourceKind]("source"),
		enumeration[SignalState]("signal state"),
		enumeration[PlacementState]("placement state"),
		enumeration[Stance]("stance"),
		enumeration[Strength]("strength"),
		enumeration[Coverage]("coverage"),
		enumeration[NoteState]("note state"),
		enumeration[Platform]("platform"),
		enumeration[Trigger]("trigger"),
		enumeration[KeyStatus]("key status"),
		enumeration[InvitationState]("invitation state"),
		enumeration[JoinState]("join request state"),
		{"role", reflect.TypeFor[Role](), roleNames[Viewer:]},
	}
}

func enumeration[E interface {
	~string
	Values() []E
}](name string) Enumeration {
	var e E
	return Enumeration{name, reflect.TypeFor[E](), texts(e.Values())}
}
