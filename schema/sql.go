package schema

import "embed"

// SQL holds the tables, in files to be applied in the order of their names,
// each once and never edited after a release. Column types that engines spell
// differently are tokens in double braces, which the store fills in.
//
//go:embed sql/*.sql
var SQL embed.FS
