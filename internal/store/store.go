package store

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
	"zombiezen.com/go/sqlite"

	"hubbub/internal/store/search"
)

// The files in a store's directory.
const (
	dbName     = "hubbub.db"
	searchName = "search.db"
	lockName   = "hubbub.lock"
)

const defaultReaders = 4

// Options say how a store is kept. All may be left out.
type Options struct {
	Logger     *slog.Logger // hears of migrations, repairs and trouble; nil is silence
	Substrings bool         // search finds pieces of words too, at 2.7 times the size of the messages
	Readers    int          // how many reads run at once; 0 is 4
}

// Store is an open directory. Its methods may be called from any goroutine,
// except that Load, Facts and Commit belong to one, the applier.
type Store struct {
	dir     string
	epoch   string
	logger  *slog.Logger
	lock    *flock.Flock // nil if the directory could not be claimed
	readers *pool
	index   *search.Index // nil if it could not be opened
	growth  growth

	// erased holds a token while erased text may still be in the write-ahead
	// log. Never closed.
	erased chan struct{}

	// use guards the following. It is held for a whole transaction, by the
	// applier, who is alone, and by Close: so nobody waits for it while the
	// store is in use.
	use    sync.Mutex
	writer *writer // nil if it could not be opened
	broken error   // why nothing more is accepted
	closed bool
}

// Open opens the directory for the one server that may use it, and makes it if
// there is none. A database of an older version is backed up beside itself and
// migrated; after a crash the end of the log is checked.
//
// What can be wrong is listed as errors of this package, which the error
// matches (errors.Is); its text is a sentence that says what to do.
func Open(dir string, o Options) (*Store, error) {
	return open(dir, o, embedded())
}

func open(dir string, o Options, steps []string) (_ *Store, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s := &Store{
		dir:     dir,
		logger:  cmp.Or(o.Logger, slog.New(slog.DiscardHandler)),
		readers: newPool(cmp.Or(max(o.Readers, 0), defaultReaders)),
		erased:  make(chan struct{}, 1),
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.lock, err = claim(dir); err != nil {
		return nil, err
	}
	if err := s.openDatabase(steps); err != nil {
		return nil, err
	}
	if err := s.openIndex(o); err != nil {
		return nil, err
	}
	return s, nil
}

// openDatabase creates, migrates and checks the database, and opens all
// connections to it.
func (s *Store) openDatabase(steps []string) error {
	path := filepath.Join(s.dir, dbName)
	crashed, err := s.prepareFile(path)
	if err != nil {
		return err
	}
	conn, err := s.connectWriter(path)
	if err != nil {
		return err
	}
	s.writer = &writer{conn: conn}
	if err := s.migrate(conn, path, steps); err != nil {
		return err
	}
	if crashed { // before what had just been erased was out of the write-ahead log
		poke(s.erased)
	}
	if err := s.check(conn, path, crashed); err != nil {
		return err
	}
	if err := s.writer.prepare(); err != nil {
		return s.unsound("prepare statements", err)
	}
	if err := s.identify(conn); err != nil {
		return s.explain("read what log this is", err)
	}
	return s.readers.fill(func() (*connection, error) { return s.connect(path, sqlite.OpenReadOnly) })
}

// identify reads the epoch and the end of the log. A copy has no epoch; it gets
// one, as it may end earlier than what clients of the original have seen.
func (s *Store) identify(conn *connection) error {
	last, err := lastSeq(conn)
	if err != nil {
		return err
	}
	s.growth.to(last)
	err = each(conn, `SELECT epoch FROM log`, func(row *sqlite.Stmt) error {
		s.epoch = row.ColumnText(0)
		return nil
	})
	if err != nil || s.epoch != "" {
		return err
	}
	s.epoch = rand.Text()
	s.logger.Info("store: this database is a copy; its log is one of its own from now on", "epoch", s.epoch)
	return run(conn, `UPDATE log SET epoch = ?`, s.epoch)
}

// Epoch names this log among all others. A cursor that leaves the process
// carries it, so that one of another log is refused instead of misread.
func (s *Store) Epoch() string { return s.epoch }

// Close waits for what is running, moves the write-ahead log into the database
// and releases the directory. [Store.Run] has to have returned. Calls that come later fail with [ErrClosed].
// Closing twice is harmless.
func (s *Store) Close() error {
	s.use.Lock()
	defer s.use.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	err := s.readers.close()
	if s.index != nil {
		err = errors.Join(err, s.index.Close())
	}
	if s.writer != nil {
		err = errors.Join(err, s.writer.close())
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Unlock())
	}
	return s.explain("close", err)
}
