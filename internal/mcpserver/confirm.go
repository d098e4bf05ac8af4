package mcpserver

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"custory/schema"
	"custory/tools"
)

// What a tool does that cannot be taken back is done only after a person has
// agreed. Where the client can put a form to that person, it is asked to. Where
// it cannot, the first call changes nothing and answers with what would happen
// and a token; the same call with the token in the argument confirm is carried
// out.

// confirmFor is how long an agreement is good.
const confirmFor = 5 * time.Minute

// confirmArgument is the argument of the second call.
const (
	confirmArgument = "confirm"
	confirmDoc      = "what the call without it answered; carries it out"
)

// confirm sees to it that a call of a destructive tool was agreed to. It
// returns the arguments for the tool, or what to answer instead.
func (s *Server) confirm(ctx context.Context, t tools.Tool, call schema.Call, raw json.RawMessage, trip mcp.MultiRoundTripParams) (json.RawMessage, *mcp.CallToolResult) {
	var args map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if len(raw) > 0 && d.Decode(&args) != nil {
		return raw, nil // the tool says what is wrong with them
	}
	if args == nil { // none, or null
		args = map[string]any{}
	}
	token, given := args[confirmArgument]
	delete(args, confirmArgument)
	plain, err := json.Marshal(args)
	if err != nil {
		return nil, s.failed(ctx, call, err)
	}
	if dry, _ := args["dry_run"].(bool); dry {
		return plain, nil
	}
	if answer := server.ElicitationResponse(trip.InputResponses, confirmArgument); answer != nil {
		if answer.Action != mcp.ElicitationResponseActionAccept {
			return nil, mcp.NewToolResultError("not confirmed; nothing was changed")
		}
		token, given = trip.RequestState, true
	}
	if given {
		text, _ := token.(string)
		if err := s.redeem(text, t.Name, call.Actor, plain); err != nil {
			return nil, faulty(schema.Faults{err})
		}
		return plain, nil
	}
	return nil, s.askFirst(ctx, t, call, args, plain)
}

// askFirst answers a call that nobody has agreed to yet.
func (s *Server) askFirst(ctx context.Context, t tools.Tool, call schema.Call, args map[string]any, plain json.RawMessage) *mcp.CallToolResult {
	would, err := s.rehearse(ctx, t, call, args)
	if err != nil {
		return s.failed(ctx, call, err)
	}
	token := s.offer(t.Name, call.Actor, plain)
	if s.canElicit(ctx) {
		return server.NewInputRequestBuilder(token).Elicit(confirmArgument, mcp.ElicitationParams{
			Mode:            mcp.ElicitationModeForm,
			Message:         t.Title + "? This cannot be taken back." + cut(lines(would), 1000),
			RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{}},
		}).ToolResult()
	}
	b, err := encode(struct {
		Would   json.RawMessage `json:"would"`
		Confirm string          `json:"confirm"`
		Next    string          `json:"next"`
	}{would, token, fmt.Sprintf("nothing was changed. This cannot be taken back: ask the user, then call %s again with the same arguments and %s, within %d minutes", t.Name, confirmArgument, int(confirmFor.Minutes()))})
	if err != nil {
		return s.failed(ctx, call, err)
	}
	return structured(b)
}

// lines writes what a call would do for a person: a field a line. A value that
// would itself be several lines stays as it is in JSON, so that it cannot pass
// for further fields.
func lines(would json.RawMessage) string {
	d := json.NewDecoder(bytes.NewReader(would))
	if brace, err := d.Token(); err != nil || brace != json.Delim('{') {
		return "\n" + string(would)
	}
	var b strings.Builder
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			return "\n" + string(would)
		}
		if name == "dry_run" {
			continue
		}
		text := string(value)
		if s := ""; json.Unmarshal(value, &s) == nil && strings.IndexFunc(s, unicode.IsControl) < 0 {
			text = s
		}
		fmt.Fprintf(&b, "\n%s: %s", strings.ReplaceAll(name.(string), "_", " "), text)
	}
	return b.String()
}

// rehearse tells what a call would do, from its dry run. A tool that has none
// would do what it is asked to.
func (s *Server) rehearse(ctx context.Context, t tools.Tool, call schema.Call, args map[string]any) (json.RawMessage, error) {
	if t.Run.In.Properties["dry_run"] == nil {
		return display(args)
	}
	args["dry_run"] = true
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	out, err := s.tools.Call(ctx, call, raw)
	if err != nil {
		return nil, err
	}
	return display(out)
}

// canElicit reports whether the client can put a form to a person, here.
func (s *Server) canElicit(ctx context.Context) bool {
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		return elicits(info.ClientCapabilities)
	}
	x := requestOf(ctx).exchange
	if x == nil || x.owner == "" {
		return false
	}
	caps := x.GetClientCapabilities()
	return elicits(&caps)
}

// offer returns a token by which this actor can carry out this call, once.
// Nobody else can, nor with other arguments, and no other process knows it.
func (s *Server) offer(tool string, a schema.Actor, args json.RawMessage) string {
	head := rand.Text()[:16] + strconv.FormatInt(s.now().Add(confirmFor).Unix(), 36)
	return strings.Join([]string{head, s.sign("confirm", s.boot, head, tool, principal(a)), s.sign("arguments", s.boot, head, digest(args))}, ".")
}

// redeem uses up a token, or tells why it is not good.
func (s *Server) redeem(token, tool string, a schema.Actor, args json.RawMessage) *schema.Error {
	refuse := func(why string) *schema.Error {
		return &schema.Error{Code: schema.Forbidden, Field: confirmArgument, Message: why + "; nothing was changed", Hint: "call " + tool + " without " + confirmArgument + " to be asked anew"}
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(parts[0]) <= 16 || !equal(parts[1], s.sign("confirm", s.boot, parts[0], tool, principal(a))) {
		return refuse("this confirmation was not given to you for " + tool + ", or has been altered")
	}
	if !equal(parts[2], s.sign("arguments", s.boot, parts[0], digest(args))) {
		return refuse("the arguments are not those that were to be confirmed")
	}
	until, err := strconv.ParseInt(parts[0][16:], 36, 64)
	if now := s.now(); err != nil || now.Unix() >= until {
		return refuse("this confirmation has expired")
	}
	if !s.spent.add(parts[0], time.Unix(until, 0), s.now()) {
		return refuse("this confirmation was used already")
	}
	return nil
}

func equal(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }

func digest(args json.RawMessage) string {
	sum := sha256.Sum256(args)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// A ledger holds the tokens that were used, for as long as they would be good.
type ledger struct {
	mu   sync.Mutex
	used map[string]time.Time // until when
}

// add reports false if the token was used before.
func (l *ledger) add(token string, until, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for t, u := range l.used {
		if !u.After(now) {
			delete(l.used, t)
		}
	}
	if _, used := l.used[token]; used {
		return false
	}
	if l.used == nil {
		l.used = map[string]time.Time{}
	}
	l.used[token] = until
	return true
}
