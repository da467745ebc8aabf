package powerloss

import (
	"math/rand/v2"
	"slices"
)

const (
	sector     = 512      // what a disk writes whole or not at all
	maxSize    = 1 << 30  // of one file
	dirtyLimit = 16 << 20 // of unsynced bytes in one file; then the oldest are written back, as a kernel does
)

// contents are the bytes of a file: as programs see them, and as the disk has
// them.
type contents struct {
	cache    []byte   // what programs read
	disk     []byte   // what surely survives a power loss
	unsynced []change // what may, oldest first
	dirty    int      // bytes in unsynced
}

// change is one unsynced write or truncation.
type change struct {
	off  int64
	data []byte // whole sectors as they were right after the write, the last one up to the file's end; nil: a truncation
	size int64  // of the file, after a truncation
}

// write puts data at off, and lets the file grow.
func (c *contents) write(off int64, data []byte) {
	if len(data) == 0 {
		return
	}
	end := off + int64(len(data))
	if end > int64(len(c.cache)) {
		c.cache = resize(c.cache, end)
	}
	copy(c.cache[off:], data)
	from, to := off/sector*sector, (end+sector-1)/sector*sector
	c.log(change{off: from, data: slices.Clone(c.cache[from:min(to, int64(len(c.cache)))])})
}

// truncate cuts the file to size, or lets it grow with zeros.
func (c *contents) truncate(size int64) {
	c.cache = resize(c.cache, size)
	c.log(change{size: size})
}

func (c *contents) log(ch change) {
	c.unsynced = append(c.unsynced, ch)
	if c.dirty += len(ch.data); c.dirty > dirtyLimit {
		c.writeBack(dirtyLimit / 2)
	}
}

// writeBack makes the oldest changes durable until at most dirty bytes are not.
func (c *contents) writeBack(dirty int) {
	n := 0
	for n < len(c.unsynced) && c.dirty > dirty {
		c.settle(c.unsynced[n])
		c.dirty -= len(c.unsynced[n].data)
		n++
	}
	c.unsynced = slices.Delete(c.unsynced, 0, n)
}

// sync makes all changes durable.
func (c *contents) sync() {
	for _, ch := range c.unsynced {
		c.settle(ch)
	}
	c.unsynced, c.dirty = nil, 0
}

// failSync forgets the writes that a sync could not make durable. Truncations
// are in the disk's journal, which tries again.
func (c *contents) failSync() {
	c.unsynced = slices.DeleteFunc(c.unsynced, func(ch change) bool { return ch.data != nil })
	c.dirty = 0
}

// lose decides which changes reached the disk, each with the given chance, and
// drops the rest. It returns how many sectors were unsynced and how many of
// them are lost.
func (c *contents) lose(rng *rand.Rand, chance float64) (unsynced, lost int) {
	last := len(c.unsynced) - 1
	for last >= 0 && c.unsynced[last].data == nil {
		last--
	}
	for i, ch := range c.unsynced {
		if ch.data == nil {
			if rng.Float64() < chance {
				c.settle(ch)
			}
			continue
		}
		sectors := slices.Collect(slices.Chunk(ch.data, sector))
		torn := rng.IntN(len(sectors) + 1)
		unsynced += len(sectors)
		for k, data := range sectors {
			survives := rng.Float64() < chance
			if i == last {
				survives = k < torn
			}
			if !survives {
				lost++
				continue
			}
			c.settle(change{off: ch.off + int64(k*sector), data: data})
		}
	}
	c.unsynced, c.dirty = nil, 0
	c.cache = slices.Clone(c.disk)
	return unsynced, lost
}

// settle writes a change to the disk.
func (c *contents) settle(ch change) {
	if ch.data == nil {
		c.disk = resize(c.disk, ch.size)
		return
	}
	if end := ch.off + int64(len(ch.data)); end > int64(len(c.disk)) {
		c.disk = resize(c.disk, end)
	}
	copy(c.disk[ch.off:], ch.data)
}

// resize returns b with n bytes; those it gains are zero.
func resize(b []byte, n int64) []byte {
	old := int64(len(b))
	if n <= old {
		return b[:n]
	}
	b = slices.Grow(b, int(n-old))[:n]
	clear(b[old:])
	return b
}
