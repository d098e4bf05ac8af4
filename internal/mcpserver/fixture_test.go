package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"custory/memory"
	"custory/schema"
	"custory/store"
	"custory/tools"
)

// The official conformance suite wants a server with certain tools, resources
// and prompts. They stand here beside those of the program, on the same server,
// the same transport and behind the same guards; see .ci/conformance.

// NewSuite returns the program's server with what the suite wants, and the owner
// of its workspace. actor is who makes a request.
func NewSuite(actor func(context.Context) schema.Actor) (*Server, schema.Actor) {
	ctx := context.Background()
	dir := must1(os.MkdirTemp("", "custory-conformance-"))
	st := must1(store.Open(ctx, filepath.Join(dir, "conformance.db"), store.Options{}))
	owner := must1(st.NewWorkspace(ctx, "Acme", "Ann"))
	set := must1(tools.New(st, memory.New(st, memory.Default(), nil), tools.Options{Toolsets: tools.Toolsets()}))
	cfg := Config{Tools: set, Version: "1", Actor: actor, View: "<!doctype html><title>map</title>"}
	s := must1(build(cfg, server.WithElicitation(), server.WithToolCapabilities(true), server.WithPromptCapabilities(true), server.WithResourceCapabilities(true, true)))
	s.mcp.GetHooks().AddBeforeSubscriptionsListen(func(ctx context.Context, _ any, _ *mcp.SubscriptionsListenRequest) {
		session := server.ClientSessionFromContext(ctx)
		must(s.mcp.RegisterSession(ctx, session))
		context.AfterFunc(ctx, func() { s.mcp.UnregisterSession(context.Background(), session.SessionID()) })
	})
	suite{s}.add()
	return s, owner
}

// A suite is what the suite wants of a server.
type suite struct{ *Server }

const (
	suiteImage = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
	// suiteSchema has what JSON Schema 2020-12 has, to be listed as it is.
	suiteSchema = `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
		"$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
		"properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},"contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},
		"allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
		"if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},"then":{"required":["phone"]},"else":{"required":["email"]},
		"additionalProperties":false}`
	// mirrorSchema has arguments that headers repeat.
	mirrorSchema = `{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},
		"place":{"type":"object","properties":{"floor":{"type":"integer","x-mcp-header":"Floor"}}}}}`
	suiteAudio = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
)

func (s suite) tool(name string, run server.ToolHandlerFunc, opts ...mcp.ToolOption) {
	opts = append([]mcp.ToolOption{mcp.WithDescription("Of the conformance suite: " + name + ".")}, opts...)
	s.register(mcp.NewTool(name, opts...), run)
}

// gives offers a tool that always gives the same.
func (s suite) gives(name string, content ...mcp.Content) {
	s.tool(name, func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return &mcp.CallToolResult{Content: content}, nil
	})
}

func (s suite) add() {
	text := mcp.TextResourceContents{URI: "test://embedded-resource", MIMEType: "text/plain", Text: "This is an embedded resource content."}
	image := mcp.NewImageContent(suiteImage, "image/png")
	s.gives("test_simple_text", mcp.NewTextContent("This is a simple text response for testing."))
	s.gives("test_image_content", image)
	s.gives("test_audio_content", mcp.NewAudioContent(suiteAudio, "audio/wav"))
	s.gives("test_embedded_resource", mcp.NewEmbeddedResource(text))
	s.gives("test_multiple_content_types", mcp.NewTextContent("Multiple content types test:"), image,
		mcp.NewEmbeddedResource(mcp.TextResourceContents{URI: "test://mixed-content-resource", MIMEType: "application/json", Text: `{"test":"data","value":123}`}))
	s.tool("test_error_handling", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultError("This tool intentionally returns an error for testing"), nil
	})
	s.register(mcp.NewToolWithRawSchema("json_schema_2020_12_tool", "Of the conformance suite.", json.RawMessage(suiteSchema)), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText("fits"), nil
	})
	s.register(mcp.NewToolWithRawSchema("test_header_mirror", "Of the conformance suite.", json.RawMessage(mirrorSchema)), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText("mirrored"), nil
	})
	s.addTelling()
	s.addAsking()
	s.addRounds()
	s.addListings()
}

// addTelling adds the tools that say something before their answer.
func (s suite) addTelling() {
	s.tool("test_tool_with_logging", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for _, message := range []string{"Tool execution started", "Tool processing data", "Tool execution completed"} {
			must(s.mcp.SendNotificationToClient(ctx, string(mcp.MethodNotificationMessage), map[string]any{"level": "info", "logger": "suite", "data": message}))
			time.Sleep(10 * time.Millisecond)
		}
		return mcp.NewToolResultText("logged"), nil
	})
	s.tool("test_logging_tool", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.LogLevel != "" {
			must(s.mcp.SendNotificationToClient(ctx, string(mcp.MethodNotificationMessage), map[string]any{"level": "info", "data": "as asked"}))
		}
		return mcp.NewToolResultText("logged"), nil
	})
	s.tool("test_tool_with_progress", func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for _, done := range []int{0, 50, 100} {
			must(s.mcp.SendNotificationToClient(ctx, string(mcp.MethodNotificationProgress), map[string]any{"progressToken": req.Params.Meta.ProgressToken, "progress": done, "total": 100}))
			time.Sleep(10 * time.Millisecond)
		}
		return mcp.NewToolResultText("done"), nil
	})
	s.tool("test_trigger_tool_change", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		s.mcp.SendNotificationToAllClients(string(mcp.MethodNotificationToolsListChanged), nil)
		return mcp.NewToolResultText("changed"), nil
	})
	s.tool("test_trigger_prompt_change", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		s.mcp.SendNotificationToAllClients(string(mcp.MethodNotificationPromptsListChanged), nil)
		return mcp.NewToolResultText("changed"), nil
	})
}

// form is what an elicitation asks for.
func form(properties map[string]any) mcp.ElicitationParams {
	return mcp.ElicitationParams{Mode: mcp.ElicitationModeForm, Message: "Please say", RequestedSchema: map[string]any{"type": "object", "properties": properties}}
}

// addAsking adds the tools that ask a client before 2026-07-28.
func (s suite) addAsking() {
	s.tool("test_sampling", func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		//lint:ignore SA1019 the versions that have it are served
		res, err := s.mcp.RequestSampling(ctx, mcp.CreateMessageRequest{CreateMessageParams: sample(req.GetString("prompt", ""))})
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		return mcp.NewToolResultText(fmt.Sprintf("LLM response: %v", res.Content)), nil
	}, mcp.WithString("prompt", mcp.Required()))
	asks := func(name string, properties map[string]any, opts ...mcp.ToolOption) {
		s.tool(name, func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			res, err := s.mcp.RequestElicitation(ctx, mcp.ElicitationRequest{Params: form(properties)})
			if err != nil {
				return mcp.NewToolResultError(err.Error()), nil
			}
			return mcp.NewToolResultText(fmt.Sprintf("action=%s, content=%v", res.Action, res.Content)), nil
		}, opts...)
	}
	oneOf := []any{map[string]any{"const": "value1", "title": "Value One"}, map[string]any{"const": "value2", "title": "Value Two"}}
	asks("test_elicitation", map[string]any{"username": map[string]any{"type": "string"}, "email": map[string]any{"type": "string"}}, mcp.WithString("message", mcp.Required()))
	asks("test_elicitation_sep1034_defaults", map[string]any{
		"name":     map[string]any{"type": "string", "default": "John Doe"},
		"age":      map[string]any{"type": "integer", "default": 30},
		"score":    map[string]any{"type": "number", "default": 95.5},
		"status":   map[string]any{"type": "string", "enum": []string{"active", "inactive", "pending"}, "default": "active"},
		"verified": map[string]any{"type": "boolean", "default": true},
	})
	asks("test_elicitation_sep1330_enums", map[string]any{
		"untitledSingle": map[string]any{"type": "string", "enum": []string{"option1", "option2"}},
		"titledSingle":   map[string]any{"type": "string", "oneOf": oneOf},
		"legacyEnum":     map[string]any{"type": "string", "enum": []string{"opt1", "opt2"}, "enumNames": []string{"Option One", "Option Two"}},
		"untitledMulti":  map[string]any{"type": "array", "items": map[string]any{"type": "string", "enum": []string{"option1", "option2"}}},
		"titledMulti":    map[string]any{"type": "array", "items": map[string]any{"anyOf": oneOf}},
	})
}

func sample(prompt string) mcp.CreateMessageParams {
	return mcp.CreateMessageParams{Messages: []mcp.SamplingMessage{{Role: mcp.RoleUser, Content: mcp.NewTextContent(prompt)}}, MaxTokens: 100}
}

// A round is one turn of a tool that asks several times: what it asks for, or
// nothing when it has all.
type round func(caps *mcp.ClientCapabilities, b *server.InputRequestBuilder) *server.InputRequestBuilder

func nameRound(_ *mcp.ClientCapabilities, b *server.InputRequestBuilder) *server.InputRequestBuilder {
	return b.Elicit("user_name", form(map[string]any{"name": map[string]any{"type": "string"}}))
}

// addRounds adds the tools that ask by their results.
func (s suite) addRounds() {
	for name, rounds := range map[string][]round{
		"test_input_required_result_elicitation":    {nameRound},
		"test_input_required_result_request_state":  {nameRound},
		"test_input_required_result_tampered_state": {nameRound},
		"test_input_required_result_multi_round":    {nameRound, nameRound},
		"test_streaming_elicitation":                {nameRound},
		"test_input_required_result_sampling": {func(_ *mcp.ClientCapabilities, b *server.InputRequestBuilder) *server.InputRequestBuilder {
			return b.Sample("capital", sample("What is the capital of France?"))
		}},
		"test_input_required_result_list_roots": {func(_ *mcp.ClientCapabilities, b *server.InputRequestBuilder) *server.InputRequestBuilder {
			return b.Roots("roots")
		}},
		"test_input_required_result_multiple_inputs": {func(caps *mcp.ClientCapabilities, b *server.InputRequestBuilder) *server.InputRequestBuilder {
			return nameRound(caps, b).Sample("greeting", sample("Greet")).Roots("roots")
		}},
		"test_input_required_result_capabilities": {func(caps *mcp.ClientCapabilities, b *server.InputRequestBuilder) *server.InputRequestBuilder {
			if caps.Elicitation != nil {
				b = nameRound(caps, b)
			}
			if caps.Sampling != nil {
				b = b.Sample("greeting", sample("Greet"))
			}
			return b
		}},
	} {
		s.tool(name, func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			b, err := s.ask(ctx, name, rounds, req.Params.MultiRoundTripParams)
			if b == nil {
				return mcp.NewToolResultText("complete"), err
			}
			return b.ToolResult(), err
		})
	}
	s.mcp.AddPrompt(mcp.NewPrompt("test_input_required_result_prompt", mcp.WithPromptDescription("Of the conformance suite.")), func(ctx context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		b, err := s.ask(ctx, "prompt", []round{nameRound}, req.Params.MultiRoundTripParams)
		if b == nil {
			return mcp.NewGetPromptResult("", []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent("complete"))}), err
		}
		return b.PromptResult(), err
	})
	s.tool("test_missing_capability", func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		if info := server.RequestProtocolInfoFromContext(ctx); info.ClientCapabilities != nil && info.ClientCapabilities.Sampling != nil {
			return mcp.NewToolResultText("complete"), nil
		}
		req := requestOf(ctx)
		req.code, req.data = mcp.MISSING_REQUIRED_CLIENT_CAPABILITY, map[string]any{"requiredCapabilities": map[string]any{"sampling": struct{}{}}}
		return nil, errors.New("sampling is required")
	})
}

// ask asks for the round that is next: the signed state tells how many were
// answered. It returns nothing when all were, or something is wrong.
func (s suite) ask(ctx context.Context, name string, rounds []round, trip mcp.MultiRoundTripParams) (*server.InputRequestBuilder, error) {
	asked := 0 // the round that the answers are to
	for trip.RequestState != "" && trip.RequestState != s.sign(name, fmt.Sprint(asked)) {
		if asked++; asked > len(rounds) {
			return nil, errors.New("the state has been altered")
		}
	}
	for _, id := range []string{"user_name", "capital", "roots", "greeting"} {
		if _, ok := trip.InputResponses[id]; ok {
			asked++
			break
		}
	}
	if asked >= len(rounds) {
		return nil, nil
	}
	caps := new(mcp.ClientCapabilities)
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.ClientCapabilities != nil {
		caps = info.ClientCapabilities
	}
	return rounds[asked](caps, server.NewInputRequestBuilder(s.sign(name, fmt.Sprint(asked)))), nil
}

// addListings adds resources and prompts.
func (s suite) addListings() {
	read := func(c mcp.ResourceContents) server.ResourceHandlerFunc {
		return func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{c}, nil
		}
	}
	s.mcp.AddResource(mcp.NewResource("test://static-text", "static-text", mcp.WithMIMEType("text/plain")),
		read(mcp.TextResourceContents{URI: "test://static-text", MIMEType: "text/plain", Text: "This is the content of the static text resource."}))
	s.mcp.AddResource(mcp.NewResource("test://static-binary", "static-binary", mcp.WithMIMEType("image/png")),
		read(mcp.BlobResourceContents{URI: "test://static-binary", MIMEType: "image/png", Blob: suiteImage}))
	s.mcp.AddResource(mcp.NewResource("test://watched-resource", "watched-resource", mcp.WithMIMEType("text/plain")),
		read(mcp.TextResourceContents{URI: "test://watched-resource", MIMEType: "text/plain", Text: "watched"}))
	s.fixed["test://watched-resource"] = &fixed{}
	template := func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		id, ok := strings.CutSuffix(strings.TrimPrefix(req.Params.URI, "test://template/"), "/data")
		if !ok {
			return s.readResource(ctx, req)
		}
		return []mcp.ResourceContents{mcp.TextResourceContents{URI: req.Params.URI, MIMEType: "application/json", Text: fmt.Sprintf(`{"id":%q,"templateTest":true,"data":"Data for ID: %s"}`, id, id)}}, nil
	}
	for _, uri := range []string{"test://template/{id}/data", anyURI} { // both match, in any order
		s.mcp.AddResourceTemplate(mcp.NewResourceTemplate(uri, uri, mcp.WithTemplateMIMEType("application/json")), template)
	}
	says := func(name string, args []string, messages func(args map[string]string) []mcp.PromptMessage) {
		p := mcp.NewPrompt(name, mcp.WithPromptDescription("Of the conformance suite."))
		for _, a := range args {
			p.Arguments = append(p.Arguments, mcp.PromptArgument{Name: a, Description: a, Required: true})
		}
		s.mcp.AddPrompt(p, func(_ context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return &mcp.GetPromptResult{Messages: messages(req.Params.Arguments)}, nil
		})
	}
	user := func(c mcp.Content) mcp.PromptMessage { return mcp.NewPromptMessage(mcp.RoleUser, c) }
	says("test_simple_prompt", nil, func(map[string]string) []mcp.PromptMessage {
		return []mcp.PromptMessage{user(mcp.NewTextContent("This is a simple prompt for testing."))}
	})
	says("test_prompt_with_arguments", []string{"arg1", "arg2"}, func(args map[string]string) []mcp.PromptMessage {
		return []mcp.PromptMessage{user(mcp.NewTextContent(fmt.Sprintf("Prompt with arguments: arg1='%s', arg2='%s'", args["arg1"], args["arg2"])))}
	})
	says("test_prompt_with_embedded_resource", []string{"resourceUri"}, func(args map[string]string) []mcp.PromptMessage {
		return []mcp.PromptMessage{user(mcp.NewEmbeddedResource(mcp.TextResourceContents{URI: args["resourceUri"], MIMEType: "text/plain", Text: "Embedded resource content for testing."})), user(mcp.NewTextContent("Please process the embedded resource above."))}
	})
	says("test_prompt_with_image", nil, func(map[string]string) []mcp.PromptMessage {
		return []mcp.PromptMessage{user(mcp.NewImageContent(suiteImage, "image/png")), user(mcp.NewTextContent("Please analyze the image above."))}
	})
}

// What follows are abilities of a session that only the suite uses.

func (x *exchange) RequestSampling(ctx context.Context, req mcp.CreateMessageRequest) (*mcp.CreateMessageResult, error) {
	b, err := x.ask(ctx, mcp.MethodSamplingCreateMessage, req.CreateMessageParams)
	if err != nil {
		return nil, err
	}
	var res struct {
		Content struct{ Text string }
	}
	err = json.Unmarshal(b, &res)
	return &mcp.CreateMessageResult{SamplingMessage: mcp.SamplingMessage{Content: mcp.NewTextContent(res.Content.Text)}}, err
}
