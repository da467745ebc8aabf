// @ts-check
// What was written and is not known to be in the log. It is sent in order, one
// after the other, and again after each reconnection, always under the same
// client id, so that it is said once.

/**
 * @typedef {object} Entry
 * @property {string} id the client id
 * @property {number} room
 * @property {number} by who wrote it
 * @property {string} nick
 * @property {number} time when
 * @property {string} text
 * @property {boolean} action
 * @property {number} reply seq of the message it answers, 0 if none
 * @property {Api.File[]} files
 * @property {'waiting' | 'sending' | 'sent' | 'failed'} state waiting: for a connection
 * @property {string} error why it failed
 */

/**
 * What an Outbox needs.
 * @typedef {object} Means
 * @property {(command: Api.Command) => Promise<Api.Message>} send
 * @property {(seq: number) => boolean} handled reports whether what is in the log there has been handled already
 * @property {(id: string, entry: Entry | undefined) => void} keep writes an entry where it survives the page; undefined removes it
 * @property {(entries: Entry[]) => void} changed
 * @property {(milliseconds: number) => Promise<void>} wait
 */

const patience = 2000; // milliseconds, after "too many"
const tries = 10; // of those

export class Outbox {
  /** @param {Means} means */
  constructor(means) {
    this.means = means;
    /** @type {Entry[]} in the order in which they were written */
    this.entries = [];
    this.busy = false;
  }

  /** restore takes over what an earlier page left. @param {Entry[]} entries */
  restore(entries) {
    const known = new Set(this.entries.map((entry) => entry.id));
    const left = entries.filter((entry) => !known.has(entry.id) && entry.state !== 'sent').sort((a, b) => a.time - b.time);
    this.entries = [...left.map((entry) => ({ ...entry, state: entry.state === 'failed' ? entry.state : /** @type {const} */ ('waiting') })), ...this.entries];
    this.means.changed(this.entries);
  }

  /** add takes something to send. @param {Entry} entry */
  add(entry) {
    this.entries = [...this.entries, entry];
    this.means.keep(entry.id, entry);
    this.means.changed(this.entries);
    this.flush();
  }

  /** retry sends again what failed. @param {string} id */
  retry(id) {
    this.set(id, { state: 'waiting', error: '' });
    this.flush();
  }

  /** remove forgets an entry: it is in the log, or not wanted any more. @param {string} id */
  remove(id) {
    if (!this.has(id)) return;
    this.entries = this.entries.filter((entry) => entry.id !== id);
    this.means.keep(id, undefined);
    this.means.changed(this.entries);
  }

  /** empty forgets all entries here; what is kept of them stays. */
  empty() {
    this.entries = [];
    this.means.changed(this.entries);
  }

  /** has reports whether an entry is still to be sent. @param {string} id */
  has(id) { return this.entries.some((entry) => entry.id === id); }

  /** flush sends what waits. It does nothing while it does so already. */
  async flush() {
    if (this.busy) return;
    this.busy = true;
    try {
      for (let entry; (entry = this.entries.find(({ state }) => state === 'waiting'));) {
        if (!await this.deliver(entry)) return;
      }
    } finally {
      this.busy = false;
    }
  }

  /** deliver sends one entry, and tells whether to go on with the next. @param {Entry} entry @returns {Promise<boolean>} */
  async deliver(entry) {
    this.set(entry.id, { state: 'sending' });
    for (let attempt = 1; this.has(entry.id); attempt++) {
      try {
        const { seq = 0 } = await this.means.send({ id: entry.id, op: 'say', room: entry.room, text: entry.text, action: entry.action || undefined, target: entry.reply || undefined, files: entry.files.length ? entry.files.map((file) => file.id) : undefined });
        this.set(entry.id, { state: 'sent' });
        if (this.means.handled(seq)) this.remove(entry.id); // it was sent before, and its event comes no more
        return true;
      } catch (problem) {
        const { code, message } = /** @type {import('./api.js').Problem} */ (problem);
        if (code === 'too-many' && attempt < tries) {
          await this.means.wait(patience);
        } else {
          const away = code === 'offline' || code === 'unavailable';
          this.set(entry.id, away ? { state: 'waiting' } : { state: 'failed', error: message });
          return !away;
        }
      }
    }
    return true;
  }

  /** @param {string} id @param {Partial<Entry>} change */
  set(id, change) {
    if (!this.has(id)) return; // its event came before its answer
    this.entries = this.entries.map((entry) => entry.id === id ? { ...entry, ...change } : entry);
    const entry = this.entries.find((entry) => entry.id === id);
    if (entry?.state === 'failed') this.means.keep(id, entry);
    if (entry?.state === 'sent') this.means.keep(id, undefined); // it is in the log, even if its event never comes here
    this.means.changed(this.entries);
  }
}
