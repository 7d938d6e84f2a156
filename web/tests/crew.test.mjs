// @ts-check
// The pure functions of the crew's phone: what is kept, what leaves the queue, which step is next.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { after, cityTime, clockOf, nextStep, queueText, reportOf } from '../static/islands/crew.js';

const texts = {
  sent: 'sent',
  waiting: '{n} waiting',
  offline: 'offline.',
  signedOut: 'signed out',
  refused: 'refused',
};

test('a form becomes a report', () => {
  const base = /** @type {Array<[string, string]>} */ ([
    ['csrf', 'x'],
    ['key', 'k1'],
    ['shift', 's1'],
    ['booking', 'b1'],
  ]);
  const of = (/** @type {Array<[string, string]>} */ fields) => reportOf([...base, ...fields], 5);
  assert.deepEqual(of([['kind', 'step'], ['mark', 'load']]), {
    key: 'k1',
    shift: 's1',
    booking: 'b1',
    at_ms: 5,
    report: { kind: 'step', mark: 'load' },
  });
  assert.deepEqual(
    of([['kind', 'checklist'], ['list', 'pickup'], ['item_identity', 'yes'], ['item_x', '']]).report,
    { kind: 'checklist', list: 'pickup', answers: { identity: 'yes' } },
  );
  assert.deepEqual(
    of([['kind', 'triage'], ['moment', 'en_route'], ['ask_chest_pain', 'yes']]).report,
    { kind: 'triage', moment: 'en_route', answers: [['chest_pain', 'yes']] },
  );
  assert.deepEqual(of([['kind', 'begin'], ['km', '1200']]).report, { kind: 'begin', km: 1200 });
});

test('times are the city\'s, also on a page that was kept', () => {
  const clock = clockOf('1687334400000;480;1', 1_700_000_000_000, null);
  assert.equal(cityTime(1_700_000_000_000, clock), '16:00');
  // Ten minutes later the kept page still tells the old time.
  const later = clockOf('1687334400000;480;1', 1_700_000_600_000, clock.ahead);
  assert.equal(cityTime(1_700_000_600_000, later), '16:10');
});

test('what was answered leaves the queue, whatever the answer', () => {
  const kept = ['a', 'b', 'c'].map((key) => ({ key, shift: 's', at_ms: 0, report: {} }));
  const answers = [
    { key: 'a', filed: 'done', sentence: '' },
    { key: 'b', problem: 'not_allowed', sentence: '' },
  ];
  assert.deepEqual(after(kept, answers).map((one) => one.key), ['c']);
});

test('the next step follows the last one taken', () => {
  assert.equal(nextStep([]), 'acknowledge');
  assert.equal(nextStep(['acknowledge', 'load']), 'arrive');
  assert.equal(nextStep(['complete']), undefined);
});

test('the line above says how many wait, and why', () => {
  const say = (/** @type {number} */ waiting, online = true, signedOut = false) =>
    queueText({ waiting, online, signedOut }, texts);
  assert.equal(say(0), 'sent');
  assert.equal(say(2), '2 waiting');
  assert.equal(say(0, false), 'offline.');
  assert.equal(say(2, false), 'offline. 2 waiting');
  assert.equal(say(1, true, true), 'signed out');
});
