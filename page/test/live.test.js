import assert from 'node:assert/strict';
import test from 'node:test';
import { backoff } from '../live.js';

test('attempts become rarer, never all at once, and at most half a minute apart', () => {
  assert.equal(backoff(1, 0), 250);
  assert.equal(backoff(1, 1), 500);
  assert.equal(backoff(4, 1), 4000);
  assert.equal(backoff(100, 1), 30_000);
  for (let failures = 1; failures < 20; failures++) assert.ok(backoff(failures + 1, 0) >= backoff(failures, 0));
});
