package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
)

// An Entry is a server as the MCP Registry lists it.
type Entry struct {
	Schema      string      `json:"$schema"`
	Name        string      `json:"name"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Version     string      `json:"version"`
	Repository  EntrySource `json:"repository"`
	Packages    []Package   `json:"packages"`
}

// The parts of an entry.
type (
	EntrySource struct {
		URL    string `json:"url"`
		Source string `json:"source"`
	}
	Package struct {
		RegistryType string     `json:"registryType"`
		Identifier   string     `json:"identifier"`
		SHA256       string     `json:"fileSha256,omitempty"`
		RuntimeArgs  []Argument `json:"runtimeArguments,omitempty"`
		PackageArgs  []Argument `json:"packageArguments,omitempty"`
		Environment  []Variable `json:"environmentVariables,omitempty"`
		Transport    Transport  `json:"transport"`
	}
	Argument struct {
		Type        string `json:"type"`
		Name        string `json:"name,omitempty"`
		Value       string `json:"value"`
		Description string `json:"description"`
	}
	Variable struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Format      string `json:"format"`
	}
	Transport struct {
		Type string `json:"type"`
	}
)

// registry describes the bundle and the container image of a version. Neither
// has a version of its own in the entry: both carry it in their names.
func registry(p Project, version, bundle string) (*Entry, error) {
	sum, err := sumOf(bundle)
	if err != nil {
		return nil, err
	}
	return &Entry{
		Schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
		Name:   p.Server(), Title: "Custory", Description: about, Version: version,
		Repository: EntrySource{URL: p.URL(), Source: "github"},
		Packages: []Package{
			{
				RegistryType: "mcpb", Identifier: p.Bundle(version), SHA256: sum,
				Environment: []Variable{{Name: "CUSTORY_DB", Description: "The database file; by default one in your data folder", Format: "filepath"}},
				Transport:   Transport{Type: "stdio"},
			},
			{
				RegistryType: "oci", Identifier: p.Image(version),
				RuntimeArgs: []Argument{{Type: "named", Name: "--volume", Value: "custory:/data", Description: "Keeps the database"}},
				PackageArgs: []Argument{{Type: "positional", Value: "serve", Description: "Serves over standard input and output"}},
				Transport:   Transport{Type: "stdio"},
			},
		},
	}, nil
}

// sumOf is the SHA-256 of a file.
func sumOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("name the packed file with -bundle: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}
