package preview

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// images are the pictures that can be shown smaller.
var images = map[string]bool{"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true}

// fetch finds out what a URL leads to. A page whose picture can't be had is
// shown without.
func (f *Fetcher) fetch(ctx context.Context, u *url.URL) (Page, error) {
	answer, kind, err := f.request(ctx, u, "text/html, application/xhtml+xml, image/*;q=0.8")
	if err != nil {
		return Page{}, err
	}
	defer answer.Body.Close()
	at := answer.Request.URL
	switch {
	case images[kind]:
		data, err := readImage(answer)
		return Page{URL: at.String(), Image: data}, err
	case kind != "text/html" && kind != "application/xhtml+xml":
		return Page{}, fmt.Errorf("%w: it is of the type %.40q", ErrNothing, kind)
	}
	head, err := readHead(io.LimitReader(answer.Body, maxHTML), answer.Header.Get("Content-Type"))
	if err != nil {
		return Page{}, err
	}
	answer.Body.Close() // its turn is over before that of the picture
	page := head.page(at)
	if picture, err := parse(head.imageURL(at)); err == nil {
		page.Image, _ = f.fetchImage(ctx, picture)
	}
	if page.Title == "" && page.Description == "" && page.Image == nil {
		return Page{}, fmt.Errorf("%w: the page has no title", ErrNothing)
	}
	return page, nil
}

// request asks for a URL, and returns the answer with its MIME type.
func (f *Fetcher) request(ctx context.Context, u *url.URL, accept string) (*http.Response, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, "", fmt.Errorf("preview: %w", err)
	}
	r.Header.Set("User-Agent", f.o.Agent)
	r.Header.Set("Accept", accept)
	answer, err := f.client.Do(r)
	if err != nil {
		return nil, "", fmt.Errorf("preview: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, "", fmt.Errorf("%w: the server says %d", ErrNothing, answer.StatusCode)
	}
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")) // "" if it can't be understood
	return answer, kind, nil
}

func (f *Fetcher) fetchImage(ctx context.Context, u *url.URL) ([]byte, error) {
	answer, kind, err := f.request(ctx, u, "image/*")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if !images[kind] {
		return nil, fmt.Errorf("%w: the picture is of the type %.40q", ErrNothing, kind)
	}
	return readImage(answer)
}

// readImage reads a picture: all of it, or it would be a broken one.
func readImage(answer *http.Response) ([]byte, error) {
	if answer.ContentLength > maxImage {
		return nil, ErrTooLarge
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxImage+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("preview: read a picture: %w", err)
	case len(data) > maxImage:
		return nil, ErrTooLarge
	case len(data) == 0:
		return nil, fmt.Errorf("%w: the picture is empty", ErrNothing)
	}
	return data, nil
}
