package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// config has HUBBUB_CONFIG name a file with that text, and returns its path.
func config(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	t.Setenv("HUBBUB_CONFIG", path)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatIsWrongInAConfigurationIsNamedWithItsPlace(t *testing.T) {
	for _, c := range []struct{ text, line, says string }{
		{"[profiles.work]\nroom = \"#tea\"\ncolour = \"red\"\n", "line 3", "profiles.work.colour"},
		{"x = 1\n", "line 1", "no key x"},
		{"[profiles.work]\nplain = \"yes\"\n", "line 2", "plain takes true or false"},
		{"[profiles.work]\n\nnick = 7\n", "line 3", "nick takes"},
		{"[profiles.a]\n[profiles.work]\naddress = \"a b\"\n", "line 3", "address takes"},
		{"[profiles.work]\nfingerprint = \"SHA256:00\"\n", "line 2", "fingerprint takes"},
		{"[profiles.work]\ntheme = \"pink\"\n", "line 2", `"auto", "dark"`},
		{"[profiles.work]\nnick = \"a\\u001bb\"\n", "line 2", "nick takes"},
		{"[profiles.work]\nroom = \"" + strings.Repeat("x", 600) + "\"\n", "line 2", "room takes"},
		{"\n[profiles.\"chat.example.org\"]\nnick = \"a\"\n", "line", "no name for a profile"},
		{"[profiles.work\n", "line 1", "table name"},
		{"[profiles.work]\nnick = \"a\"\nnick = \"b\"\n", "line 3", "already defined"},
	} {
		_, err := parseProfiles("config.toml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), "config.toml, "+c.line) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}

func FuzzParseProfiles(f *testing.F) {
	for _, seed := range []string{"", "[profiles.work]\nroom = \"#tea\"\n", "profiles = {a = {plain = true}}", "[profiles.work]\nnick = 7", "[[profiles.work]]", "\"\xff"} {
		f.Add([]byte(seed), []byte("nick = \"ada\"\n"))
	}
	f.Fuzz(func(t *testing.T, text, table []byte) {
		got, err := parseProfiles("f", text)
		for name, p := range got {
			if err == nil && (!isProfileName(name) || p.fault() != "") {
				t.Errorf("%q is believed: %+v", name, p)
			}
		}
		if again := replaceTable(replaceTable(text, "work", table), "work", table); !bytes.Contains(again, []byte("[profiles.work]\n")) {
			t.Errorf("the table is not there: %q", again)
		}
	})
}

// parsed returns what join is told by arguments.
func parsed(t *testing.T, args ...string) *joinFlags {
	t.Helper()
	var errs bytes.Buffer
	f, _, err := parseJoin(args, &errs, &errs)
	if err != nil {
		t.Fatalf("%q: %v, %s", args, err, &errs)
	}
	return f
}

func TestAProfileFillsWhatTheFlagsLeaveOpen(t *testing.T) {
	config(t, "[profiles.work]\naddress = \"chat.example.org\"\nroom = \"#tea\"\nnick = \"ada\"\nuser = \"ada\"\nplain = true\n")
	f := parsed(t, "work")
	if f.address != "chat.example.org" || f.room != "#tea" || f.nick != "ada" || f.user != "ada" || !f.plain {
		t.Errorf("%+v", f)
	}
	f = parsed(t, "--nick", "bob", "--plain=false", "work", "coffee")
	if f.address != "chat.example.org" || f.room != "coffee" || f.nick != "bob" || f.plain {
		t.Errorf("with flags: %+v", f)
	}
}

func TestAProfileGoesBeforeAHostOfItsName(t *testing.T) {
	config(t, "[profiles.localhost]\naddress = \"chat.example.org\"\n")
	if f := parsed(t, "localhost"); f.address != "chat.example.org" {
		t.Errorf("the profile: %q", f.address)
	}
	for _, host := range []string{"localhost:7007", "other"} {
		if f := parsed(t, host); f.address != host {
			t.Errorf("%s is not a profile, but led to %q", host, f.address)
		}
	}
}

func TestASavedProfileIsThereTheNextTime(t *testing.T) {
	before := "# mine\n[profiles.home]\nnick = \"x\" # short\n\n# at work\n[profiles.work]\nroom = \"#old\"\nlanguage = \"pl\"\n\n# the end\n[profiles.z]\n"
	path := config(t, before)
	if _, errs, err := pipe(t, "", "--save", "work", "--user", "ada", "chat.example.org", "tea"); err != nil || !strings.Contains(errs, path) {
		t.Fatalf("%v, %q", err, errs)
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# mine\n", "# short\n", "# at work\n[profiles.work]\n", "\n# the end\n[profiles.z]\n"} {
		if !strings.Contains(string(kept), want) {
			t.Errorf("%q is lost:\n%s", want, kept)
		}
	}
	c, err := readConfig(false)
	want := profile{Address: "chat.example.org", Room: "tea", User: "ada", Language: "pl"}
	if err != nil || !reflect.DeepEqual(c.profiles["work"], want) || c.profiles["home"].Nick != "x" {
		t.Errorf("%v, %+v", err, c.profiles)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	out, _, err := pipe(t, "", "--profiles")
	if err != nil || !strings.Contains(out, "chat.example.org  tea") || !strings.Contains(out, "ada (member)") {
		t.Errorf("%v, %s", err, out)
	}
}

func TestTheFirstProfileMakesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "config.toml")
	t.Setenv("HUBBUB_CONFIG", path)
	out, _, err := pipe(t, "", "--profiles")
	if err != nil || !strings.Contains(out, "no profiles yet") || !strings.Contains(out, "--save") {
		t.Errorf("%v, %q", err, out)
	}
	if _, _, err := pipe(t, "", "--save", "work", "unix:/run/hubbub"); err != nil {
		t.Fatal(err)
	}
	if f := parsed(t, "work"); f.address != "unix:/run/hubbub" {
		t.Errorf("%+v", f)
	}
}

func TestAFormThatAPersonChoseIsNotDestroyed(t *testing.T) {
	before := "profiles = {work = {nick = \"ada\"}}\n"
	path := config(t, before)
	if _, _, err := pipe(t, "", "--save", "work", "chat.example.org"); err == nil || !strings.Contains(err.Error(), "[profiles.work]") {
		t.Errorf("got %v", err)
	}
	if kept, _ := os.ReadFile(path); string(kept) != before {
		t.Errorf("now there is %q", kept)
	}
	if _, _, err := pipe(t, "", "--save", "a.b", "chat.example.org"); exitCode(err, &bytes.Buffer{}) != exitUsage {
		t.Errorf("a bad name: %v", err)
	}
}
