package ssh

import "golang.org/x/crypto/ssh"

// version is what the server calls itself (RFC 4253 §4.2).
const version = "SSH-2.0-hubbub"

// algorithms returns what is offered: nothing with SHA-1, CBC, small or NIST's
// groups, or a MAC over the plain text; and no group whose arithmetic costs a server
// so much that asking for it is an attack.
func algorithms() ssh.Config {
	return ssh.Config{
		KeyExchanges: []string{ssh.KeyExchangeMLKEM768X25519, ssh.KeyExchangeCurve25519},
		Ciphers:      []string{ssh.CipherChaCha20Poly1305, ssh.CipherAES256GCM, ssh.CipherAES128GCM, ssh.CipherAES256CTR},
		MACs:         []string{ssh.HMACSHA256ETM, ssh.HMACSHA512ETM},
	}
}

// userKeys returns by what signatures a peer may prove to have a key: those of the
// keys that package auth takes.
func userKeys() []string {
	return []string{
		ssh.KeyAlgoED25519, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256,
		ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
		ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512,
	}
}
