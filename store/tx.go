package store

import (
	"context"
	"database/sql"
	"time"

	"custory/schema"
)

// A Tx is one transaction, in one workspace, on behalf of one call.
type Tx struct {
	Call schema.Call
	Now  time.Time // one moment for the whole transaction

	Workspaces  Table[schema.Workspace, *schema.Workspace]
	Members     Table[schema.Member, *schema.Member]
	Journeys    Table[schema.Journey, *schema.Journey]
	Stages      Table[schema.Stage, *schema.Stage]
	Steps       Table[schema.Step, *schema.Step]
	Nestings    Table[schema.Nesting, *schema.Nesting]
	Items       Table[schema.Item, *schema.Item]
	Placements  Table[schema.Placement, *schema.Placement]
	Links       Table[schema.Link, *schema.Link]
	Personas    Table[schema.Persona, *schema.Persona]
	Signals     Table[schema.Signal, *schema.Signal]
	Citations   Table[schema.Citation, *schema.Citation]
	Notes       Table[schema.Note, *schema.Note]
	Comments    Table[schema.Comment, *schema.Comment]
	Attachments Table[schema.Attachment, *schema.Attachment]
	Weblinks    Table[schema.Weblink, *schema.Weblink]
	Tasks       Table[schema.Task, *schema.Task]
	Readings    Table[schema.Reading, *schema.Reading]
	Bookmarks   Table[schema.Bookmark, *schema.Bookmark]

	Keys         Table[schema.Key, *schema.Key]
	Invitations  Table[schema.Invitation, *schema.Invitation]
	JoinRequests Table[schema.JoinRequest, *schema.JoinRequest]

	ctx     context.Context
	st      *Store
	s       *session
	tables  map[schema.Kind]table
	parents map[schema.ID]schema.Ref // of records already asked about
	stale   map[schema.ID]schema.Kind

	people bool      // a member was written
	begun  bool      // the call is in the log
	seq    int64     // of the last change written, once the call is in the log
	undoes schema.ID // the call this one takes back
	says   string    // what the call did, in a few words
}

func newTx(ctx context.Context, st *Store, s *session, call schema.Call) *Tx {
	tx := &Tx{Call: call, Now: st.Now(), ctx: ctx, st: st, s: s,
		tables: make(map[schema.Kind]table, 24), parents: map[schema.ID]schema.Ref{}, stale: map[schema.ID]schema.Kind{}}
	bind(tx, &tx.Workspaces, workspaceColumns)
	bind(tx, &tx.Members, memberColumns)
	bind(tx, &tx.Journeys, journeyColumns)
	bind(tx, &tx.Stages, stageColumns)
	bind(tx, &tx.Steps, stepColumns)
	bind(tx, &tx.Nestings, nestingColumns)
	bind(tx, &tx.Items, itemColumns)
	bind(tx, &tx.Placements, placementColumns)
	bind(tx, &tx.Links, linkColumns)
	bind(tx, &tx.Personas, personaColumns)
	bind(tx, &tx.Signals, signalColumns)
	bind(tx, &tx.Citations, citationColumns)
	bind(tx, &tx.Notes, noteColumns)
	bind(tx, &tx.Comments, commentColumns)
	bind(tx, &tx.Attachments, attachmentColumns)
	bind(tx, &tx.Weblinks, weblinkColumns)
	bind(tx, &tx.Tasks, taskColumns)
	bind(tx, &tx.Readings, readingColumns)
	bind(tx, &tx.Bookmarks, bookmarkColumns)
	bind(tx, &tx.Keys, keyColumns)
	bind(tx, &tx.Invitations, invitationColumns)
	bind(tx, &tx.JoinRequests, joinRequestColumns)
	return tx
}

// Summarize says what the call does, in a few words, for whoever reads the
// log. It must hold no text that was imported.
func (tx *Tx) Summarize(words string) { tx.says = words }

// Seq is the place in the log of the last change this transaction has made, or
// 0 if it has made none.
func (tx *Tx) Seq() int64 { return tx.seq }

// workspace is the one every statement is bound to.
func (tx *Tx) workspace() schema.ID { return tx.Call.Actor.Workspace }

// exec runs a statement unless the caller has gone.
func (tx *Tx) exec(query string, args ...any) (sql.Result, error) {
	if err := tx.ctx.Err(); err != nil {
		return nil, err
	}
	return tx.s.exec(query, args...)
}

// query calls scan for each row. scan must not use tx.
func (tx *Tx) query(query string, args []any, scan func(*sql.Rows) error) error {
	if err := tx.ctx.Err(); err != nil {
		return err
	}
	return tx.s.query(query, args, scan)
}

// one reads the first row of the answer into dst, and reports whether there
// was one.
func (tx *Tx) one(query string, args []any, dst ...any) (found bool, err error) {
	err = tx.query(query, args, func(rows *sql.Rows) error {
		if found {
			return nil
		}
		found = true
		return rows.Scan(dst...)
	})
	return found, err
}

// list reads a column of values.
func list[T any](tx *Tx, query string, args ...any) (all []T, err error) {
	err = tx.query(query, args, func(rows *sql.Rows) error {
		var v T
		err := rows.Scan(&v)
		all = append(all, v)
		return err
	})
	return all, err
}

// ids reads a column of ids.
func (tx *Tx) ids(query string, args ...any) ([]schema.ID, error) {
	return list[schema.ID](tx, query, args...)
}
