// Package auth proves who somebody is: passwords, random secrets, one-time
// codes, SSH keys and certificates, each as something to compute or compare.
//
// It keeps nothing and speaks to nobody: what it makes is for others to store,
// what it checks is for others to look up. By kind:
//
//   - [Hasher] hashes and verifies passwords, [CheckPassword] refuses bad ones.
//   - [ScramVerifier] is what verifies the same password by SCRAM-SHA-256, and
//     [ParseScramFirst] begins such an exchange.
//   - [Shared] is a password that the server's configuration has.
//   - [NewToken] and [NewCode] draw secrets, for programs and for people;
//     [ParseToken] and [ParseCode] turn them into the [chat.Key] to look up.
//     [Secret] keeps them out of logs.
//   - [CheckTOTP] checks the codes of an authenticator app (RFC 6238);
//     [NewRecoveryCodes] draws what helps when the app is lost.
//   - [Sealer] encrypts what can't be hashed, such as an app's seed, so that a
//     copy of the database alone is not enough to use it.
//   - [ParsePublicKey] and [CertificateKey] name what a person proves to have
//     by the protocol itself, SSH or TLS.
//   - [Throttle] makes guessing slow.
//
// Everything that comes in is taken for hostile: it is bounded before it is
// worked on, parsed strictly, and compared in constant time where it is secret.
// A random secret has one Key, its SHA-256: with 100 random bits and more there
// is nothing to guess, so it needs no salt and no slow hash, and can be looked
// up. A password has neither, and goes through the Hasher.
//
// The package starts no goroutines that outlive a call, and holds no state
// outside its values. A process makes one Hasher and one Sealer; each kind of
// attempt has a Throttle of its own.
package auth
