package web

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"hubbub/api"
)

// The description of the API, in OpenAPI 3.1: made of the routes and of the types
// that they take and answer with, so it can't be about another API.

// comments are what the fields of package api's types mean: its own comments, by
// "Type" and "Type.field". A test keeps the file as they are.
//
//go:embed comments.json
var comments []byte

// object is a JSON object of the document.
type object = map[string]any

// describer makes the document.
type describer struct {
	comments map[string]string
	schemas  object // by name, as they have been met
}

// document returns the description of routes.
func document(version string, routes []route) object {
	d := &describer{comments: map[string]string{}, schemas: object{}}
	if err := json.Unmarshal(comments, &d.comments); err != nil {
		panic(fmt.Sprintf("web: the comments: %v", err)) // it is part of the program
	}
	problem := d.schema(reflect.TypeFor[api.Problem]())
	paths := object{}
	for _, rt := range routes {
		path := strings.ReplaceAll(rt.path, "...}", "}")
		if paths[path] == nil {
			paths[path] = object{}
		}
		paths[path].(object)[strings.ToLower(rt.method)] = d.operation(&rt, problem)
	}
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title": "hubbub", "version": version,
			"description": "The API of a hubbub server. Times are in milliseconds since 1970, and ids are numbers. The live connections are " +
				apiPath + "/live (WebSocket) and " + apiPath + "/events (server-sent events).",
		},
		"servers": []any{object{"url": apiPath}},
		"paths":   paths,
		"components": object{
			"schemas": d.schemas,
			"securitySchemes": object{
				"token":  object{"type": "http", "scheme": "bearer"},
				"cookie": object{"type": "apiKey", "in": "cookie", "name": cookieName(false)},
			},
		},
	}
}

// inPath finds the parameters in a route's path.
var inPath = regexp.MustCompile(`\{(\w+)(?:\.\.\.)?\}`)

// operation describes a route.
func (d *describer) operation(rt *route, problem object) object {
	op := object{"summary": rt.summary, "operationId": operationID(rt)}
	params := []any{}
	for _, name := range inPath.FindAllStringSubmatch(rt.path, -1) {
		params = append(params, object{"name": name[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	body := false
	for f := range rt.in.Fields() {
		name, ok := f.Tag.Lookup("query")
		if !ok {
			body = true
			continue
		}
		params = append(params, object{"name": name, "in": "query", "description": f.Tag.Get("doc"), "schema": d.schema(f.Type)})
	}
	if len(params) > 0 {
		op["parameters"] = params
	}
	if rt.raw {
		op["requestBody"] = object{"content": object{"application/octet-stream": object{"schema": object{"type": "string", "contentMediaType": "application/octet-stream"}}}}
	}
	if body {
		op["requestBody"] = object{"content": object{"application/json": object{"schema": d.schema(rt.in)}}}
	}
	success := object{"description": http.StatusText(rt.status)}
	if rt.status != http.StatusNoContent {
		success["content"] = object{"application/json": object{"schema": d.schema(rt.out)}}
	}
	op["responses"] = object{
		strconv.Itoa(rt.status): success,
		"default": object{
			"description": "Why it was refused", "content": object{"application/problem+json": object{"schema": problem}},
		},
	}
	op["security"] = securityOf(rt.access)
	return op
}

// securityOf says what a request has to come with.
func securityOf(who access) []any {
	some := []any{object{"token": []any{}}, object{"cookie": []any{}}}
	switch who {
	case anybody:
		return []any{}
	case lookerIn:
		return append(some, object{})
	}
	return some
}

// operationID names a route: getRoomsRoomMembers.
func operationID(rt *route) string {
	id := strings.ToLower(rt.method)
	for _, word := range strings.FieldsFunc(rt.path, func(r rune) bool { return strings.ContainsRune("/{}.", r) }) {
		id += strings.ToUpper(word[:1]) + word[1:]
	}
	return id
}

// schema describes a type. Those of package api have names, and are described once.
func (d *describer) schema(t reflect.Type) object {
	if t == reflect.TypeFor[json.RawMessage]() {
		return object{} // anything
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.schema(t.Elem())
	case reflect.Slice:
		return object{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": d.schema(t.Elem()), "properties": object{}, "required": []any{}}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Uint32, reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	case reflect.Struct:
		return d.named(t)
	}
	panic("web: the API has no " + t.String())
}

func (d *describer) named(t reflect.Type) object {
	name := t.Name()
	if _, known := d.schemas[name]; !known {
		s := object{"type": "object"}
		d.schemas[name] = s // before its fields, which may be of it
		if text := d.comments[name]; text != "" {
			s["description"] = text
		}
		properties, required := object{}, []any{}
		d.fields(t, properties, &required)
		s["properties"], s["required"] = properties, required
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// fields describes the fields of a struct, and of those that are in it.
func (d *describer) fields(t reflect.Type, properties object, required *[]any) {
	for f := range t.Fields() {
		if f.Anonymous {
			d.fields(f.Type, properties, required)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		s := d.schema(f.Type)
		if text := d.comments[t.Name()+"."+name]; text != "" {
			s["description"] = text
		}
		properties[name] = s
		if options != "omitempty" {
			*required = append(*required, name)
		}
	}
}
