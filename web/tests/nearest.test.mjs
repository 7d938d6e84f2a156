// The pure parts of the island that fills in a place.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { degreesText, refusalWord } from '../static/islands/nearest.js';

test('degrees look no more exact than a phone is', () => {
  assert.equal(degreesText(22.2490001234), '22.249000');
  assert.equal(degreesText(-113.5), '-113.500000');
});

test('a refusal and a failure are told apart', () => {
  assert.deepEqual([1, 2, 3].map(refusalWord), ['denied', 'failed', 'failed']);
});
