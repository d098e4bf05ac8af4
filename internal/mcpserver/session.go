package mcpserver

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"custory/schema"
)

// A session is what a client before 2026-07-28 said of itself when it began
// one. Its id is this, signed; the server keeps none.
type session struct {
	Nonce   string `json:"n"`
	Name    string `json:"c,omitempty"`
	Elicits bool   `json:"e,omitempty"`
}

// principal is an actor as one text, by which what was given to it is known
// again.
func principal(a schema.Actor) string {
	return string(a.Workspace) + "/" + string(a.ID) + "/" + string(a.Key)
}

// memberOf is the principal without its key: a member can make many.
func memberOf(who string) string { return who[:strings.LastIndexByte(who, '/')] }

// newSession begins a session of the actor and returns its id.
func (s *Server) newSession(c *peer, who string) string {
	caps := c.GetClientCapabilities()
	b, err := json.Marshal(session{rand.Text()[:16], clientName(c.GetClientInfo()), elicits(&caps)})
	if err != nil {
		panic(err) // texts and a bool
	}
	return base64.RawURLEncoding.EncodeToString(b) + "." + s.sign("session", who, string(b))
}

// readSession returns the session of an id, or nil if the actor has no such.
func (s *Server) readSession(id, who string) *session {
	text, mac, _ := strings.Cut(id, ".")
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !hmac.Equal([]byte(mac), []byte(s.sign("session", who, string(b)))) {
		return nil
	}
	res := new(session)
	if json.Unmarshal(b, res) != nil || s.ended.has(memberOf(who), res.Nonce) {
		return nil
	}
	return res
}

// peer is who began the session.
func (s *session) peer() *peer {
	c := &peer{info: mcp.Implementation{Name: s.Name}}
	if s.Elicits {
		c.caps.Elicitation = new(mcp.ElicitationCapability)
	}
	return c
}

// sign returns what proves that the server said these parts.
func (s *Server) sign(parts ...string) string {
	h := hmac.New(sha256.New, s.secret)
	var b []byte
	for _, p := range parts {
		b = append(append(strconv.AppendInt(b, int64(len(p)), 10), ':'), p...)
	}
	h.Write(b)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// Of so many sessions it is remembered that they were ended. Those before them
// could be taken up again, by whom they were given to.
const (
	maxEnded     = 4096
	maxEndedEach = 256 // of one member
)

// Endings are the sessions that were ended last.
type endings struct {
	mu   sync.Mutex
	last map[string][]string // by member
	all  int
}

// add remembers that a member ended a session. Where there are too many, who
// ended the most forgets the oldest.
func (e *endings) add(member, nonce string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last == nil {
		e.last = map[string][]string{}
	}
	e.last[member] = append(e.last[member], nonce)
	e.all++
	if len(e.last[member]) > maxEndedEach {
		e.forget(member)
	}
	if e.all > maxEnded {
		most := member
		for m, ended := range e.last {
			if len(ended) > len(e.last[most]) {
				most = m
			}
		}
		e.forget(most)
	}
}

func (e *endings) forget(member string) {
	e.all--
	if e.last[member] = e.last[member][1:]; len(e.last[member]) == 0 {
		delete(e.last, member)
	}
}

func (e *endings) has(member, nonce string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Contains(e.last[member], nonce)
}

const (
	// maxSessions is in how many sessions one actor may watch something.
	maxSessions = 64
	// sessionPatience is how long something is watched for a session that has
	// no stream open.
	sessionPatience = 5 * time.Minute
)

// Watched is what is watched in sessions.
type watched struct {
	newWatch func() *watch

	mu      sync.Mutex
	byOwner map[string]*sessionWatch
}

type sessionWatch struct {
	*watch
	who     string
	streams int
	timer   *time.Timer // ends it
}

// of is the watch of a session.
func (w *watched) of(c caller) (*watch, *rpcError) {
	w.mu.Lock()
	defer w.mu.Unlock()
	sw, e := w.find(c)
	if e != nil {
		return nil, e
	}
	return sw.watch, nil
}

// join is of, for a stream that is open until leave is called.
func (w *watched) join(c caller) (res *watch, leave func(), e *rpcError) {
	w.mu.Lock()
	defer w.mu.Unlock()
	sw, e := w.find(c)
	if e != nil {
		return nil, nil, e
	}
	sw.streams++
	sw.timer.Stop()
	return sw.watch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if sw.streams--; sw.streams == 0 && w.byOwner[c.owner()] == sw {
			sw.timer.Reset(sessionPatience)
		}
	}, nil
}

// find is called with w.mu held.
func (w *watched) find(c caller) (*sessionWatch, *rpcError) {
	if sw := w.byOwner[c.owner()]; sw != nil {
		return sw, nil
	}
	n := 0
	for _, sw := range w.byOwner {
		if sw.who == c.who {
			n++
		}
	}
	if n >= maxSessions {
		return nil, bad(mcp.INVALID_REQUEST, fmt.Sprintf("something is watched in %d sessions, and that is the most; end one", maxSessions))
	}
	if w.byOwner == nil {
		w.byOwner = map[string]*sessionWatch{}
	}
	sw := &sessionWatch{watch: w.newWatch(), who: c.who}
	sw.timer = time.AfterFunc(sessionPatience, func() { w.end(c) })
	w.byOwner[c.owner()] = sw
	return sw, nil
}

// end watches nothing any more for a session.
func (w *watched) end(c caller) {
	w.mu.Lock()
	sw := w.byOwner[c.owner()]
	delete(w.byOwner, c.owner())
	w.mu.Unlock()
	if sw != nil {
		sw.timer.Stop()
		sw.watch.close()
	}
}
