package mcpserver

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"custory/internal/mcpclient"
	"custory/resources"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// newJourneys returns a server of a workspace with journeys.
func newJourneys(t *testing.T) *Server {
	t.Helper()
	f, a := newFake(t)
	err := f.store.Update(t.Context(), schema.Call{Tool: "seed", Actor: a}, func(tx *store.Tx) error {
		for _, name := range []string{"Checkout", "Check-in", "Renewal"} {
			if err := tx.Journeys.Put(&schema.Journey{Name: name}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := newServer(t, f, a)
	return s
}

func TestResourcesAreListedAndRead(t *testing.T) {
	s := newJourneys(t)
	var uris, templates []string
	for _, r := range resources.All() {
		if strings.Contains(r.URI, "{") {
			templates = append(templates, r.URI)
		} else {
			uris = append(uris, r.URI)
		}
	}
	for _, era := range eras {
		c := connect(t, s, era)
		var got []string
		list, err := c.Resources(t.Context())
		for _, r := range list {
			if !strings.HasPrefix(r.URI, "custory://") {
				continue // see the tests of skills and of the view
			}
			got = append(got, r.URI)
			if r.Name == "" || r.Title == "" || r.Description == "" || r.MIMEType != "text/markdown" {
				t.Errorf("protocol %s: a resource lacks something: %+v", era, r)
			}
			if text, mime, err := c.Read(t.Context(), r.URI); err != nil || mime != "text/markdown" || text == "" {
				t.Errorf("protocol %s: %s is %q of type %s, %v", era, r.URI, text, mime, err)
			}
			if text, mime, err := c.Read(t.Context(), r.URI+"?format=json"); err != nil || mime != "application/json" || !json.Valid([]byte(text)) {
				t.Errorf("protocol %s: %s as JSON is %q of type %s, %v", era, r.URI, text, mime, err)
			}
		}
		if err != nil || !sameSet(got, uris) {
			t.Errorf("protocol %s: resources are %v, %v, want %v", era, got, err, uris)
		}
		got = nil
		list, err = c.Templates(t.Context())
		for _, r := range list {
			got = append(got, r.URITemplate)
			if r.Name == "" || r.Title == "" || r.Description == "" || r.MIMEType != "text/markdown" {
				t.Errorf("protocol %s: a template lacks something: %+v", era, r)
			}
		}
		if err != nil || !sameSet(got, templates) {
			t.Errorf("protocol %s: templates are %v, %v, want %v", era, got, err, templates)
		}
		for _, uri := range []string{"custory://journey/checkout", "custory://journey/checkout?format=json"} {
			if text, _, err := c.Read(t.Context(), uri); err != nil || !strings.Contains(text, "Checkout") {
				t.Errorf("protocol %s: %s is %q, %v", era, uri, text, err)
			}
		}
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func TestAResourceThatIsNotThere(t *testing.T) {
	s := newJourneys(t)
	for _, era := range eras {
		c := connect(t, s, era)
		missing := -32602
		if c.Protocol() < mcpclient.Newest {
			missing = -32002
		}
		for uri, want := range map[string]int{
			"custory://journey/nowhere": missing,
			"custory://step/stp_404":    missing,
			"custory://nothing":         missing,
			"file:///etc/passwd":        missing,
			"not a uri at all":          missing,
			"":                          missing,
			"custory://workspace?a=b":   -32602,
		} {
			_, _, err := c.Read(t.Context(), uri)
			e, ok := errors.AsType[*mcpclient.RPCError](err)
			if !ok || e.Code != want {
				t.Errorf("protocol %s: %q gives %v, want %d", era, uri, err, want)
			}
			if strings.HasPrefix(uri, "custory:") && (e == nil || !strings.Contains(string(e.Data), uri)) {
				t.Errorf("protocol %s: the error of %q does not name it: %+v", era, uri, e)
			}
		}
	}
}

func TestAnErrorOfTheStoreIsNotShown(t *testing.T) {
	f, a := newFake(t)
	f.store = storetest.Open(t)
	s, log := newServer(t, f, a)
	c := connect(t, s, "")
	if err := f.store.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, err := c.Read(t.Context(), "custory://workspace")
	e, ok := errors.AsType[*mcpclient.RPCError](err)
	if !ok || e.Code != -32603 || !strings.HasPrefix(e.Message, "internal error in call_") {
		t.Errorf("reading gives %v", err)
	}
	if !strings.Contains(log.String(), "closed") {
		t.Errorf("the log does not say why: %s", log)
	}
	if got, n, err := c.Complete(t.Context(), mcpclient.Ref{Template: "custory://journey/{slug}"}, "slug", ""); len(got) != 0 || n != 0 || err != nil {
		t.Errorf("completion gives %v of %d, %v", got, n, err)
	}
}

func TestPrompts(t *testing.T) {
	s := newJourneys(t)
	for _, era := range eras {
		c := connect(t, s, era)
		list, err := c.Prompts(t.Context())
		if err != nil || len(list) != len(resources.Prompts()) {
			t.Fatalf("protocol %s: %d prompts, %v", era, len(list), err)
		}
		for _, p := range list {
			if p.Title == "" || p.Description == "" {
				t.Errorf("protocol %s: a prompt lacks something: %+v", era, p)
			}
		}
		text, err := c.Prompt(t.Context(), "journey_review", map[string]string{"journey": "checkout"})
		if err != nil || !strings.Contains(text, "checkout") {
			t.Errorf("protocol %s: journey_review is %q, %v", era, text, err)
		}
		for _, tt := range []struct {
			name string
			args map[string]string
		}{
			{"journey_review", map[string]string{"jurney": "checkout"}},
			{"no_such_prompt", nil},
		} {
			_, err := c.Prompt(t.Context(), tt.name, tt.args)
			if e, ok := errors.AsType[*mcpclient.RPCError](err); !ok || e.Code != -32602 {
				t.Errorf("protocol %s: %s with %v gives %v", era, tt.name, tt.args, err)
			}
		}
	}
}

func TestCompletion(t *testing.T) {
	s := newJourneys(t)
	for _, era := range eras {
		c := connect(t, s, era)
		for _, tt := range []struct {
			of              mcpclient.Ref
			argument, value string
			want            []string
		}{
			{mcpclient.Ref{Template: "custory://journey/{slug}"}, "slug", "che", []string{"check-in", "checkout"}},
			{mcpclient.Ref{Template: "custory://journey/{slug}"}, "slug", "zzz", nil},
			{mcpclient.Ref{Template: "custory://journey/{slug}"}, "nothing", "", nil},
			{mcpclient.Ref{Template: "custory://nothing/{slug}"}, "slug", "", nil},
			{mcpclient.Ref{Prompt: "journey_review"}, "journey", "ren", []string{"renewal"}},
			{mcpclient.Ref{Prompt: "journey_review"}, "nothing", "", nil},
			{mcpclient.Ref{Prompt: "test_prompt_with_arguments"}, "arg1", "", nil},
		} {
			got, total, err := c.Complete(t.Context(), tt.of, tt.argument, tt.value)
			if err != nil || total != len(tt.want) || !sameSet(got, tt.want) {
				t.Errorf("protocol %s: %+v %s=%q gives %v of %d, %v, want %v", era, tt.of, tt.argument, tt.value, got, total, err, tt.want)
			}
		}
	}
}
