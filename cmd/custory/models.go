package main

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"custory/internal/openai"
	"custory/memory"
	"custory/schema"
	"custory/tools"
)

// modelFlags adds the flags that choose models, for the command and all below
// it. Each can be set in the environment too: CUSTORY_EMBEDDER_URL is
// --embedder-url.
func modelFlags(c *cobra.Command) {
	f := c.PersistentFlags()
	f.String("embedder", "", "`what` searches by meaning: default, ngram or openai (or $CUSTORY_EMBEDDER, and so on)")
	f.String("embedder-url", "", "for openai: the `address` of any such endpoint, up to /v1 (default OpenAI's own)")
	f.String("embedder-model", "", "for openai: the `name` of the model")
	f.String("embedder-dims", "", "for openai: how many `numbers` a vector has (default as many as the model gives)")
	f.String("llm", "", "`what` writes drafts and answers: openai (default the assistant does; or $CUSTORY_LLM, and so on)")
	f.String("llm-url", "", "for openai: the `address` of any such endpoint, up to /v1 (default OpenAI's own)")
	f.String("llm-model", "", "for openai: the `name` of the model")
	f.String("llm-timeout", "", "for openai: how `long` one answer may take (default 1m)")
}

// withModels are the commands in whose help the flags of models stand.
var withModels = []string{"connect", "demo", "serve", "doctor", "placement", "recall", "signals", "journey"}

// showModelsWhereUsed leaves the flags of models out of the help of commands to
// which they mean nothing.
func showModelsWhereUsed(root *cobra.Command) {
	usage := root.UsageFunc()
	root.SetUsageFunc(func(c *cobra.Command) error {
		for _, name := range modelSettings {
			root.PersistentFlags().Lookup(name).Hidden = !slices.Contains(withModels, c.Name())
		}
		return usage(c)
	})
}

// modelHelp says where keys come from, for the help of commands that use them.
const modelHelp = `
With --embedder openai search goes by the vectors of any endpoint that speaks as
OpenAI's does, such as Ollama, vLLM or LM Studio; with --llm openai such a model
writes drafts and answers. Keys are read from CUSTORY_EMBEDDER_KEY and
CUSTORY_LLM_KEY, or else OPENAI_API_KEY; set the former to nothing to send none.`

// modelSettings are the names of the flags, for whoever passes them on.
var modelSettings = []string{"embedder", "embedder-url", "embedder-model", "embedder-dims", "llm", "llm-url", "llm-model", "llm-timeout"}

// setting is what a flag says, or else the environment.
func setting(cmd *cobra.Command, flag string) string {
	if f := cmd.Flag(flag); f.Changed {
		return f.Value.String()
	}
	return os.Getenv(envOf(flag))
}

// envOf is the name of a flag in the environment.
func envOf(flag string) string {
	return "CUSTORY_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// builtIn is the embedder that is used unless another is named, with nothing to
// install or to fetch.
func builtIn() memory.Embedder { return memory.Default() }

// embedder returns what turns texts into vectors.
func embedder(cmd *cobra.Command) (memory.Embedder, error) {
	kind := setting(cmd, "embedder")
	if err := onlyFor(cmd, "embedder", kind, "embedder-url", "embedder-model", "embedder-dims"); err != nil {
		return nil, err
	}
	switch kind {
	case "", "default":
		return builtIn(), nil
	case "ngram":
		return memory.NGram(256), nil
	case "openai":
		dims := 0
		if text := setting(cmd, "embedder-dims"); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return nil, usagef("--embedder-dims is %q; %v", text, openai.NoDims)
			}
			dims = n
		}
		e, err := openai.NewEmbedder(endpoint(cmd, "embedder"), dims)
		if err != nil {
			return nil, wrongEndpoint(err, "embedder", "text-embedding-3-small at OpenAI, or nomic-embed-text in Ollama")
		}
		return e, nil
	}
	return nil, usagef("--embedder is %q; it can be default, ngram or openai", kind)
}

// writer returns the model that writes drafts, or nil if the assistant does.
func writer(cmd *cobra.Command) (*openai.Writer, error) {
	kind := setting(cmd, "llm")
	if err := onlyFor(cmd, "llm", kind, "llm-url", "llm-model", "llm-timeout"); err != nil {
		return nil, err
	}
	switch kind {
	case "":
		return nil, nil
	case "openai":
		w, err := openai.NewWriter(endpoint(cmd, "llm"))
		if err != nil {
			return nil, wrongEndpoint(err, "llm", "gpt-4.1-mini at OpenAI, or qwen3 in Ollama")
		}
		return w, nil
	}
	return nil, usagef("--llm is %q; it can be openai", kind)
}

// maxPatience is the longest that anybody may wait for one answer.
const maxPatience = 10 * time.Minute

// patience is how long one answer of the writer may take; 0 if nothing is said
// of it.
func patience(cmd *cobra.Command) (time.Duration, error) {
	text := setting(cmd, "llm-timeout")
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > maxPatience {
		return 0, usagef("--llm-timeout is %q; it can be up to 10m, such as 90s", text)
	}
	return d, nil
}

// writeWith has the tools write by the model that is chosen, if one is.
func writeWith(cmd *cobra.Command, opt *tools.Options) error {
	w, err := writer(cmd)
	if err != nil || w == nil { // as a tools.Writer, no *openai.Writer would be one
		return err
	}
	opt.Writer = w
	opt.Patience, err = patience(cmd)
	return err
}

// checkModels refuses what is chosen wrongly.
func checkModels(cmd *cobra.Command) error {
	if _, err := embedder(cmd); err != nil {
		return err
	}
	return writeWith(cmd, &tools.Options{})
}

// onlyFor refuses settings that go with openai alone. Those of the environment
// may stay there while a flag chooses something else.
func onlyFor(cmd *cobra.Command, flag, kind string, settings ...string) error {
	if kind == "openai" {
		return nil
	}
	for _, s := range settings {
		switch {
		case cmd.Flag(s).Changed:
			return usagef("--%s is for --%s openai", s, flag)
		case setting(cmd, s) != "" && !cmd.Flag(flag).Changed:
			return usagef("%s is set, and is for %s=openai", envOf(s), envOf(flag))
		}
	}
	return nil
}

// endpoint is what the settings that begin with the flag name. The key comes
// from the environment alone: flags are seen by everybody on the machine.
func endpoint(cmd *cobra.Command, flag string) openai.Endpoint {
	key, own := os.LookupEnv(envOf(flag) + "_KEY")
	if !own {
		key = os.Getenv("OPENAI_API_KEY")
	}
	return openai.Endpoint{URL: setting(cmd, flag+"-url"), Key: strings.TrimSpace(key), Model: setting(cmd, flag+"-model")}
}

// wrongEndpoint tells what is wrong with an endpoint, and what to do.
func wrongEndpoint(err error, flag, such string) error {
	key := envOf(flag) + "_KEY"
	switch {
	case errors.Is(err, openai.NoModel):
		return usagef("--%s openai needs --%[1]s-model, such as %s", flag, such)
	case errors.Is(err, openai.NoURL):
		return usagef("--%s-url: %v", flag, err)
	case errors.Is(err, openai.NoDims):
		return usagef("--%s-dims: %v", flag, err)
	case errors.Is(err, openai.NoKey):
		return &schema.Error{Code: schema.Invalid, Message: err.Error(), Hint: "put it into the environment as " + key + " or OPENAI_API_KEY, or name another endpoint with --" + flag + "-url"}
	case errors.Is(err, openai.BareKey):
		return &schema.Error{Code: schema.Forbidden, Message: err.Error(), Hint: "use https, or set " + key + " to nothing to send no key"}
	}
	return &schema.Error{Code: schema.Invalid, Message: err.Error(), Hint: "look at " + key + " and OPENAI_API_KEY"}
}
