package format

import (
	"fmt"
	"strings"
)

// A field is one of our fields, by its name and the other names that files give
// it, the likeliest first.
type field []string

// columns tells for each of our fields which column of a file holds it.
type columns map[string]int

func (c columns) has(field string) bool {
	_, ok := c[field]
	return ok
}

// match finds the columns of the fields by the names in a header. What chosen
// says of a field goes before its names. A column serves one field.
func match(header []string, fields []field, chosen map[string]string) columns {
	at := make(map[string]int, len(header))
	for i := len(header) - 1; i >= 0; i-- { // of two with one name, the first
		at[plain(header[i])] = i
	}
	found := columns{}
	for name, column := range chosen {
		if i, ok := at[plain(column)]; ok {
			found[name] = i
		}
	}
	for _, column := range chosen {
		delete(at, plain(column))
	}
	for _, f := range fields {
		if chosen[f[0]] != "" {
			continue
		}
		for _, alias := range f {
			if i, ok := at[alias]; ok {
				found[f[0]] = i
				delete(at, alias)
				break
			}
		}
	}
	return found
}

// plain returns the name of a column as field writes it: "Customer step" is
// customer_step.
func plain(column string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(column)))
}

// quoted lists names in a message, and no more than a person would read.
func quoted(names []string) string {
	const most = 12
	var list []string
	for _, name := range names[:min(len(names), most)] {
		list = append(list, fmt.Sprintf("%.80q", strings.TrimSpace(name)))
	}
	text := strings.Join(list, ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
