package connect

// Merge returns the file's text with the server in it. Everything else stays as
// it is, byte for byte, comments included, and so does whatever else the file
// says of a server of that name, such as its environment. changed is false if
// nothing had to be written. A file the client could not read is refused.
func (c Client) Merge(old []byte, s Server) (text []byte, changed bool, err error) {
	if c == Codex {
		return mergeTOML(old, c.section(), s, c.entry(s))
	}
	d, err := read(old, c.comments())
	if err != nil {
		return nil, false, err
	}
	before := string(d.text)
	if c == VSCode && s.URL != "" && s.Key != (Key{}) {
		ask := []member{{"type", "promptString"}, {"id", s.secret()}, {"description", "Key for " + s.URL}, {"password", true}}
		if err := d.include("inputs", "id", s.secret(), ask); err != nil {
			return nil, false, err
		}
	}
	at := []string{c.section(), s.Name}
	for i := range at {
		if err := d.open(at[:i], at[i]); err != nil {
			return nil, false, err
		}
	}
	is, err := d.find(at)
	if err != nil {
		return nil, false, err
	}
	for _, name := range s.other() {
		if _, ok := is.field(name); ok {
			return nil, false, s.taken()
		}
	}
	if err := d.setAll(at, c.entry(s)); err != nil {
		return nil, false, err
	}
	text = append(d.mark, d.text...)
	return text, string(d.text) != before, nil
}
