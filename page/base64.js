// @ts-check
// Base64 with the letters of addresses, and without padding (RFC 4648 §5): as
// passkeys and keys of push services are written.

/** decode returns the bytes of a text. @param {string} text base64url */
export function decode(text) {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
}

/** encode returns bytes as base64url. @param {ArrayBuffer} buffer */
export function encode(buffer) {
  const text = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
