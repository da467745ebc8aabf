package store

import (
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"hubbub/internal/chat"
)

// connection is a connection to SQLite that keeps its statements compiled.
//
// The driver keeps them too, but clears a statement's parameters before each
// use. SQLite (since 3.54, built with STAT4) takes that for new values, which
// may deserve another plan, and compiles the statement anew: that costs ten
// times what our queries do. So parameters are only ever overwritten.
type connection struct {
	*sqlite.Conn
	ready map[string]*sqlite.Stmt // by query
}

// statement returns a statement, compiled at its first use. Whoever runs it
// sets all its parameters, and resets it.
func (c *connection) statement(query string) (*sqlite.Stmt, error) {
	if stmt := c.ready[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := c.Conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	c.ready[query] = stmt
	return stmt, nil
}

// run executes a statement that returns no rows.
func run(conn *connection, query string, args ...any) error {
	return each(conn, query, nil, args...)
}

// errEnough ends each without an error. A LIMIT that is a parameter is another
// reason for SQLite to compile a statement anew, so those that are used often
// have none, and whoever reads them stops.
var errEnough = errors.New("enough rows")

// each executes a statement and calls f with each row.
func each(conn *connection, query string, f func(row *sqlite.Stmt) error, args ...any) (err error) {
	stmt, err := conn.statement(query)
	if err != nil {
		return err
	}
	for i, arg := range args {
		bind(stmt, i+1, arg)
	}
	for {
		row, err := stmt.Step()
		if err != nil {
			return err
		}
		if !row {
			return stmt.Reset()
		}
		switch err := f(stmt); {
		case err == errEnough:
			return stmt.Reset()
		case err != nil:
			return errors.Join(err, stmt.Reset())
		}
	}
}

// bind gives a statement a parameter of any of the types that this package
// has: SQLite knows one kind of integer.
func bind(stmt *sqlite.Stmt, param int, arg any) {
	switch v := arg.(type) {
	case int64:
		stmt.BindInt64(param, v)
	case int:
		stmt.BindInt64(param, int64(v))
	case uint64:
		stmt.BindInt64(param, int64(v))
	case chat.Seq:
		stmt.BindInt64(param, int64(v))
	case chat.UserID:
		stmt.BindInt64(param, int64(v))
	case chat.RoomID:
		stmt.BindInt64(param, int64(v))
	case chat.Millis:
		stmt.BindInt64(param, int64(v))
	case string:
		stmt.BindText(param, v)
	case chat.ClientID:
		stmt.BindText(param, string(v))
	case []byte:
		stmt.BindBytes(param, v)
	default:
		panic(fmt.Sprintf("store: parameter of type %T", arg))
	}
}

// number returns the one integer that a query selects, and 0 if it is NULL or
// there is none.
func number(conn *connection, query string, args ...any) (n int64, err error) {
	err = each(conn, query, func(row *sqlite.Stmt) error {
		n = row.ColumnInt64(0)
		return nil
	}, args...)
	return n, err
}
