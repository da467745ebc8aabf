package powerloss

// Wait waits for the last request after an Unmount that found the FS in use.
func (fs *FS) Wait() { <-fs.mount.done }
