import assert from 'node:assert/strict';
import test from 'node:test';
import { commands, duration, parse } from '../slash.js';

test('lines become what they ask for', () => {
  for (const [text, want] of [
    ['hello', { say: 'hello', action: false }],
    ['//join', { say: '/join', action: false }],
    ['/ 2', { say: '/ 2', action: false }],
    ['/me waves', { say: 'waves', action: true }],
    ['/me', { wrong: 'usage', name: 'me' }],
    ['/nosuch x', { wrong: 'unknown', name: 'nosuch' }],
    ['/constructor', { wrong: 'unknown', name: 'constructor' }],
    ['/join tea', { command: { op: 'join', to: '#tea', key: undefined }, then: 'go' }],
    ['/j #tea sesame', { command: { op: 'join', to: '#tea', key: 'sesame' }, then: 'go' }],
    ['/leave', { command: { op: 'leave', room: 3 } }],
    ['/part tea', { command: { op: 'leave', to: '#tea' } }],
    ['/topic a b', { command: { op: 'topic', room: 3, text: 'a b' } }],
    ['/nick new', { command: { op: 'nick', name: 'new' } }],
    ['/nick two words', { wrong: 'usage', name: 'nick' }],
    ['/msg @ola hi you', { command: { op: 'say', to: '@ola', text: 'hi you' }, then: 'go' }],
    ['/msg ola', { command: { op: 'direct', nick: 'ola' }, then: 'go' }],
    ['/kick ola too loud', { command: { op: 'kick', room: 3, nick: 'ola', text: 'too loud' } }],
    ['/mute ola 10m calm down', { command: { op: 'mute', room: 3, nick: 'ola', until: 601_000, text: 'calm down' } }],
    ['/ban ola rude', { command: { op: 'ban', room: 3, nick: 'ola', until: undefined, text: 'rude' } }],
    ['/away lunch', { command: { op: 'away', text: 'lunch' } }],
    ['/help', { open: ['shortcuts'] }],
  ]) assert.deepEqual(parse(text, 3, 1000), want, text);
});

test('every command is understood', () => {
  for (const name of Object.keys(commands)) assert.ok(!('wrong' in parse(`/${name} a b`, 1, 0)) || name === 'nick', name);
});

test('times are short', () => {
  assert.deepEqual(['10m', '2h', '1d', '3w', '5s', '10', 'm', '1y', '99999m'].map(duration), [600_000, 7_200_000, 86_400_000, 1_814_400_000, 5000, 0, 0, 0, 0]);
});
