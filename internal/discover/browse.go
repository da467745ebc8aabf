package discover

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Bounds of what one Browse takes in.
const (
	maxFound     = 64 // servers
	maxFromOne   = 8  // of them from one address
	repeatsAfter = 300 * time.Millisecond
)

// Browse asks on all links which servers there are, and returns those that have
// answered when ctx ends, in the order of their names. It closes the links.
func Browse(ctx context.Context, links []Link) []Found {
	b := &browser{found: map[key]Found{}, from: map[netip.Addr]int{}}
	var readers sync.WaitGroup
	for _, l := range links {
		readers.Go(func() { b.read(l) })
	}
	ask(links)
	again := time.NewTimer(repeatsAfter) // packets get lost, by radio above all
	defer again.Stop()
	select {
	case <-again.C:
		ask(links)
		<-ctx.Done()
	case <-ctx.Done():
	}
	for _, l := range links {
		l.Close()
	}
	readers.Wait()
	return b.sorted()
}

func ask(links []Link) {
	packet, err := query()
	if err != nil {
		return // can't be: it is always the same
	}
	for _, l := range links {
		_ = l.Send(packet, netip.AddrPort{}) // others may work
	}
}

// key tells servers apart: what one says of another does not take its place.
type key struct {
	instance string
	addr     netip.Addr
}

// browser gathers what the links hear.
type browser struct {
	mu    sync.Mutex // guards the following
	found map[key]Found
	from  map[netip.Addr]int
}

// read reads a link until it is closed.
func (b *browser) read(l Link) {
	listen(l, func(packet []byte, from netip.AddrPort) {
		if services, err := readAnswer(packet); err == nil { // else somebody else's, or nonsense
			b.add(services, from.Addr())
		}
	})
}

func (b *browser) add(services map[string]Service, from netip.Addr) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for instance, s := range services {
		k := key{instance, from}
		if _, again := b.found[k]; !again {
			if len(b.found) >= maxFound || b.from[from] >= maxFromOne {
				continue
			}
			b.from[from]++
		}
		b.found[k] = Found{s, from}
	}
}

// sorted returns what was found, and each server once, by IPv4 if there is that.
func (b *browser) sorted() []Found {
	b.mu.Lock()
	defer b.mu.Unlock()
	four := map[string][]Service{}
	for k, f := range b.found {
		if k.addr.Is4() {
			four[k.instance] = append(four[k.instance], f.Service)
		}
	}
	var all []Found
	for k, f := range b.found {
		if k.addr.Is4() || !slices.Contains(four[k.instance], f.Service) {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), a.Addr.Compare(b.Addr), cmp.Compare(a.Port, b.Port))
	})
	return all
}
