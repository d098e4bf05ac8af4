package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"custory/internal/mcpclient"
)

// TestBundleStarts starts the server of a bundle in the way its manifest says,
// and has it list the tools the manifest names. CUSTORY_BUNDLE names the folder
// of one that was packed and unpacked; without it, what packing would put into
// one for this machine is laid out.
func TestBundleStarts(t *testing.T) {
	folder := os.Getenv("CUSTORY_BUNDLE")
	if folder == "" {
		folder = layOut(t)
	}
	text, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	for _, readOnly := range []string{"false", "true"} {
		command, args := starts(m, folder, filepath.Join(t.TempDir(), "bundle.db"), readOnly)
		c, err := mcpclient.Spawn(t.Context(), mcpclient.Options{}, command, args...)
		if err != nil {
			t.Fatal(err)
		}
		tools, err := c.Tools(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("it does not stop: %v", err)
		}
		if readOnly == "true" {
			if len(tools) == 0 || len(tools) >= len(m.Tools) {
				t.Errorf("a server that only reads lists %d tools of %d", len(tools), len(m.Tools))
			}
			continue
		}
		var is, says []string
		for _, tool := range tools {
			is = append(is, tool.Name)
		}
		for _, tool := range m.Tools {
			says = append(says, tool.Name)
		}
		if strings.Join(is, " ") != strings.Join(says, " ") {
			t.Errorf("the server lists %v, the manifest %v", is, says)
		}
	}
}

// starts is how a client starts the bundle's server on this system.
func starts(m Manifest, folder, database, readOnly string) (string, []string) {
	s := m.Server.Config
	if over, ok := s.Overrides[platforms[runtime.GOOS]]; ok {
		s = over
	}
	fill := strings.NewReplacer("${__dirname}", folder, "${user_config.database}", database, "${user_config.read_only}", readOnly)
	args := make([]string, len(s.Args))
	for i, a := range s.Args {
		args[i] = fill.Replace(a)
	}
	return fill.Replace(s.Command), args
}

// layOut puts into a folder what a bundle for this machine holds. The program
// comes without the permission to be run, as some unpackers leave it.
func layOut(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	target := runtime.GOOS + "/" + runtime.GOARCH
	m, err := manifest(Project{"someone", "custory"}, "1.2.3", []string{target})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "server", "custory-"+runtime.GOOS+"-"+runtime.GOARCH)
	if runtime.GOOS == "windows" {
		program = filepath.Join(folder, "server", "custory-windows-amd64.exe")
	}
	if out, err := exec.Command("go", "build", "-o", program, "custory/cmd/custory").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	launch, err := os.ReadFile("launch.sh")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "manifest.json"), text)
	write(t, filepath.Join(folder, "server", "launch.sh"), launch)
	if err := os.Chmod(program, 0o644); err != nil {
		t.Fatal(err)
	}
	return folder
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestRegistry holds the entry to the rules of the registry.
func TestRegistry(t *testing.T) {
	file := filepath.Join(t.TempDir(), "custory.mcpb")
	write(t, file, []byte("bundle"))
	p, err := project()
	if err != nil {
		t.Fatal(err)
	}
	e, err := registry(p, "1.2.3", file)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$`).MatchString(e.Name) || len(e.Name) < 3 || len(e.Name) > 200 {
		t.Errorf("the name is %q", e.Name)
	}
	if !strings.HasPrefix(e.Name, "io.github."+p.Owner+"/") || !strings.HasPrefix(e.Repository.URL, "https://github.com/"+p.Owner+"/") {
		t.Errorf("%s and %s are not of one owner", e.Name, e.Repository.URL)
	}
	if n := len([]rune(e.Description)); n == 0 || n > 100 {
		t.Errorf("the description has %d characters; 1 to 100 are allowed", n)
	}
	if n := len(e.Title); n == 0 || n > 100 {
		t.Errorf("the title has %d characters", n)
	}
	for _, pkg := range e.Packages {
		switch pkg.RegistryType {
		case "mcpb":
			if !strings.Contains(pkg.Identifier, "mcp") || !strings.HasPrefix(pkg.Identifier, "https://github.com/") || !strings.Contains(pkg.Identifier, "/releases/download/v"+e.Version+"/") {
				t.Errorf("the bundle is at %s", pkg.Identifier)
			}
			if !regexp.MustCompile(`^[a-f0-9]{64}$`).MatchString(pkg.SHA256) {
				t.Errorf("its sum is %q", pkg.SHA256)
			}
		case "oci":
			if !strings.HasSuffix(pkg.Identifier, ":"+e.Version) || pkg.Identifier != strings.ToLower(pkg.Identifier) {
				t.Errorf("the image is %s", pkg.Identifier)
			}
		default:
			t.Errorf("a package of the sort %q", pkg.RegistryType)
		}
		if pkg.Transport.Type != "stdio" {
			t.Errorf("%s speaks over %q", pkg.Identifier, pkg.Transport.Type)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "say manifest or registry"},
		{[]string{"cake", "-version", "1.2.3"}, `there is no "cake"`},
		{[]string{"manifest", "-version", "devel"}, "has to be one such as 1.2.3"},
		{[]string{"manifest", "-version", "1.2.3"}, "name what the bundle is for"},
		{[]string{"manifest", "-version", "1.2.3", "plan9/amd64"}, `no bundle for "plan9/amd64"`},
		{[]string{"registry", "-version", "1.2.3"}, "name the packed file with -bundle"},
	} {
		if err := run(tt.args); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %q", tt.args, err, tt.want)
		}
	}
}
