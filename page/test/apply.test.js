import assert from 'node:assert/strict';
import test from 'node:test';
import { apply, record } from '../apply.js';
import { Timeline } from '../timeline.js';

const me = { user: 7, nick: 'ola' };
const info = { id: 1, name: '#tea', members: 2, head: 2 };

function room() {
  const timeline = new Timeline();
  timeline.insert([{ seq: 1, kind: 'message', by: 8, nick: 'jan', text: 'a' }, { seq: 2, kind: 'message', by: 7, nick: 'ola', text: 'b' }], { older: false, newer: false });
  return timeline;
}
const event = (seq, kind, more = {}) => ({ seq, prev: 0, room: 1, time: seq, kind, by: 8, nick: 'jan', ...more });

test('what others say is unread, and counts as a mention if it names us', () => {
  const outcome = apply(room(), { ...info, unread: 1, mentions: 0 }, event(3, 'message', { text: 'hi @ola' }), me, 2);
  assert.deepEqual([outcome.info.unread, outcome.info.mentions, outcome.info.head, outcome.news, outcome.mention], [2, 1, 3, true, true]);
});

test('what we say is not unread', () => {
  const outcome = apply(room(), info, event(3, 'message', { by: 7, text: '@ola' }), me, 2);
  assert.deepEqual([outcome.info.unread, outcome.news], [undefined, false]);
});

test('what the server has counted is not counted again', () => {
  assert.equal(apply(room(), { ...info, unread: 4 }, event(3, 'message'), me, 3).info.unread, undefined);
});

test('the first unread message is remembered', () => {
  assert.equal(apply(room(), info, event(3, 'message'), me, 2).info.first, 3);
  assert.equal(apply(room(), { ...info, unread: 1, first: 2 }, event(3, 'message'), me, 2).info.first, undefined);
});

test('in a direct conversation everything is to us', () => {
  assert.equal(apply(room(), { ...info, with: { id: 8, nick: 'jan' } }, event(3, 'message'), me, 2).info.mentions, 1);
});

test('edits and deletions change the message', () => {
  const timeline = room();
  record(timeline, event(3, 'edited', { target: 1, text: 'aa' }), 7);
  assert.deepEqual([timeline.find(1).text, timeline.find(1).edited], ['aa', true]);
  record(timeline, event(4, 'deleted', { target: 1 }), 7);
  assert.deepEqual([timeline.find(1).text, timeline.find(1).deleted], ['', true]);
});

test('a reaction is added and taken back once, however often the event comes', () => {
  const timeline = room();
  const react = (seq, kind, by, nick) => record(timeline, event(seq, kind, { target: 1, text: '👍', by, nick }), 7);
  react(3, 'reacted', 8, 'jan');
  react(3, 'reacted', 8, 'jan');
  react(4, 'reacted', 7, 'ola');
  react(4, 'reacted', 7, 'ola');
  assert.deepEqual(timeline.find(1).reactions, [{ emoji: '👍', count: 2, nicks: ['jan', 'ola'], mine: true }]);
  react(5, 'unreacted', 7, 'ola');
  react(5, 'unreacted', 7, 'ola');
  assert.deepEqual(timeline.find(1).reactions, [{ emoji: '👍', count: 1, nicks: ['jan'], mine: undefined }]);
  react(6, 'unreacted', 8, 'jan');
  assert.deepEqual(timeline.find(1).reactions, []);
});

test('a reply is counted once, at the message that began the conversation', () => {
  const timeline = room();
  const reply = event(3, 'message', { target: 2, thread: 1, text: 'c' });
  record(timeline, reply, 7);
  record(timeline, reply, 7);
  assert.deepEqual(timeline.find(1).replies, { count: 1, last: 3, time: 3, nicks: ['jan'] });
});

test('previews come and are removed', () => {
  const timeline = room();
  record(timeline, event(3, 'previewed', { target: 1, previews: [{ url: 'https://a.example/', title: 'A' }] }), 7);
  assert.equal(timeline.find(1).previews.length, 1);
  record(timeline, event(4, 'preview-dropped', { target: 1, subject: 'https://a.example/' }), 7);
  assert.equal(timeline.find(1).previews.length, 0);
});

test('what events tell of the room is known', () => {
  const told = (kind, more) => apply(room(), { ...info, pins: [1] }, event(3, kind, more), me, 2).info;
  assert.equal(told('topic', { text: 'x' }).topic, 'x');
  assert.equal(told('room-renamed', { subject: '#mate' }).name, '#mate');
  assert.equal(told('joined').members, 3);
  assert.equal(told('kicked', { user: 9 }).members, 1);
  assert.deepEqual(told('pinned', { target: 2 }).pins, [1, 2]);
  assert.deepEqual(told('unpinned', { target: 1 }).pins, []);
  assert.deepEqual(told('deleted', { target: 1 }).pins, []);
  assert.equal(told('rank', { user: 7, level: 'moderator' }).rank, 'moderator');
});
