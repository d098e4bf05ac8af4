package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"custory/schema"
)

// Telling returns a log of which clients hear, too: what is written with the
// context of a request is told to whoever made the request, if they asked for
// its level, and before the answer. Told are the message, which is constant,
// and the attributes that are in tellable. Whatever the level of the log is, it
// itself is written as before.
func Telling(log *slog.Logger) *slog.Logger {
	if _, is := log.Handler().(teller); is {
		return log
	}
	return slog.New(teller{log.Handler()})
}

type teller struct{ slog.Handler }

// Enabled reports whether the log or the client wants records of the level.
func (t teller) Enabled(ctx context.Context, level slog.Level) bool {
	return requestOf(ctx).wants(level) || t.Handler.Enabled(ctx, level)
}

// Handle tells the client, and writes the log.
func (t teller) Handle(ctx context.Context, r slog.Record) error {
	requestOf(ctx).tell(r)
	if !t.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return t.Handler.Handle(ctx, r)
}

// WithAttrs is for slog.Handler.
func (t teller) WithAttrs(attrs []slog.Attr) slog.Handler { return teller{t.Handler.WithAttrs(attrs)} }

// WithGroup is for slog.Handler.
func (t teller) WithGroup(name string) slog.Handler { return teller{t.Handler.WithGroup(name)} }

// tellable are the attributes that a client may see. They hold nothing of
// arguments, of tokens or of anybody else. Of err it sees only what the error
// says of itself in words of ours.
var tellable = []string{"call", "tool", "ms", "model", "done", "waiting", "reason"}

// levelOf is a level of the log in the protocol's words.
func levelOf(l slog.Level) mcp.LoggingLevel {
	switch {
	case l < slog.LevelInfo:
		return mcp.LoggingLevelDebug
	case l < slog.LevelWarn:
		return mcp.LoggingLevelInfo
	case l < slog.LevelError:
		return mcp.LoggingLevelWarning
	}
	return mcp.LoggingLevelError
}

// isLevel reports whether the protocol has such a level.
func isLevel(l mcp.LoggingLevel) bool { return l.ShouldSendTo(l) }

// wants reports whether the client wants to be told what is of the level.
func (r *request) wants(l slog.Level) bool {
	return r.level != "" && levelOf(l).ShouldSendTo(r.level)
}

// tell tells the client of a record, if it wants to know. If too much waits to
// be said, this is not.
func (r *request) tell(rec slog.Record) {
	if !r.wants(rec.Level) {
		return
	}
	data := map[string]any{"message": rec.Message}
	if r.call != "" {
		data["call"] = r.call
	}
	rec.Attrs(func(a slog.Attr) bool {
		if slices.Contains(tellable, a.Key) {
			data[a.Key] = a.Value.Resolve().Any()
		} else if why := reasonOf(a); why != "" {
			data["reason"] = why
		}
		return true
	})
	line, err := encode(notification{mcp.JSONRPC_VERSION, string(mcp.MethodNotificationMessage), map[string]any{
		"level": levelOf(rec.Level), "logger": "custory", "data": data,
	}})
	if err == nil { // else it is not for clients
		r.exchange.put(line, maxNotes)
	}
}

// reasonOf is what an error says of itself for everybody to read.
func reasonOf(a slog.Attr) string {
	err, _ := a.Value.Any().(error)
	var told interface{ Reason() string }
	if a.Key != "err" || !errors.As(err, &told) {
		return ""
	}
	return told.Reason()
}

// tellCall tells a client that looks for faults what a call took, and how the
// log knows it. The log itself has a line of it already.
func (r *request) tellCall(call schema.Call, began time.Time) {
	if r.wants(slog.LevelDebug) {
		rec := slog.NewRecord(time.Now(), slog.LevelDebug, "call", 0)
		rec.Add("tool", call.Tool, "ms", time.Since(began).Milliseconds())
		r.tell(rec)
	}
}

// tellLack tells what a result says that meaning had no part in, and why. It is
// of every call for which that is so, where the log has it once.
func (r *request) tellLack(call schema.Call, result json.RawMessage) {
	var out struct {
		ByWordsOnly string `json:"by_words_only"`
	}
	if !r.wants(slog.LevelWarn) || json.Unmarshal(result, &out) != nil || out.ByWordsOnly == "" {
		return
	}
	rec := slog.NewRecord(time.Now(), slog.LevelWarn, "found by words only", 0)
	rec.Add("tool", call.Tool, "reason", out.ByWordsOnly)
	r.tell(rec)
}

// logLevel is from which level on the client wants to be told of the log. One
// of 2026-07-28 says so with each request, the older ones once.
func (x *exchange) logLevel(m message) (mcp.LoggingLevel, *rpcError) {
	switch {
	case m.listens(): // its stream tells of changes
		return "", nil
	case !m.modern():
		return x.level, nil
	case !given(m.meta.LogLevel):
		return "", nil
	}
	var l mcp.LoggingLevel
	if json.Unmarshal(m.meta.LogLevel, &l) != nil || !isLevel(l) {
		return "", bad(mcp.INVALID_PARAMS, "invalid _meta field "+mcp.MetaKeyLogLevel+"; "+levelsThereAre)
	}
	return l, nil
}

const levelsThereAre = "the levels are debug, info, notice, warning, error, critical, alert and emergency"

// setLevel serves logging/setLevel, which the versions before 2026-07-28 have.
func (x *exchange) setLevel(_ context.Context, params json.RawMessage) (map[string]any, *rpcError) {
	var p struct {
		Level mcp.LoggingLevel `json:"level"`
	}
	if json.Unmarshal(params, &p) != nil || !isLevel(p.Level) {
		return nil, bad(mcp.INVALID_PARAMS, "level must be one; "+levelsThereAre)
	}
	if x.keepLevel == nil {
		return nil, bad(mcp.INVALID_REQUEST, "no level can be kept on this connection; send the "+mcp.HeaderSessionID+" of an initialize along")
	}
	x.keepLevel(p.Level)
	return map[string]any{}, nil
}

const (
	maxLevels     = 4096
	levelPatience = time.Hour
)

// Levels are what sessions over HTTP want to be told of the log. One that has
// asked for nothing for levelPatience may be forgotten, and is for twice that;
// of more than maxLevels those go first that were quiet for longest, whoever's
// they are: who is forgotten hears nothing until it asks again.
type levels struct {
	mu         sync.Mutex
	young, old map[string]mcp.LoggingLevel // by owner
	turned     time.Time                   // when the young became the old
}

// of is the level of a session, "" if it has set none.
func (v *levels) of(owner string, now time.Time) mcp.LoggingLevel {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.turn(now)
	l, ok := v.young[owner]
	if !ok {
		if l, ok = v.old[owner]; ok {
			v.young[owner] = l
		}
	}
	return l
}

// set sets the level of a session.
func (v *levels) set(owner string, l mcp.LoggingLevel, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.turn(now)
	v.young[owner] = l
}

// end forgets a session.
func (v *levels) end(owner string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.young, owner)
	delete(v.old, owner)
}

// turn makes the young the old, and forgets those, if it is time or they are
// many. It is called with v.mu held.
func (v *levels) turn(now time.Time) {
	if v.young != nil && len(v.young) < maxLevels/2 && now.Sub(v.turned) < levelPatience {
		return
	}
	if now.Sub(v.turned) >= 2*levelPatience { // all are older
		v.young = nil
	}
	v.old, v.young, v.turned = v.young, map[string]mcp.LoggingLevel{}, now
}
