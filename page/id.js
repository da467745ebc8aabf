// @ts-check
// Client ids: what is asked for under one is done once, however often it is sent.

/** newID makes one: 128 random bits, so that it is unlike any other ever. */
export function newID() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is for TLS only
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
