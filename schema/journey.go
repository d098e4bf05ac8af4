package schema

// A Journey is one flow of a customer, to be understood or improved.
type Journey struct {
	Head
	Slugs
	Name        string       `json:"name"`
	Description string       `json:"description,omitempty"`
	Personas    []ID         `json:"personas,omitempty"` // whom it is about
	Defaults    Destinations `json:"defaults,omitzero"`
}

// Destinations are where a journey's work goes by default, one for each tool.
type Destinations struct {
	LinearTeam       string `json:"linear_team,omitempty"`
	JiraProject      string `json:"jira_project,omitempty"`
	JiraIssueType    string `json:"jira_issue_type,omitempty"`
	NotionDatabase   string `json:"notion_database,omitempty"`
	GitHubRepository string `json:"github_repository,omitempty"`
	FigmaSource      string `json:"figma_source,omitempty"`
}

// Kind is KindJourney.
func (*Journey) Kind() Kind { return KindJourney }

// Parent is nothing: a journey belongs to the workspace as a whole.
func (*Journey) Parent() Ref { return Ref{} }

// Heading is the journey's name.
func (j *Journey) Heading() string { return j.Name }

// SlugsOf returns the journey's readable names.
func (j *Journey) SlugsOf() *Slugs { return &j.Slugs }

// Validate checks the name, the description, the personas and the defaults.
func (j *Journey) Validate() error {
	var c check
	c.line("name", j.Name)
	c.text("description", j.Description, MaxText)
	c.refs("personas", j.Personas, KindPersona)
	d := j.Defaults
	c.optLine("defaults.linear_team", d.LinearTeam)
	c.optLine("defaults.jira_project", d.JiraProject)
	c.optLine("defaults.jira_issue_type", d.JiraIssueType)
	c.optLine("defaults.notion_database", d.NotionDatabase)
	c.optLine("defaults.github_repository", d.GitHubRepository)
	c.optLine("defaults.figma_source", d.FigmaSource)
	return c.result()
}

// A Stage is a broad phase of a journey.
type Stage struct {
	Head
	Journey     ID     `json:"journey"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Position    int    `json:"position"` // among the stages of the journey; only its order counts
}

// Kind is KindStage.
func (*Stage) Kind() Kind { return KindStage }

// Parent is the journey.
func (s *Stage) Parent() Ref { return Ref{KindJourney, s.Journey} }

// Validate checks the journey's id, the name and the description.
func (s *Stage) Validate() error {
	var c check
	c.ref("journey", s.Journey, KindJourney)
	c.line("name", s.Name)
	c.text("description", s.Description, MaxText)
	return c.result()
}

// A Step is one moment of the customer within a stage, named from the
// customer's point of view.
type Step struct {
	Head
	Stage       ID     `json:"stage"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Position    int    `json:"position"`          // among the steps of the stage; only its order counts
	Emotion     *int   `json:"emotion,omitempty"` // how the moment feels, 1 (bad) to 5 (good), as a person judged it
	Personas    []ID   `json:"personas,omitempty"`
}

// Kind is KindStep.
func (*Step) Kind() Kind { return KindStep }

// Parent is the stage.
func (s *Step) Parent() Ref { return Ref{KindStage, s.Stage} }

// Validate checks the stage's id, the texts, the emotion and the personas.
func (s *Step) Validate() error {
	var c check
	c.ref("stage", s.Stage, KindStage)
	c.line("name", s.Name)
	c.text("description", s.Description, MaxText)
	c.between("emotion", s.Emotion, 1, 5)
	c.refs("personas", s.Personas, KindPersona)
	return c.result()
}

// A Nesting hangs a journey below a step of another. A journey stands below a
// step at most once, and never below itself, however far.
type Nesting struct {
	Head
	Step     ID  `json:"step"`
	Journey  ID  `json:"journey"` // the child
	Position int `json:"position"`
}

// Kind is KindNesting.
func (*Nesting) Kind() Kind { return KindNesting }

// Parent is the step above.
func (n *Nesting) Parent() Ref { return Ref{KindStep, n.Step} }

// Validate checks both ids.
func (n *Nesting) Validate() error {
	var c check
	c.ref("step", n.Step, KindStep)
	c.ref("journey", n.Journey, KindJourney)
	return c.result()
}
