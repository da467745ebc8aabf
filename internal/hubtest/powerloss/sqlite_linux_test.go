package powerloss_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"hubbub/internal/hubtest/powerloss"
)

// row returns what row id must hold, a few bytes to a few pages.
func row(id int64) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "%d.", id), 1+int(id*id%700))
}

// writeRows is a child: it opens the database args[0] with the synchronous
// setting args[1], executes the statements in the other args, checks the
// rows, says "have N", and then writes rows for ever and says "acked N"
// after each commit. When a commit fails it ends on the spot.
func writeRows(args []string) error {
	conn, err := sqlite.OpenConn(args[0], sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return err
	}
	defer conn.Close()
	setup := []string{
		"PRAGMA journal_mode = WAL",
		"PRAGMA synchronous = " + args[1],
		"PRAGMA wal_autocheckpoint = 30",
		"CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body BLOB)",
	}
	for _, query := range append(setup, args[2:]...) {
		if err := sqlitex.ExecuteTransient(conn, query, nil); err != nil {
			return err
		}
	}
	last, err := checkRows(conn)
	if err != nil {
		return err
	}
	if err := sharesMemory(args[0]); err != nil {
		return err
	}
	fmt.Println("have", last)
	for {
		if last, err = appendRows(conn, last); err != nil {
			fmt.Println("error", err)
			os.Exit(1) // without the checkpoint of Close
		}
		fmt.Println("acked", last)
	}
}

// appendRows writes a transaction of a few rows.
func appendRows(conn *sqlite.Conn, last int64) (_ int64, err error) {
	end, err := sqlitex.ImmediateTransaction(conn)
	if err != nil {
		return 0, err
	}
	defer end(&err)
	for range 1 + last%5 {
		last++
		err = sqlitex.Execute(conn, "INSERT INTO rows VALUES (?, ?)", &sqlitex.ExecOptions{Args: []any{last, row(last)}})
		if err != nil {
			return 0, err
		}
	}
	return last, nil
}

// checkRows returns the last row's number; all rows before it must be there and
// whole, and the database sound.
func checkRows(conn *sqlite.Conn) (last int64, err error) {
	check := func(stmt *sqlite.Stmt) error {
		if got := stmt.ColumnText(0); got != "ok" {
			return fmt.Errorf("integrity_check: %s", got)
		}
		return nil
	}
	if err := sqlitex.Execute(conn, "PRAGMA integrity_check", &sqlitex.ExecOptions{ResultFunc: check}); err != nil {
		return 0, err
	}
	next := func(stmt *sqlite.Stmt) error {
		last++
		body := make([]byte, stmt.ColumnLen(1))
		if stmt.ColumnBytes(1, body); stmt.ColumnInt64(0) != last || !bytes.Equal(body, row(last)) {
			return fmt.Errorf("row %d is missing or damaged", last)
		}
		return nil
	}
	err = sqlitex.Execute(conn, "SELECT id, body FROM rows ORDER BY id", &sqlitex.ExecOptions{ResultFunc: next})
	return last, err
}

// sharesMemory makes sure that the index of the WAL is a mapped file, as in any
// other place.
func sharesMemory(db string) error {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err
	}
	if !strings.Contains(string(maps), filepath.Base(db)+"-shm") {
		return fmt.Errorf("%s-shm is not mapped", db)
	}
	return nil
}

// database is one that writers work on, one after the other, each until its
// process or the power ends.
type database struct {
	fs          *powerloss.FS
	path        string
	synchronous string
	atStart     []string // statements that a writer begins with
	acked       int64    // the last row that a writer said was committed
}

func (d *database) start(t *testing.T) *child {
	t.Helper()
	return start(t, "rows", append([]string{d.path, d.synchronous}, d.atStart...)...)
}

// crash runs a writer until a random moment: after some commits it is killed,
// or at some request the power goes while it runs. Then the power is lost. It
// returns what was wrong with the data that the writer found at its start.
func (d *database) crash(t *testing.T, rng *rand.Rand) error {
	t.Helper()
	commits, off := 1+rng.IntN(40), (<-chan struct{})(nil)
	if rng.IntN(2) == 0 {
		commits, off = -1, d.fs.CutPower(rng.IntN(300))
	}
	c := d.start(t)
	damage := d.follow(c, commits, c.stop, off)
	c.kill()
	loss := d.fs.PowerLoss(rng)
	t.Logf("acknowledged %d, killed %t, lost %+v", d.acked, commits > 0, loss)
	return damage
}

// follow reads what a writer says until it ends, and calls then after so many
// commits. Errors count as damage, unless they are expected from the time that
// failing is closed.
func (d *database) follow(c *child, commits int, then func(), failing <-chan struct{}) error {
	for c.lines.Scan() {
		word, rest, _ := strings.Cut(c.lines.Text(), " ")
		var n int64
		fmt.Sscan(rest, &n)
		switch word {
		case "have":
			if n < d.acked {
				return fmt.Errorf("%d rows were acknowledged, %d are there", d.acked, n)
			}
		case "acked":
			d.acked = n
			if commits--; commits == 0 {
				then() // and read on: what the writer has said counts
			}
		default:
			select {
			case <-failing:
			default:
				return fmt.Errorf("the writer failed: %s", c.lines.Text())
			}
		}
	}
	return nil
}

// rounds returns how often to try: all, or a quarter of them with -short.
func rounds(all int) int {
	if testing.Short() {
		return all / 4
	}
	return all
}

func TestSQLiteKeepsWhatItAcknowledged(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	fs := powerloss.ForTest(t)
	d := &database{fs: fs, path: filepath.Join(fs.Dir(), "rows.db"), synchronous: "FULL"}
	for range rounds(20) {
		if err := d.crash(t, rng); err != nil {
			t.Fatal(err)
		}
	}
	if d.acked == 0 {
		t.Error("no row was acknowledged: nothing was tested")
	}
}

// Without syncs the same test must find a loss, or it would prove nothing. With
// synchronous=NORMAL rows may go, but the rest must be sound.
func TestSQLiteWithoutSyncsLosesRows(t *testing.T) {
	for _, synchronous := range []string{"OFF", "NORMAL"} {
		t.Run(synchronous, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 4))
			fs := powerloss.ForTest(t)
			for i := range 40 {
				d := &database{fs: fs, path: filepath.Join(fs.Dir(), fmt.Sprintf("rows%d.db", i)), synchronous: synchronous}
				if err := d.crash(t, rng); err != nil {
					t.Fatalf("on an empty disk: %v", err)
				}
				acked := d.acked
				err := d.crash(t, rng)
				if err == nil || acked == 0 {
					continue
				}
				if synchronous == "NORMAL" && !strings.Contains(err.Error(), "were acknowledged") {
					t.Fatal(err)
				}
				t.Log(err)
				return // it was found
			}
			t.Fatal("no row was ever lost: the power loss does not bite")
		})
	}
}

// After a failed sync the commit is in the kernel's page cache but never on the
// disk. A writer that starts again then finds it, and builds on it; all that
// it adds to the WAL is lost with it when the power goes. It must first move
// what it found into the database, which writes it anew.
func TestSQLiteMustCheckpointAfterAFailedSync(t *testing.T) {
	t.Run("without", func(t *testing.T) {
		for i := range 40 {
			if err := failedSync(t, i, nil); err != nil {
				t.Logf("round %d: %v", i, err)
				return
			}
		}
		t.Fatal("nothing was lost: a failed sync does not bite")
	})
	t.Run("with", func(t *testing.T) {
		for i := range rounds(10) {
			if err := failedSync(t, i, []string{"PRAGMA wal_checkpoint = TRUNCATE"}); err != nil {
				t.Fatalf("round %d: %v", i, err)
			}
		}
	})
}

// failedSync lets a commit's sync fail, starts the writer again, lets the power
// go some commits later, and returns what is wrong then.
func failedSync(t *testing.T, seed int, atStart []string) error {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(seed), 5))
	fs := powerloss.ForTest(t)
	d := &database{fs: fs, path: filepath.Join(fs.Dir(), "rows.db"), synchronous: "FULL", atStart: atStart}

	c, failing := d.start(t), make(chan struct{})
	err := d.follow(c, 1+rng.IntN(20), func() {
		fs.FailSync(-1, syscall.EIO)
		close(failing)
	}, failing)
	c.kill()
	fs.FailSync(0, 0)

	c = d.start(t)
	err = errors.Join(err, d.follow(c, 1+rng.IntN(5), c.stop, nil))
	c.kill()
	if err != nil {
		t.Fatalf("before the power loss: %v", err)
	}
	fs.PowerLoss(rng)
	c = d.start(t)
	return d.follow(c, 1, c.stop, nil)
}
