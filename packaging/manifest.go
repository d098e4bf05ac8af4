package main

import (
	"fmt"
	"slices"
	"strings"

	"custory/tools"
)

// about is the program in one line; the registry allows a hundred characters.
const about = "Your team's customer journey as the shared memory of its AI assistants, with quotes as evidence"

const story = `custory keeps a team's customer journey where its assistants can work on it: they read journey context, file what customers said onto the step it speaks about, and answer questions from it. Every insight rests on quotes that can be checked, and every write can be taken back.

Everything is kept in one file on this computer. Nothing is sent anywhere, and no account, key or network is needed. What the assistant reads from it becomes part of your conversation with the assistant, under the terms of its maker.`

// A Manifest is what a bundle says of itself, in version 0.3 of its format.
type Manifest struct {
	ManifestVersion string             `json:"manifest_version"`
	Name            string             `json:"name"`
	DisplayName     string             `json:"display_name"`
	Version         string             `json:"version"`
	Description     string             `json:"description"`
	LongDescription string             `json:"long_description"`
	Author          Author             `json:"author"`
	Repository      Repository         `json:"repository"`
	Homepage        string             `json:"homepage"`
	Documentation   string             `json:"documentation"`
	Support         string             `json:"support"`
	License         string             `json:"license"`
	Keywords        []string           `json:"keywords"`
	Server          Server             `json:"server"`
	Tools           []Tool             `json:"tools"`
	PromptsMade     bool               `json:"prompts_generated"`
	UserConfig      map[string]Setting `json:"user_config"`
	Privacy         []string           `json:"privacy_policies"`
	Compatibility   Compatibility      `json:"compatibility"`
}

// The parts of a manifest.
type (
	Author struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	Repository struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	Server struct {
		Type       string `json:"type"`
		EntryPoint string `json:"entry_point"`
		Config     Start  `json:"mcp_config"`
	}
	Start struct {
		Command   string           `json:"command"`
		Args      []string         `json:"args"`
		Overrides map[string]Start `json:"platform_overrides,omitempty"`
	}
	Tool struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	Setting struct {
		Type        string `json:"type"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Default     any    `json:"default"`
		Required    bool   `json:"required"`
	}
	Compatibility struct {
		Platforms []string `json:"platforms"`
	}
)

// platforms are the systems as a manifest names them.
var platforms = map[string]string{"linux": "linux", "darwin": "darwin", "windows": "win32"}

// manifest describes a bundle that holds the program for the targets, such as
// linux/amd64. A manifest tells systems apart but not processors: on Linux and
// macOS a script chooses, and Windows on Arm runs what is built for amd64.
func manifest(p Project, version string, targets []string) (*Manifest, error) {
	var on []string
	for _, t := range targets {
		system, _, _ := strings.Cut(t, "/")
		name, ok := platforms[system]
		if !ok {
			return nil, fmt.Errorf("there is no bundle for %q", t)
		}
		if !slices.Contains(on, name) {
			on = append(on, name)
		}
	}
	if len(on) == 0 {
		return nil, fmt.Errorf("name what the bundle is for, such as linux/amd64")
	}
	slices.Sort(on)
	serve := []string{"serve", "--db=${user_config.database}", "--read-only=${user_config.read_only}"}
	m := &Manifest{
		ManifestVersion: "0.3", Name: "custory", DisplayName: "Custory", Version: version,
		Description: about, LongDescription: story,
		Author:     Author{Name: p.Owner, URL: "https://github.com/" + p.Owner},
		Repository: Repository{Type: "git", URL: p.URL()},
		Homepage:   p.URL(), Documentation: p.URL() + "/blob/main/README.md", Support: p.URL() + "/issues",
		License: "Apache-2.0", Keywords: []string{"customer journey", "insights", "feedback", "product", "memory"},
		Server: Server{
			Type: "binary", EntryPoint: "server/launch.sh",
			Config: Start{
				Command: "/bin/sh", Args: append([]string{"${__dirname}/server/launch.sh"}, serve...),
				Overrides: map[string]Start{"win32": {Command: "${__dirname}/server/custory-windows-amd64.exe", Args: serve}},
			},
		},
		PromptsMade: true,
		UserConfig: map[string]Setting{
			"database": {
				Type: "string", Title: "Database file", Default: "",
				Description: "Where journeys are kept. Leave it empty for a file in your data folder; a file that is not there is made.",
			},
			"read_only": {
				Type: "boolean", Title: "Read only", Default: false,
				Description: "Offer only the tools that read.",
			},
		},
		Privacy:       []string{p.Privacy()},
		Compatibility: Compatibility{Platforms: on},
	}
	for _, t := range tools.All() {
		if t.Toolset == tools.Core {
			m.Tools = append(m.Tools, Tool{t.Name, t.Doc})
		}
	}
	return m, nil
}
