package web_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"hubbub/internal/gateway/web"
)

var update = flag.Bool("update", false, "write comments.json anew")

// conforms checks an answer against the description of the API.
func (s *site) conforms(method, path string, a *answer) {
	s.Helper()
	path, _, _ = strings.Cut(path, "?")
	op := s.operation(method, path)
	if op == nil || a.StatusCode == 304 || method == "HEAD" {
		return
	}
	responses := op["responses"].(map[string]any)
	response, ok := responses[strconv.Itoa(a.StatusCode)].(map[string]any)
	if !ok {
		if a.StatusCode < 400 {
			s.Errorf("%s %s: a %d is not described", method, path, a.StatusCode)
		}
		response = responses["default"].(map[string]any)
	}
	content, ok := response["content"].(map[string]any)
	if !ok {
		if len(a.body) > 0 {
			s.Errorf("%s %s: %d with a body: %s", method, path, a.StatusCode, a.body)
		}
		return
	}
	described, ok := content[a.Header.Get("Content-Type")].(map[string]any)
	if !ok {
		s.Errorf("%s %s: %q is not described", method, path, a.Header.Get("Content-Type"))
		return
	}
	var value any
	if err := json.Unmarshal(a.body, &value); err != nil {
		s.Errorf("%s %s: %v", method, path, err)
		return
	}
	if err := s.fits(described["schema"].(map[string]any), value, "answer"); err != nil {
		s.Errorf("%s %s: %v\n%s", method, path, err, a.body)
	}
}

// operation returns what is described for a path, or nil.
func (s *site) operation(method, path string) map[string]any {
	for template, methods := range s.doc["paths"].(map[string]any) {
		pattern := "^" + regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(template), `[^/]+`) + "$"
		if regexp.MustCompile(pattern).MatchString(path) {
			if op, ok := methods.(map[string]any)[strings.ToLower(method)].(map[string]any); ok {
				return op
			}
		}
	}
	return nil
}

// fits says in what a value is not as a schema has it.
func (s *site) fits(schema map[string]any, value any, where string) error {
	if ref, ok := schema["$ref"].(string); ok {
		name := ref[strings.LastIndexByte(ref, '/')+1:]
		return s.fits(s.doc["components"].(map[string]any)["schemas"].(map[string]any)[name].(map[string]any), value, where)
	}
	if len(schema) == 0 || len(schema) == 1 && schema["description"] != nil {
		return nil // anything
	}
	wrong := fmt.Errorf("%s is %T, not %v", where, value, schema["type"])
	switch schema["type"] {
	case "string":
		if _, ok := value.(string); !ok {
			return wrong
		}
	case "boolean":
		if _, ok := value.(bool); !ok {
			return wrong
		}
	case "integer":
		n, ok := value.(float64)
		if !ok || n != float64(int64(n)) || schema["minimum"] != nil && n < 0 {
			return wrong
		}
	case "array":
		all, ok := value.([]any)
		if !ok {
			return wrong
		}
		for i, v := range all {
			if err := s.fits(schema["items"].(map[string]any), v, fmt.Sprintf("%s[%d]", where, i)); err != nil {
				return err
			}
		}
	case "object":
		o, ok := value.(map[string]any)
		if !ok {
			return wrong
		}
		return s.fitsObject(schema, o, where)
	default:
		return fmt.Errorf("%s: a schema of no type", where)
	}
	return nil
}

func (s *site) fitsObject(schema, o map[string]any, where string) error {
	properties := schema["properties"].(map[string]any)
	for name, v := range o {
		p, ok := properties[name].(map[string]any)
		if !ok {
			p, ok = schema["additionalProperties"].(map[string]any)
		}
		if !ok {
			return fmt.Errorf("%s.%s is not described", where, name)
		}
		if err := s.fits(p, v, where+"."+name); err != nil {
			return err
		}
	}
	for _, name := range schema["required"].([]any) {
		if _, ok := o[name.(string)]; !ok {
			return fmt.Errorf("%s.%s is missing", where, name)
		}
	}
	return nil
}

// What is described is what there is: every route, every field, in the words of
// package api itself.
func TestTheDescriptionTellsOfEverything(t *testing.T) {
	s := start(t, options{})
	a := s.visitor.ask("GET", "/api/v1/openapi.json", nil)
	var doc map[string]any
	if err := json.Unmarshal(a.body, &doc); err != nil || doc["openapi"] != "3.1.0" {
		t.Fatalf("the description is %.80s, %v", a.body, err)
	}
	ids := map[any]bool{}
	for _, op := range s.gateway.Operations() {
		described := s.operation(op.Method, strings.ReplaceAll(regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(op.Path, "1"), "//", "/"))
		if described == nil || described["summary"] == "" || ids[described["operationId"]] {
			t.Errorf("%s %s is described as %v", op.Method, op.Path, described)
			continue
		}
		ids[described["operationId"]] = true
		if described["responses"].(map[string]any)[strconv.Itoa(op.Status)] == nil {
			t.Errorf("%s %s: no answer of %d is described", op.Method, op.Path, op.Status)
		}
	}
	for name, schema := range doc["components"].(map[string]any)["schemas"].(map[string]any) {
		if text, _ := schema.(map[string]any)["description"].(string); text == "" {
			t.Errorf("%s is not described", name)
		}
	}
}

func TestTheReferenceIsAPageForBrowsersAndTextForOthers(t *testing.T) {
	s := start(t, options{})
	a := s.visitor.ask("GET", "/api", nil)
	if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") || !bytes.Contains(a.body, []byte("POST   /api/v1/rooms/{room}/messages\n")) {
		t.Errorf("for programs it is %s: %.200s", kind, a.body)
	}
	browser := &visitor{site: s, header: map[string][]string{"Accept": {"text/html,*/*"}}}
	a = browser.ask("GET", "/api", nil)
	if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") || !bytes.Contains(a.body, []byte("<code>/rooms/{room}/messages</code>")) {
		t.Errorf("for browsers it is %s: %.200s", kind, a.body)
	}
	if a := browser.ask("GET", "/api/reference.css", nil); a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("its style is %d %s", a.StatusCode, a.Header.Get("Content-Type"))
	}
}

// The comments that the program has are those in package api.
func TestCommentsAreThoseOfTheTypes(t *testing.T) {
	want := map[string]string{}
	files, err := filepath.Glob("../../../api/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("package api: %v, %v", files, err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if decl, ok := n.(*ast.GenDecl); ok && decl.Tok == token.TYPE {
				for _, spec := range decl.Specs {
					collect(want, decl, spec.(*ast.TypeSpec))
				}
			}
			return true
		})
	}
	text, err := json.MarshalIndent(want, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("comments.json", append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	var got map[string]string
	if err := json.Unmarshal(web.Comments(), &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("comments.json is not what package api says (%v); go test ./internal/gateway/web -run Comments -update writes it anew", err)
	}
}

// collect notes the comments of a type and its fields.
func collect(to map[string]string, decl *ast.GenDecl, spec *ast.TypeSpec) {
	name := spec.Name.Name
	if text := flat(decl.Doc); text != "" {
		to[name] = text
	}
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range fields.Fields.List {
		text := strings.TrimSpace(flat(f.Doc) + " " + flat(f.Comment))
		if f.Tag == nil || text == "" {
			continue
		}
		tag, _ := strconv.Unquote(f.Tag.Value)
		field, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		to[name+"."+field] = text
	}
}

func flat(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }
