package connect

import (
	"path"
	"strings"
)

// A System is what the places of files depend on.
type System struct {
	OS     string              // as runtime.GOOS has it
	Home   string              // the user's folder
	Folder string              // the current one
	Env    func(string) string // as os.Getenv
}

// config is where programs keep their settings.
func (s System) config() string {
	switch {
	case s.OS == "darwin":
		return s.join(s.Home, "Library", "Application Support")
	case s.OS == "windows" && s.Env("APPDATA") != "":
		return s.Env("APPDATA")
	case s.OS == "windows":
		return s.join(s.Home, "AppData", "Roaming")
	case path.IsAbs(s.Env("XDG_CONFIG_HOME")):
		return s.Env("XDG_CONFIG_HOME")
	}
	return s.join(s.Home, ".config")
}

// join joins the parts of a path as the system writes it.
func (s System) join(parts ...string) string {
	if s.OS == "windows" {
		return strings.Join(parts, `\`)
	}
	return path.Join(parts...)
}
