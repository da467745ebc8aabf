// @ts-check
// The live connection: one WebSocket for all rooms. It comes back by itself,
// after the last event that was handled, and tells in which state it is.

import { Problem, offline, query } from './api.js';
import { newID } from './id.js';

/** @typedef {'connecting' | 'online' | 'waiting' | 'offline' | 'ended'} State */

/**
 * What a Live asks and tells.
 * @typedef {object} Owner
 * @property {() => {epoch: string, after: number} | null} position after which event to resume; null begins anew
 * @property {(message: Api.Message) => void} message each frame, in order
 * @property {(state: State, retryAt: number, why: string) => void} state
 * @property {() => void} login the server wants to know again who we are
 * @property {() => void} unwelcome an attempt has failed: it may be that the server does not know us any more
 */

const path = '/api/v1/live';
const firstDelay = 500, maxDelay = 30_000; // milliseconds between attempts
const silence = 30_000, patience = 10_000; // milliseconds until a ping, and for its answer
const backlog = 5000; // events: with more between, to begin anew is less

const policyViolation = 1008, loginAgain = 4001; // close codes

/**
 * backoff returns how long to wait before an attempt: twice as long each time,
 * and between half and all of that, so that not all come back at once.
 * @param {number} failures since the last success, at least 1
 * @param {number} chance 0 to 1
 */
export function backoff(failures, chance) {
  const most = Math.min(maxDelay, firstDelay * 2 ** (failures - 1));
  return most / 2 + chance * most / 2;
}

export class Live {
  /** @param {Owner} owner */
  constructor(owner) {
    this.owner = owner;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.welcomed = false;
    this.failures = 0;
    this.ended = true;
    this.parting = ''; // what the server said when it said goodbye
    /** @type {Map<string, {resolve: (ack: Api.Message) => void, reject: (problem: Problem) => void}>} */
    this.waiting = new Map(); // commands by id
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.wake = this.wake.bind(this);
  }

  /** start connects, and goes on to until end. */
  start() {
    if (!this.ended) return;
    this.ended = false;
    window.addEventListener('online', this.wake);
    document.addEventListener('visibilitychange', this.wake);
    this.connect();
  }

  /** end closes the connection for good. @param {string} [why] */
  end(why = '') {
    this.ended = true;
    window.removeEventListener('online', this.wake);
    document.removeEventListener('visibilitychange', this.wake);
    this.drop();
    this.owner.state('ended', 0, why);
  }

  /** online reports whether commands go out at once. */
  get online() { return this.welcomed; }

  /**
   * send gives the server a command and waits for its answer. It rejects with a
   * Problem: the server's refusal, or "offline" if the connection ended before
   * the answer came, when nobody knows whether it was done.
   * @param {Api.Command} command
   * @returns {Promise<Api.Message>}
   */
  send(command) {
    if (!this.welcomed || !this.socket) return Promise.reject(offline());
    const id = command.id ?? newID();
    this.socket.send(JSON.stringify({ ...command, id }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  /** wake tries at once where it would wait: the network is back, or somebody looks. */
  wake() {
    if (this.ended) return;
    this.attend();
    if (document.visibilityState === 'hidden') return;
    if (!this.socket) this.connect();
    else if (this.welcomed) this.ping();
  }

  /** attend tells the server whether somebody looks here: if nobody does, it tells other devices too. */
  attend() {
    const op = document.visibilityState === 'hidden' ? 'unseen' : 'seen';
    if (this.welcomed) this.send({ op }).catch(() => {}); // the next connection says it anew
  }

  connect() {
    this.drop();
    this.parting = '';
    this.owner.state('connecting', 0, '');
    const at = this.owner.position();
    const address = new URL(path + query(at ? { ...at, limit: backlog } : {}), location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = this.socket = new WebSocket(address);
    socket.onmessage = (event) => this.socket === socket && this.receive(JSON.parse(event.data));
    socket.onclose = (event) => this.socket === socket && this.closed(event);
    this.listen(patience * 2);
  }

  /** listen gives the connection up, or pings, if nothing comes for so long. @param {number} time */
  listen(time) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.welcomed && time === silence ? this.ping() : this.lost(''), time);
  }

  ping() {
    this.send({ op: 'ping' }).catch(() => {}); // an answer of any kind will do, and silence is noticed
    this.listen(patience);
  }

  /** @param {Api.Message} message */
  receive(message) {
    this.listen(silence);
    switch (message.type) {
      case 'welcome':
        this.welcomed = true;
        this.failures = 0;
        this.owner.message(message);
        this.owner.state('online', 0, '');
        if (document.visibilityState === 'hidden') this.attend();
        return;
      case 'ack':
      case 'error':
        this.answer(message);
        return;
      case 'bye':
        this.parting = message.text ?? '';
        return;
      default:
        this.owner.message(message);
    }
  }

  /** @param {Api.Message} message */
  answer(message) {
    const id = message.id ?? '';
    const command = this.waiting.get(id);
    this.waiting.delete(id);
    if (message.type === 'ack') command?.resolve(message);
    else command?.reject(new Problem(400, message.code ?? 'internal', message.text ?? ''));
  }

  /** @param {CloseEvent} event */
  closed(event) {
    if (event.code === loginAgain) {
      this.end(this.parting);
      this.owner.login();
    } else if (event.code === policyViolation) {
      this.end(this.parting || event.reason);
    } else {
      const { welcomed } = this;
      this.lost(this.parting);
      if (!welcomed) this.owner.unwelcome();
    }
  }

  /** lost waits before the next attempt. @param {string} why */
  lost(why) {
    this.drop();
    this.failures++;
    const delay = backoff(this.failures, Math.random());
    this.owner.state(navigator.onLine ? 'waiting' : 'offline', Date.now() + delay, why);
    this.timer = setTimeout(() => this.connect(), delay);
  }

  /** drop forgets the socket and what was to happen to it; whoever waits for an answer learns that none will come. */
  drop() {
    const { socket, waiting } = this;
    clearTimeout(this.timer); // it would end the next connection
    this.socket = null;
    this.welcomed = false;
    this.waiting = new Map();
    socket?.close();
    for (const command of waiting.values()) command.reject(offline());
  }
}
