package auth_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"hubbub/internal/auth"
	"hubbub/internal/chat"
)

// cheap is the least that argon2id allows, so that tests are quick.
var cheap = auth.Params{Memory: 8, Passes: 1, Threads: 1}

func mustHash(t *testing.T, h *auth.Hasher, password string) string {
	t.Helper()
	stored, err := h.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func TestPasswordVerifiesAgainstItsHashOnly(t *testing.T) {
	h := auth.NewHasher(cheap)
	stored := mustHash(t, h, "correct horse")
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Errorf("stored as %s", stored)
	}
	if again := mustHash(t, h, "correct horse"); again == stored {
		t.Error("two hashes have the same salt")
	}
	for password, want := range map[string]bool{
		"correct horse":            true,
		"correct\u00a0horse":       true, // another kind of space
		"Correct horse":            false,
		"correct horse ":           false,
		"":                         false,
		"correct\x00":              false,
		"\xff":                     false,
		strings.Repeat("x", 1<<20): false,
	} {
		ok, rehash, err := h.Verify(t.Context(), stored, password)
		if ok != want || rehash || err != nil {
			t.Errorf("%.20q: ok %v, rehash %v, %v", password, ok, rehash, err)
		}
	}
}

func TestPasswordIsTheSameFromEveryKeyboard(t *testing.T) {
	h := auth.NewHasher(cheap)
	stored := mustHash(t, h, "zaz\u0307o\u0301łc\u0301") // accents as characters of their own
	if ok, _, err := h.Verify(t.Context(), stored, "zażółć"); !ok || err != nil {
		t.Errorf("composed: %v, %v", ok, err)
	}
}

// From the tests of the reference implementation.
func TestHashesOfOthersAreRead(t *testing.T) {
	h := auth.NewHasher(cheap)
	const stored = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	if ok, _, err := h.Verify(t.Context(), stored, "password"); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestWeakerHashesAreToBeMadeAnew(t *testing.T) {
	strong := auth.NewHasher(auth.Params{Memory: 16, Passes: 2, Threads: 1})
	for _, c := range []struct {
		stored auth.Params
		want   bool
	}{
		{auth.Params{Memory: 16, Passes: 2, Threads: 1}, false},
		{auth.Params{Memory: 16, Passes: 2, Threads: 2}, false},
		{auth.Params{Memory: 32, Passes: 3, Threads: 1}, false},
		{auth.Params{Memory: 8, Passes: 2, Threads: 1}, true},
		{auth.Params{Memory: 32, Passes: 1, Threads: 1}, true},
	} {
		stored := mustHash(t, auth.NewHasher(c.stored), "correct horse")
		if ok, rehash, err := strong.Verify(t.Context(), stored, "correct horse"); !ok || rehash != c.want || err != nil {
			t.Errorf("%+v: ok %v, rehash %v, %v", c.stored, ok, rehash, err)
		}
		if ok, rehash, _ := strong.Verify(t.Context(), stored, "wrong"); ok || rehash {
			t.Errorf("%+v, wrong password: ok %v, rehash %v", c.stored, ok, rehash)
		}
	}
}

func TestDamagedHashIsOurFaultAndCostsNothing(t *testing.T) {
	h := auth.NewHasher(cheap)
	h.OnCompute(func() { t.Error("it was computed") })
	for _, stored := range []string{"", "x", "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"} {
		if ok, _, err := h.Verify(t.Context(), stored, "password"); ok || err == nil || err.Code != chat.Internal {
			t.Errorf("%q: %v, %v", stored, ok, err)
		}
	}
}

func TestHasherRefusesParametersOutOfBounds(t *testing.T) {
	if !auth.DefaultParams().Valid() {
		t.Error("the default parameters are not valid")
	}
	defer func() {
		if recover() == nil {
			t.Error("there was no panic")
		}
	}()
	auth.NewHasher(auth.Params{Memory: 1 << 30, Passes: 1, Threads: 1})
}

// Else the time of an answer would tell whether the name exists.
func TestWrongNameCostsWhatAWrongPasswordCosts(t *testing.T) {
	h := auth.NewHasher(cheap)
	stored := mustHash(t, h, "correct horse")
	var hashes int
	h.OnCompute(func() { hashes++ })
	for _, c := range []struct {
		password string
		want     int
	}{{"wrong password", 1}, {"", 0}, {"\x00", 0}, {strings.Repeat("x", 301), 0}} {
		hashes = 0
		_, _, err := h.Verify(t.Context(), stored, c.password)
		known := hashes
		hashes = 0
		if nobody := h.VerifyNobody(t.Context(), c.password); nobody != nil || err != nil {
			t.Errorf("%.10q: %v, %v", c.password, err, nobody)
		}
		if known != c.want || hashes != c.want {
			t.Errorf("%.10q: %d hashes for a known name, %d for another, want %d", c.password, known, hashes, c.want)
		}
	}
}

// crowd starts n verifications and returns, with as many computing as may and
// the others waiting, what ends them and gives their errors.
func crowd(ctx context.Context, t *testing.T, h *auth.Hasher, n int) (end func() []*chat.Error) {
	gate := make(chan struct{})
	var running atomic.Int32
	h.OnCompute(func() {
		running.Add(1)
		<-gate
		running.Add(-1)
	})
	errs := make([]*chat.Error, n)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = h.VerifyNobody(ctx, "correct horse") })
	}
	return func() []*chat.Error {
		for left := n; ; left-- {
			synctest.Wait()
			computing := int(running.Load())
			if ctx.Err() == nil && computing != min(left, auth.MaxHashing()) || computing > auth.MaxHashing() {
				t.Errorf("%d run at once, with %d left", computing, left)
			}
			if computing == 0 {
				break
			}
			gate <- struct{}{}
		}
		all.Wait()
		return errs
	}
}

func TestAtMostTwoHashesRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, err := range crowd(t.Context(), t, auth.NewHasher(cheap), 20)() {
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestCrowdBeyondTheQueueIsToldToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := auth.NewHasher(cheap)
		end := crowd(t.Context(), t, h, auth.MaxHashing()+auth.MaxWaiting)
		synctest.Wait()
		if _, err := h.Hash(t.Context(), "correct horse"); err == nil || err.Code != chat.Unavailable {
			t.Errorf("one too many: %v", err)
		}
		for _, err := range end() {
			if err != nil {
				t.Error(err)
			}
		}
		h.OnCompute(func() {})
		if _, err := h.Hash(t.Context(), "correct horse"); err != nil {
			t.Errorf("after the crowd: %v", err)
		}
	})
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := auth.NewHasher(cheap)
		ctx, cancel := context.WithCancel(t.Context())
		end := crowd(ctx, t, h, auth.MaxHashing()+1)
		synctest.Wait()
		cancel()
		refused := 0
		for _, err := range end() {
			if err != nil {
				refused++
				if err.Code != chat.Unavailable || err.Cause == nil {
					t.Errorf("%v, because of %v", err, err.Cause)
				}
			}
		}
		if refused != 1 {
			t.Errorf("%d were refused, want the one that waited", refused)
		}
		h.OnCompute(func() { t.Error("it was computed") })
		if err := h.VerifyNobody(ctx, "correct horse"); err == nil || err.Code != chat.Unavailable {
			t.Errorf("ended before: %v", err)
		}
	})
}
