package main

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed project.env
var projectEnv string

// A Project is who publishes the program, and where.
type Project struct{ Owner, Repository string }

// project reads what project.env says.
func project() (p Project, err error) {
	for line := range strings.SplitSeq(projectEnv, "\n") {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "OWNER":
			p.Owner = value
		case "REPOSITORY":
			p.Repository = value
		}
	}
	if p.Owner == "" || p.Repository == "" {
		return p, fmt.Errorf("project.env has to say OWNER and REPOSITORY")
	}
	return p, nil
}

// URL is where the source is.
func (p Project) URL() string { return "https://github.com/" + p.Owner + "/" + p.Repository }

// Privacy is what a person reads about what becomes of their data.
func (p Project) Privacy() string { return p.URL() + "/blob/main/docs/trust.md#privacy" }

// Server is the name in the registry.
func (p Project) Server() string { return "io.github." + p.Owner + "/" + p.Repository }

// Image is the container image of a version.
func (p Project) Image(version string) string {
	return "ghcr.io/" + strings.ToLower(p.Owner+"/"+p.Repository) + ":" + version
}

// Bundle is where the bundle of a version is.
func (p Project) Bundle(version string) string {
	return p.URL() + "/releases/download/v" + version + "/custory-" + version + ".mcpb"
}
