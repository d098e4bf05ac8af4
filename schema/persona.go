package schema

// A Persona is an archetype of the people a journey is about. The workspace
// keeps it; journeys and items refer to it.
type Persona struct {
	Head
	Slugs
	Name            string          `json:"name"`
	Bio             string          `json:"bio,omitempty"`
	Role            string          `json:"role,omitempty"`
	RoleInJourney   RoleInJourney   `json:"role_in_journey,omitempty"`
	JobToBeDone     string          `json:"job_to_be_done,omitempty"`
	BuyingInfluence BuyingInfluence `json:"buying_influence,omitempty"`
	Budget          string          `json:"budget,omitempty"`
	Location        string          `json:"location,omitempty"`
	Goals           []string        `json:"goals,omitempty"`
	Frustrations    []string        `json:"frustrations,omitempty"`
	Motivations     []string        `json:"motivations,omitempty"`
	TechSavviness   TechSavviness   `json:"tech_savviness,omitempty"`
	Devices         []string        `json:"devices,omitempty"`
	Tools           []string        `json:"tools,omitempty"`
	Hidden          []string        `json:"hidden,omitempty"` // fields that are not shown
}

// PersonaFields are the fields of a persona that can be hidden.
func PersonaFields() []string {
	return []string{"bio", "role", "role_in_journey", "job_to_be_done", "buying_influence", "budget", "location",
		"goals", "frustrations", "motivations", "tech_savviness", "devices", "tools"}
}

// A RoleInJourney is the part a persona plays.
type RoleInJourney string

// Values lists the roles in a journey.
func (RoleInJourney) Values() []RoleInJourney {
	return []RoleInJourney{"End user", "Team admin", "Manager", "Buyer", "Approver", "Champion"}
}

// BuyingInfluence is a persona's say in a purchase.
type BuyingInfluence string

// Values lists the influences.
func (BuyingInfluence) Values() []BuyingInfluence {
	return []BuyingInfluence{"Not involved", "Recommends", "Evaluates", "Approves", "Owns budget"}
}

// TechSavviness is how at home a persona is with technology.
type TechSavviness string

// Values lists the levels.
func (TechSavviness) Values() []TechSavviness { return []TechSavviness{"Low", "Medium", "High"} }

// Kind is KindPersona.
func (*Persona) Kind() Kind { return KindPersona }

// Parent is nothing: a persona belongs to the workspace as a whole.
func (*Persona) Parent() Ref { return Ref{} }

// Heading is the persona's name.
func (p *Persona) Heading() string { return p.Name }

// SlugsOf returns the persona's readable names.
func (p *Persona) SlugsOf() *Slugs { return &p.Slugs }

// Validate checks every field.
func (p *Persona) Validate() error {
	var c check
	c.line("name", p.Name)
	c.text("bio", p.Bio, MaxText)
	c.optLine("role", p.Role)
	oneOf(&c, "role_in_journey", p.RoleInJourney)
	c.text("job_to_be_done", p.JobToBeDone, MaxText)
	oneOf(&c, "buying_influence", p.BuyingInfluence)
	c.optLine("budget", p.Budget)
	c.optLine("location", p.Location)
	c.lines("goals", p.Goals)
	c.lines("frustrations", p.Frustrations)
	c.lines("motivations", p.Motivations)
	oneOf(&c, "tech_savviness", p.TechSavviness)
	c.lines("devices", p.Devices)
	c.lines("tools", p.Tools)
	c.subset("hidden", p.Hidden, PersonaFields())
	return c.result()
}
