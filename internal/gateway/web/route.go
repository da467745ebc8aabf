package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/chat"
	"hubbub/internal/gateway/wire"
	"hubbub/internal/hub"
)

// apiPath is where the API is.
const apiPath = "/api/v1"

// access says who may ask for a resource.
type access uint8

const (
	anybody  access = iota // no session is needed
	lookerIn               // somebody, or nobody where guests are let in
	somebody               // who has arrived
)

// route is a method of a resource: the mux and the document are made of it.
type route struct {
	method  string
	path    string // below apiPath, as the mux has it
	summary string
	access  access
	status  int          // of success
	raw     bool         // the body is not JSON, but what is uploaded
	in, out reflect.Type // what is asked with and answered; struct{} for nothing
	serve   func(c *call) (any, *chat.Error)
}

// call is a request for a resource.
type call struct {
	gateway *Gateway
	w       http.ResponseWriter
	r       *http.Request
	client  client
	session *hub.Session // nil where anybody may ask
}

func (c *call) ctx() context.Context { return c.r.Context() }

// nothing is what is asked with, or answered, where there is nothing to say.
type nothing struct{}

// resource makes a route. The fields of In with a tag query come from the address,
// the others from the body.
func resource[In, Out any](method, path string, who access, summary string, do func(c *call, in *In) (*Out, *chat.Error)) route {
	status := http.StatusOK
	if reflect.TypeFor[Out]() == reflect.TypeFor[nothing]() {
		status = http.StatusNoContent
	}
	return route{
		method: method, path: path, summary: summary, access: who, status: status,
		in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](),
		serve: func(c *call) (any, *chat.Error) {
			var in In
			if err := c.read(&in); err != nil {
				return nil, err
			}
			out, err := do(c, &in)
			if err != nil || out == nil {
				return nil, err
			}
			return out, nil
		},
	}
}

// mux serves routes.
func (g *Gateway) mux(routes []route) *http.ServeMux {
	mux := http.NewServeMux()
	for _, rt := range routes {
		mux.HandleFunc(rt.method+" "+apiPath+rt.path, func(w http.ResponseWriter, r *http.Request) {
			if out, err := g.serveRoute(&rt, w, r); err != nil {
				problem(w, err)
			} else {
				reply(w, r, rt.status, out)
			}
		})
	}
	mux.HandleFunc("GET "+oidcPath+"/start", g.startOIDC)
	mux.HandleFunc("GET "+oidcPath+"/callback", g.finishOIDC)
	mux.HandleFunc("GET "+apiPath+"/live", g.live)
	mux.HandleFunc("GET "+apiPath+"/events", g.events)
	return mux
}

// serveRoute answers a request for a resource.
func (g *Gateway) serveRoute(rt *route, w http.ResponseWriter, r *http.Request) (any, *chat.Error) {
	c := &call{gateway: g, w: w, r: r, client: g.clientOf(r)}
	if rt.access == anybody {
		return rt.serve(c)
	}
	s, leave, err := g.visit(r)
	if err != nil {
		return nil, err
	}
	defer leave()
	if s.User() == 0 && rt.access >= somebody {
		return nil, errLogin
	}
	c.session = s
	if err := charge(r.Context(), s); err != nil {
		return nil, err
	}
	return rt.serve(c)
}

// chargeWait is how long a request waits at most until the limits let it pass.
const chargeWait = 2 * time.Second

// charge waits until the limits of a session let a request pass.
func charge(ctx context.Context, s *hub.Session) *chat.Error {
	ctx, cancel := context.WithTimeout(ctx, chargeWait)
	defer cancel()
	if s.Charge(ctx, 1) != nil {
		return errRush
	}
	return nil
}

// serveAPI answers requests below /api.
func (g *Gateway) serveAPI(w http.ResponseWriter, r *http.Request) {
	if g.reference.serve(w, r) {
		return
	}
	if _, pattern := g.api.Handler(r); pattern != "" && r.Method != http.MethodOptions {
		g.api.ServeHTTP(w, r)
		return
	}
	switch allowed := g.allowed(r); {
	case len(allowed) == 0:
		problem(w, chat.Errorf(chat.NotFound, "There is nothing at %s; /api lists what there is.", clipped(r.URL.Path)))
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		if r.URL.Path == UploadPath {
			w.Header().Set("Accept-Post", "*/*") // https://www.w3.org/TR/ldp/#header-accept-post
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		refuse(w, http.StatusMethodNotAllowed, chat.Invalid.String(), "That resource takes "+strings.Join(allowed, ", ")+".")
	}
}

// clipped returns something from a request as it is quoted back.
func clipped(s string) string {
	const most = 60
	if len(s) > most {
		s = s[:most] + "…"
	}
	return chat.CleanLine(s)
}

// allowed returns the methods that a request's resource takes.
func (g *Gateway) allowed(r *http.Request) []string {
	var all []string
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		with := *r
		with.Method = method
		if _, pattern := g.api.Handler(&with); pattern != "" {
			all = append(all, method)
		}
	}
	return all
}

// maxBody is how many bytes a request's body has at most, but for uploads.
const maxBody = 64 << 10

// read reads what a request is asked with.
func (c *call) read(in any) *chat.Error {
	v := reflect.ValueOf(in).Elem()
	if v.NumField() == 0 {
		return nil
	}
	body := false
	for f, at := range v.Fields() {
		name, ok := f.Tag.Lookup("query")
		if !ok {
			body = true
			continue
		}
		if err := set(at, name, c.r.URL.Query()[name]); err != nil {
			return err
		}
	}
	if !body {
		return nil
	}
	return c.readBody(in)
}

// set sets a field to a parameter of the address, if it is there.
func set(at reflect.Value, name string, values []string) *chat.Error {
	if len(values) == 0 || values[0] == "" && at.Kind() != reflect.Bool {
		return nil
	}
	var err error
	switch text := values[0]; at.Kind() {
	case reflect.String:
		at.SetString(text)
	case reflect.Uint64:
		var n uint64
		n, err = strconv.ParseUint(text, 10, 63)
		at.SetUint(n)
	case reflect.Int:
		var n int64
		n, err = strconv.ParseInt(text, 10, 32)
		at.SetInt(n)
	case reflect.Bool:
		yes := text == ""
		if !yes {
			yes, err = strconv.ParseBool(text)
		}
		at.SetBool(yes)
	default:
		panic("web: a parameter of a kind that is not read: " + name)
	}
	if err != nil {
		return chat.Errorf(chat.Invalid, "%s in the address can't be %q.", name, clipped(values[0]))
	}
	return nil
}

// readBody reads the JSON of a body. Where there is no body nothing is set.
func (c *call) readBody(in any) *chat.Error {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		return chat.Errorf(chat.Invalid, "A body has at most %d bytes; this one was not read.", maxBody)
	}
	if err != nil {
		return chat.Errorf(chat.Invalid, "The body could not be read to its end; nothing was done.")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return chat.Errorf(chat.Invalid, "The body has to be JSON, with Content-Type: application/json.")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(in); err != nil {
		return chat.Errorf(chat.Invalid, "The body can't be taken: %s.", unfit(err))
	}
	if _, err := dec.Token(); err != io.EOF {
		return chat.Errorf(chat.Invalid, "After the JSON object in the body comes something else.")
	}
	return nil
}

// unfit says in plain words what is wrong with JSON.
func unfit(err error) string {
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) && wrong.Field != "" {
		return fmt.Sprintf("%s can't be a %s", clipped(wrong.Field), wrong.Value)
	}
	return clipped(strings.TrimPrefix(err.Error(), "json: "))
}

// reply answers with JSON, or with nothing. What is read can be kept, if it is asked
// for anew each time whether it still is so.
func reply(w http.ResponseWriter, r *http.Request, status int, out any) {
	h := w.Header()
	if out == nil {
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	body := wire.AppendLine(nil, out)
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if reads(r) {
		tag := fnv.New128a()
		tag.Write(body)
		etag := fmt.Sprintf(`W/"%x"`, tag.Sum(nil))
		h.Set("ETag", etag)
		h.Set("Cache-Control", "private, no-cache")
		h.Add("Vary", "Authorization, Cookie")
		if unchanged(r, etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		body = compressed(h, r, body)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // if the client has gone nobody needs to know
}

func reads(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// unchanged reports whether a client has what the tag is of (RFC 9110 §13.1.2).
func unchanged(r *http.Request, etag string) bool {
	bare := strings.TrimPrefix(etag, "W/")
	return slices.ContainsFunc(strings.Split(r.Header.Get("If-None-Match"), ","), func(have string) bool {
		have = strings.TrimPrefix(strings.TrimSpace(have), "W/")
		return have == bare || have == "*"
	})
}
