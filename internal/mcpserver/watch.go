package mcpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"custory/resources"
	"custory/schema"
	"custory/store"
)

// maxWatched is how many addresses one watch may hold.
const maxWatched = 500

// A watch is a set of addresses, and those among them whose picture has changed
// and of which the client was not told yet. However often one changes until
// then, it is told once.
type watch struct {
	lookout *lookout
	ring    chan struct{} // something has changed

	mu      sync.Mutex
	at      map[string]canonical // by the address that the client used
	changed []string             // of those, in order
	closed  bool
}

// A canonical address is that by ids alone, in its workspace.
type canonical struct {
	workspace schema.ID
	uri       string // "" of what never changes
}

func (s *Server) newWatch() *watch {
	return &watch{lookout: &s.lookout, ring: make(chan struct{}, 1), at: map[string]canonical{}}
}

// add watches an address, which must be one that can be read.
func (w *watch) add(ctx context.Context, s *Server, uri string) error {
	w.mu.Lock()
	_, has := w.at[uri]
	full := len(w.at) >= maxWatched
	w.mu.Unlock()
	if has {
		return nil
	}
	if full {
		return &schema.Error{Code: schema.Limited, Field: "uri", Message: fmt.Sprintf("%d addresses are watched, and that is the most", maxWatched), Hint: "watch custory://workspace, which changes with anything in it"}
	}
	c := canonical{workspace: s.actor(ctx).Workspace}
	var head int64
	if s.fixed[uri] == nil {
		err := s.view(ctx, func(tx *store.Tx) (err error) {
			if c.uri, err = resources.Canonical(tx, uri); err != nil {
				return err
			}
			head, err = tx.Head()
			return err
		})
		if err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, has := w.at[uri]; !has && !w.closed {
		w.at[uri] = c
		w.lookout.add(w, c, head)
	}
	return nil
}

// remove watches an address no more.
func (w *watch) remove(uri string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, has := w.at[uri]
	if !has {
		return
	}
	delete(w.at, uri)
	w.changed = slices.DeleteFunc(w.changed, func(u string) bool { return u == uri })
	for _, other := range w.at {
		if other == c {
			return // by another name
		}
	}
	w.lookout.remove(w, c)
}

// close watches nothing any more.
func (w *watch) close() {
	w.mu.Lock()
	w.closed = true
	uris := slices.Collect(maps.Keys(w.at))
	w.mu.Unlock()
	for _, uri := range uris {
		w.remove(uri)
	}
}

// size is how many addresses are watched.
func (w *watch) size() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.at)
}

// mark notes that the picture at an address has changed.
func (w *watch) mark(c canonical) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for uri, at := range w.at {
		if at == c && !slices.Contains(w.changed, uri) {
			w.changed = append(w.changed, uri)
		}
	}
	if len(w.changed) > 0 {
		w.wake()
	}
}

// take returns the addresses that have changed since it was called last.
func (w *watch) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	uris := w.changed
	w.changed = nil
	return uris
}

// again puts back what was taken and could not be told.
func (w *watch) again(uris []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, uri := range uris {
		if _, has := w.at[uri]; has && !slices.Contains(w.changed, uri) {
			w.changed = append(w.changed, uri)
		}
	}
	if len(w.changed) > 0 {
		w.wake()
	}
}

// wake is called with w.mu held.
func (w *watch) wake() {
	select {
	case w.ring <- struct{}{}:
	default:
	}
}

// A lookout follows the log of each workspace in which something is watched,
// once for all who watch, and sees the changes of other processes too.
type lookout struct {
	store *store.Store
	fail  func(workspace schema.ID, err error)

	mu        sync.Mutex
	followers map[schema.ID]*follower
}

// A follower reads one workspace's log.
type follower struct {
	stop    context.CancelFunc
	watches map[string]map[*watch]bool // by canonical address
}

// add tells the watch of the changes at an address that come after head.
func (l *lookout) add(w *watch, c canonical, head int64) {
	if c.uri == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.followers[c.workspace]
	if f == nil {
		ctx, stop := context.WithCancel(context.Background())
		f = &follower{stop: stop, watches: map[string]map[*watch]bool{}}
		if l.followers == nil {
			l.followers = map[schema.ID]*follower{}
		}
		l.followers[c.workspace] = f
		go l.follow(ctx, c.workspace, head)
	}
	if f.watches[c.uri] == nil {
		f.watches[c.uri] = map[*watch]bool{}
	}
	f.watches[c.uri][w] = true
}

func (l *lookout) remove(w *watch, c canonical) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.followers[c.workspace]
	if f == nil || !f.watches[c.uri][w] {
		return
	}
	delete(f.watches[c.uri], w)
	if len(f.watches[c.uri]) == 0 {
		delete(f.watches, c.uri)
	}
	if len(f.watches) == 0 {
		f.stop()
		delete(l.followers, c.workspace)
	}
}

// follow reads the log until nobody watches any more.
func (l *lookout) follow(ctx context.Context, workspace schema.ID, after int64) {
	for ctx.Err() == nil {
		for change, err := range l.store.Tail(ctx, workspace, after) {
			if err != nil {
				if ctx.Err() == nil {
					l.fail(workspace, err)
				}
				break
			}
			after = change.Seq
			for _, uri := range resources.Touched(change) {
				l.tell(canonical{workspace, uri})
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (l *lookout) tell(c canonical) {
	l.mu.Lock()
	var all []*watch
	if f := l.followers[c.workspace]; f != nil {
		all = slices.Collect(maps.Keys(f.watches[c.uri]))
	}
	l.mu.Unlock()
	for _, w := range all {
		w.mark(c)
	}
}

// updated is the notification that the picture at an address has changed, for
// the request that listens, if it is one.
func updated(uri string, listener json.RawMessage) ([]byte, error) {
	params := map[string]any{"uri": uri}
	if listener != nil {
		params["_meta"] = map[string]any{mcp.MetaKeySubscriptionID: listener}
	}
	return encode(notification{mcp.JSONRPC_VERSION, mcp.MethodNotificationResourceUpdated, params})
}

// labelled is a notification of mcp-go's that tells, on the stream of one who
// listens, what it belongs to.
func (x *exchange) labelled(n mcp.JSONRPCNotification) mcp.JSONRPCNotification {
	if _, listens := x.SubscriptionFilter(); listens {
		n.Params.Meta = map[string]any{mcp.MetaKeySubscriptionID: x.request}
	}
	return n
}

// SetSubscriptionFilter is called by mcp-go for a request that listens, and
// with nothing at its end.
func (x *exchange) SetSubscriptionFilter(f mcp.SubscriptionFilter) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.filter, x.listens = f, !f.IsEmpty()
}

// SubscriptionFilter is what a request listens to.
func (x *exchange) SubscriptionFilter() (mcp.SubscriptionFilter, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.filter, x.listens
}

// SubscribeToResourceErr watches an address.
func (x *exchange) SubscribeToResourceErr(uri string) error {
	if x.watch == nil {
		return x.refuse(schema.Errorf(schema.Invalid, "nothing can be told on this connection; send the %s of an initialize along", mcp.HeaderSessionID), uri)
	}
	if err := x.watch.add(x.ctx, x.Server, uri); err != nil {
		return x.refuse(err, uri)
	}
	return nil
}

// refuse tells why an address is not watched.
func (x *exchange) refuse(err error, uri string) error {
	err = x.fail(x.ctx, err, map[string]string{"uri": uri})
	requestOf(x.ctx).text = err.Error()
	return err
}

// SubscribeToResource is SubscribeToResourceErr for those who do not want to
// know.
func (x *exchange) SubscribeToResource(uri string) { _ = x.SubscribeToResourceErr(uri) }

// UnsubscribeFromResource watches an address no more.
func (x *exchange) UnsubscribeFromResource(uri string) {
	if x.watch != nil {
		x.watch.remove(uri)
	}
}

// SubscribedResources lists what is watched.
func (x *exchange) SubscribedResources() []string {
	if x.watch == nil {
		return nil
	}
	x.watch.mu.Lock()
	defer x.watch.mu.Unlock()
	return slices.Sorted(maps.Keys(x.watch.at))
}

// IsSubscribedToResource reports whether an address is watched.
func (x *exchange) IsSubscribedToResource(uri string) bool {
	return slices.Contains(x.SubscribedResources(), uri)
}

var _ server.SessionWithResourceSubscriptionsErr = (*exchange)(nil)
