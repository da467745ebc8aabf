package page

import "bytes"

// lean returns a module without the lines that hold nothing but comments, which
// are a fifth of what a browser would fetch. The lines stay, empty: so what it
// says of a line is true of the file in this directory.
//
// A line in a template or a string that looks like a comment would go too. The
// modules have none, and a test sees to that.
func lean(module []byte) []byte {
	lines := bytes.Split(module, []byte("\n"))
	within := false // a comment that goes over several lines
	for i, line := range lines {
		text := bytes.TrimSpace(line)
		switch {
		case within:
			within = !bytes.HasSuffix(text, []byte("*/"))
		case bytes.HasPrefix(text, []byte("/*")):
			if bytes.Contains(text, []byte("*/")) && !bytes.HasSuffix(text, []byte("*/")) {
				continue // code comes after it
			}
			within = !bytes.HasSuffix(text, []byte("*/"))
		case !bytes.HasPrefix(text, []byte("//")):
			continue
		}
		lines[i] = nil
	}
	return bytes.Join(lines, []byte("\n"))
}
