// @ts-check
// The pure parts of islands/zone.js.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { added, corners, place, spot, undone } from '../static/islands/zone.js';

test('a line that is being typed is no corner yet', () => {
  assert.deepEqual(corners('113.5,22.2\n113.6 22.3\n113.7，22.1\n113.\n,\n1,2,3'), [
    [113.5, 22.2],
    [113.6, 22.3],
    [113.7, 22.1],
  ]);
});

test('a click adds a line and taking back removes the last', () => {
  assert.equal(added('', [113.55, 22.271234]), '113.5500,22.2712');
  assert.equal(added('1.0000,2.0000\n', [3, 4]), '1.0000,2.0000\n3.0000,4.0000');
  assert.equal(undone('1,2\n3,4\n'), '1,2');
  assert.equal(undone('1,2'), '');
});

test('a place of the picture and a place on earth say the same', () => {
  const frame = { west: 113, north: 23, aLng: 1000, aLat: 1080 };
  assert.deepEqual(place(frame, 500, 540), [113.5, 22.5]);
  const [x, y] = spot(frame, [113.5, 22.5]);
  assert.ok(Math.abs(x - 500) < 1e-6 && Math.abs(y - 540) < 1e-6);
});
