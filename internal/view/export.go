package view

import (
	"bytes"
	"encoding/json"

	"custory/resources"
	"custory/schema"
)

// Export is a journey as one HTML file that needs no server: the map, and in
// full the items given with it. Nothing in either is read as markup.
func Export(m *resources.MapView, items map[schema.ID]*resources.ItemView) (string, error) {
	still := *m
	still.You = resources.MapReader{Role: schema.Viewer} // whoever opens the file
	if items == nil {
		items = map[schema.ID]*resources.ItemView{}
	}
	var data bytes.Buffer
	e := json.NewEncoder(&data) // it writes <, > and & as escapes, so no text can end the element
	if err := e.Encode(struct {
		Map   *resources.MapView                `json:"map"`
		Items map[schema.ID]*resources.ItemView `json:"items"`
	}{&still, items}); err != nil {
		return "", err
	}
	return hosted("export", policy(page, "'none'"), `<script type="application/json" id="data">`+data.String()+`</script>`), nil
}
