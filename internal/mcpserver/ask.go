package mcpserver

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"math"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// Questions are what clients before 2026-07-28 were asked and have not answered
// yet. Each is as long there as the call that asks.
type questions struct {
	mu   sync.Mutex
	open map[string]question // by the id of the request that was sent
}

// A question waits for the answer of whoever was asked.
type question struct {
	owner  string
	answer chan message
}

// answered hands an answer to who waits for it. Nobody can answer what another
// was asked.
func (q *questions) answered(owner string, m message) {
	var id string
	if json.Unmarshal(m.ID, &id) != nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if waiting, ok := q.open[id]; ok && waiting.owner == owner {
		delete(q.open, id)
		waiting.answer <- m
	}
}

// ask sends a request to the client and waits for its result.
func (x *exchange) ask(ctx context.Context, method mcp.MCPMethod, params any) (json.RawMessage, error) {
	if x.owner == "" {
		return nil, server.ErrElicitationNotSupported
	}
	id := rand.Text()
	line, err := encode(struct {
		JSONRPC string        `json:"jsonrpc"`
		ID      string        `json:"id"`
		Method  mcp.MCPMethod `json:"method"`
		Params  any           `json:"params"`
	}{mcp.JSONRPC_VERSION, id, method, params})
	if err != nil {
		return nil, err
	}
	q := question{x.owner, make(chan message, 1)}
	x.questions.mu.Lock()
	if x.questions.open == nil {
		x.questions.open = map[string]question{}
	}
	x.questions.open[id] = q
	x.questions.mu.Unlock()
	defer func() {
		x.questions.mu.Lock()
		delete(x.questions.open, id)
		x.questions.mu.Unlock()
	}()
	x.put(line, math.MaxInt)
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case m := <-q.answer:
		if m.Error != nil {
			return nil, errors.New("the client refused the request")
		}
		return m.Result, nil
	}
}

// RequestElicitation puts a form to the person who uses the client. A client
// that cannot is taken for a person who did not answer.
func (x *exchange) RequestElicitation(ctx context.Context, req mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	res := new(mcp.ElicitationResult)
	b, err := x.ask(ctx, mcp.MethodElicitationCreate, req.Params)
	if err == nil {
		err = json.Unmarshal(b, &res.ElicitationResponse)
	}
	if err != nil && ctx.Err() == nil {
		return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionCancel}}, nil
	}
	return res, err
}

var _ server.SessionWithElicitation = (*exchange)(nil)
