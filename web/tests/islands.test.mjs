// The islands' pure parts. What they do to a page is seen by the browser stories.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { givenAddress, meaning as boardMeaning } from '../static/islands/board.js';
import { meaning as callMeaning, pointAt } from '../static/islands/call.js';
import { clockText, cityNow, elapsedText, leftText, parseBase } from '../static/islands/clock.js';
import { doneKeys, mayKeep, timeText } from '../static/islands/draft.js';
import { dayOf, fitted, fresh } from '../static/islands/duty.js';
import { meaning, rowAfter, takesLetters } from '../static/islands/keys.js';
import { gatherer, pauseMs, stateOf, streamUrl } from '../static/islands/live.js';
import { ownAddress, parseData, rank } from '../static/islands/map.js';
import { answersWithFragment, fromPerson } from '../static/islands/page.js';
import { isAsked, readQueue, ready, settled } from '../static/islands/sheet.js';

// 2024-01-02T15:06:20+08:00
const CITY_MS = Date.UTC(2024, 0, 2, 7, 6, 20);
const OFFSET = 480;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('the clock speaks both languages', () => {
  assert.equal(clockText(CITY_MS, OFFSET, 'datetime', 'zh-CN', null), '2024-01-02 周二 15:06:20');
  assert.equal(clockText(CITY_MS, OFFSET, 'datetime', 'en', null), 'Tue 2 Jan 2024 15:06:20');
  assert.equal(
    clockText(CITY_MS, OFFSET, 'date', 'zh-CN', '日,一,二,三,四,五,六'),
    '2024-01-02 二',
  );
  assert.equal(clockText(CITY_MS, OFFSET, 'time', 'en', null), '15:06:20');
  // Midnight in the city is not midnight in UTC.
  assert.equal(
    clockText(Date.UTC(2024, 0, 1, 16), OFFSET, 'date', 'zh-CN', null),
    '2024-01-02 周二',
  );
});

test('city time runs from the moment it was written, at its speed', () => {
  const base = parseBase(`${CITY_MS};${OFFSET};60`, 500);
  assert.ok(base);
  assert.equal(cityNow(base, 1500), CITY_MS + 60_000);
  assert.equal(parseBase(`${CITY_MS};${OFFSET}`, 0)?.speed, 1);
  assert.equal(parseBase(null, 0), null);
  assert.equal(parseBase('soon;480;1', 0), null);
});

test('timers count up in figures and down in words', () => {
  assert.equal(elapsedText(22 * MINUTE + 52_900), '00:22:52');
  assert.equal(elapsedText(123 * HOUR), '123:00:00');
  assert.equal(elapsedText(-5), '00:00:00');
  const words = {
    long: '剩 {h} 小时',
    hour: '剩 {h} 小时 {m} 分',
    minute: '剩 {m} 分',
    over: '超期 {h} 小时 {m} 分',
  };
  const say = (ms) => leftText(ms, (name) => words[name]);
  assert.equal(say(46 * HOUR + 5 * MINUTE), '剩 46 小时');
  assert.equal(say(3 * HOUR + 12 * MINUTE), '剩 3 小时 12 分');
  assert.equal(say(59 * MINUTE + 59_000), '剩 59 分');
  assert.equal(say(-HOUR - 61_000), '超期 1 小时 1 分');
  assert.equal(
    leftText(MINUTE, (name) => (name === 'hour' ? '{h} h {m} min' : null)),
    '0 h 1 min',
  );
});

test('the stream resumes behind the last position and waits longer each time', () => {
  assert.equal(streamUrl(0), '/live');
  assert.equal(streamUrl(41), '/live?after=41');
  assert.deepEqual([0, 1, 2, 9].map(pauseMs), [2000, 4000, 8000, 60000]);
});

test('the state tells a silent stream from a running one', () => {
  const seen = { open: true, online: true, silentMs: 1000, closedMs: 0 };
  assert.equal(stateOf(seen), 'on');
  assert.equal(stateOf({ ...seen, silentMs: 60_000 }), 'off');
  assert.equal(stateOf({ ...seen, open: false }), 'wait');
  assert.equal(stateOf({ ...seen, open: false, closedMs: 11_000 }), 'off');
  assert.equal(stateOf({ ...seen, open: false, online: false }), 'off');
});

test('a burst of one kind is handed on once, even when it never pauses', () => {
  const handed = [];
  const timers = [];
  const gather = gatherer(
    (kind, detail) => handed.push([kind, detail]),
    (run) => timers.push(run),
  );
  gather({ kind: 'checkin', position: 7, institution: 'ins_a' });
  gather({ kind: 'checkin', position: 8, institution: 'ins_a' });
  gather({ kind: 'alert', position: 9 });
  gather({ kind: 'checkin', position: 10, institution: 'ins_b' });
  assert.equal(timers.length, 2);
  timers.forEach((run) => run());
  assert.deepEqual(handed, [
    ['checkin', { position: 10, count: 3, institutions: ['ins_a', 'ins_b'] }],
    ['alert', { position: 9, count: 1, institutions: [] }],
  ]);
  gather({ kind: 'alert', position: 11 });
  assert.equal(timers.length, 3);
});

test('map data without sense draws an empty map', () => {
  assert.deepEqual(parseData('not json').points, []);
  assert.deepEqual(parseData(null).points, []);
  const data = parseData(
    '{"points":[{"at":[120.9,32]},{"at":[1,"x"]},null],"focus":"320613","box":[1,2,3]}',
  );
  assert.equal(data.points.length, 1);
  assert.equal(data.focus, '320613');
  assert.equal(data.box, undefined);
});

test('markers lead to pages of this server only, the urgent lie on top', () => {
  assert.equal(ownAddress('/institutions/ins_a'), '/institutions/ins_a');
  for (const address of [
    '//host',
    '/\\host',
    'javascript:alert(1)',
    'https://host',
    '',
    undefined,
  ]) {
    assert.equal(ownAddress(address), null);
  }
  assert.ok(
    rank('danger') > rank('warn') && rank('warn') > rank('live') && rank('live') > rank('open'),
  );
  assert.equal(rank('unheard of'), rank('open'));
});

test('passwords, hidden fields and private fields are never kept', () => {
  assert.ok(mayKeep({ name: 'why', type: 'textarea', noStore: false }));
  for (const type of ['password', 'hidden', 'file', 'submit']) {
    assert.ok(!mayKeep({ name: 'x', type, noStore: false }), type);
  }
  assert.ok(!mayKeep({ name: 'phone', type: 'text', noStore: true }));
  assert.ok(!mayKeep({ name: '', type: 'text', noStore: false }));
  assert.equal(timeText({ ms: CITY_MS, offsetMin: OFFSET }), '15:06');
  assert.equal(timeText(undefined), '');
});

test('a page clears the drafts it names, or all', () => {
  assert.deepEqual(doneKeys('a c', ['a', 'b']), ['a']);
  assert.deepEqual(doneKeys('*', ['a', 'b']), ['a', 'b']);
  assert.deepEqual(doneKeys('', ['a']), []);
});

test('keys sleep in fields and inside the input method', () => {
  const press = {
    key: 'j',
    ctrl: false,
    alt: false,
    composing: false,
    inField: false,
    letters: true,
  };
  assert.equal(meaning(press), 'next');
  assert.equal(meaning({ ...press, key: 'K' }), 'previous');
  assert.equal(meaning({ ...press, key: '/' }), 'search');
  assert.equal(meaning({ ...press, inField: true }), null);
  assert.equal(meaning({ ...press, letters: false }), null);
  assert.equal(meaning({ ...press, ctrl: true }), null);
  const enter = { ...press, key: 'Enter', ctrl: true, inField: true };
  assert.equal(meaning(enter), 'send');
  assert.equal(meaning({ ...enter, composing: true }), null);
  assert.equal(meaning({ ...enter, ctrl: false }), null);
  assert.equal(meaning({ ...press, key: 'Escape' }), 'back');
  assert.equal(meaning({ ...press, key: 'Escape', inField: true, letters: false }), 'leave');
  assert.ok(takesLetters({ tag: 'INPUT', type: 'text', editable: false }));
  assert.ok(!takesLetters({ tag: 'INPUT', type: 'checkbox', editable: false }));
  assert.ok(takesLetters({ tag: 'DIV', type: '', editable: true }));
  assert.deepEqual(
    [
      rowAfter(-1, 1, 3),
      rowAfter(-1, -1, 3),
      rowAfter(2, 1, 3),
      rowAfter(1, -1, 3),
      rowAfter(-1, 1, 0),
    ],
    [0, 2, 2, 0, -1],
  );
});

test('the duty screen fits its window and hears only what is new', () => {
  assert.deepEqual(fitted(1920, 1080), { scale: 1, x: 0, y: 0 });
  assert.deepEqual(fitted(960, 1080), { scale: 0.5, x: 0, y: 270 });
  const known = new Set(['a']);
  assert.deepEqual(fresh(known, ['a', 'b']), ['b']);
  assert.deepEqual(fresh(known, ['b']), []);
  assert.deepEqual(fresh(known, ['a', 'b']), ['a']);
  assert.equal(dayOf({ ms: Date.UTC(2024, 0, 1, 16), offsetMin: OFFSET }), '2024-01-02');
});

test('only a person moves the focus, and a refused form is shown', () => {
  assert.ok(fromPerson({ type: 'click', isTrusted: true }));
  assert.ok(!fromPerson({ type: 'live:checkin', isTrusted: false }));
  assert.ok(!fromPerson({ type: 'input', isTrusted: true }));
  assert.ok(!fromPerson(undefined));
  assert.deepEqual([200, 409, 422, 500].map(answersWithFragment), [false, true, true, false]);
});

test('the board is worked by keys, and letters sleep in fields', () => {
  const press = (key, more = {}) =>
    boardMeaning({
      key,
      ctrl: false,
      alt: false,
      composing: false,
      inField: false,
      onControl: false,
      letters: true,
      ...more,
    });
  const table = { j: 'next', K: 'previous', Enter: 'accept', h: 'to120', N: 'call', 4: 4 };
  for (const [key, meant] of Object.entries(table)) assert.equal(press(key), meant, key);
  assert.equal(press('Escape'), 'leave');
  assert.equal(press('0'), null);
  assert.equal(press('x'), null);
  // A link under the focus keeps its Enter; a field keeps everything.
  assert.equal(press('Enter', { onControl: true }), null);
  for (const key of ['j', 'Enter', '4', 'Escape']) assert.equal(press(key, { inField: true }), null);
  assert.equal(press('j', { letters: false }), null);
  assert.equal(press('j', { ctrl: true }), null);
  assert.equal(press('Enter', { composing: true }), null);
});

test('a dropped booking leads to what would change', () => {
  assert.equal(
    givenAddress('?view=open&done=assigned&vehicle=v1', 'bok 1', 'shf_2'),
    '/transfer/board?view=open&booking=bok+1&ask=give&shift=shf_2',
  );
});

test('keys of the call-taker', () => {
  const press = { key: 'y', modified: false, composing: false, letters: false, question: true };
  assert.equal(callMeaning(press), 'yes');
  assert.equal(callMeaning({ ...press, key: 'F' }), 'no');
  // Letters belong to the field that has the focus.
  assert.equal(callMeaning({ ...press, letters: true, question: false }), null);
  assert.equal(callMeaning({ ...press, question: false }), null);
  assert.equal(callMeaning({ ...press, key: '2', question: false }), '2');
  assert.equal(callMeaning({ ...press, key: '2', letters: true }), null);
  assert.equal(callMeaning({ ...press, key: 'F9', letters: true }), 'book');
  assert.equal(callMeaning({ ...press, key: 'F12', letters: true }), '120');
  assert.equal(callMeaning({ ...press, key: 'Enter', composing: true }), null);
  assert.equal(callMeaning({ ...press, key: 'F9', modified: true }), null);
});

test('a click on the small map is a point', () => {
  const box = { north: 37, south: 36, west: 117, east: 119 };
  const at = (x, y) => pointAt({ x, y, width: 200, height: 100 }, box);
  assert.deepEqual(at(0, 0), { lat: '37.00000', lng: '117.00000' });
  assert.deepEqual(at(100, 25), { lat: '36.75000', lng: '118.00000' });
});

test('an item is asked where the one it waits for was answered so', () => {
  assert.equal(isAsked(null, null, {}), true);
  assert.equal(isAsked('zone', 'met', { zone: 'met' }), true);
  assert.equal(isAsked('zone', 'met', { zone: 'not_met' }), false);
  assert.equal(isAsked('zone', 'met', {}), false);
});

test('answers wait in their order, and what was refused waits for a change', () => {
  const edit = (answer, at, more = {}) => {
    return { answer, note: '', fix: '', measure: '', due: '', at, ...more };
  };
  const queue = {
    later: edit('met', 30),
    first: edit('not_met', 10),
    silent: edit('', 5),
    refused: edit('met', 1, { refused: 'too long' }),
  };
  assert.deepEqual(
    ready(queue, 20).map(({ item }) => item),
    ['first', 'later'],
  );
  assert.deepEqual(
    ready(queue, 1).map(({ item }) => item),
    ['first'],
  );
  assert.deepEqual(readQueue(JSON.stringify(queue)), queue);
  assert.deepEqual(readQueue('{"a":{"answer":"met"},"b":null}'), {});
  assert.deepEqual(readQueue('not json'), {});
  assert.deepEqual(readQueue(null), {});
});

test('what the server took is done, and a newer answer of somebody else is told', () => {
  const values = { note: '', fix: '', measure: '', due: '' };
  const mine = { answer: 'not_met', ...values, at: 10 };
  const sent = [{ item: 'a', edit: mine }];
  const stands = { item: 'a', answer: 'met', ...values, at: 20, by: 'B', mine: false };
  const beaten = settled({ a: mine }, sent, [stands]);
  assert.deepEqual(beaten, { queue: {}, newer: [{ stands, edit: mine }] });
  const kept = settled({ a: mine }, sent, [{ ...stands, answer: 'not_met', at: 10, mine: true }]);
  assert.deepEqual(kept, { queue: {}, newer: [] });
  // Changed again while it was under way: that change still waits.
  const changed = { ...mine, at: 15 };
  assert.deepEqual(settled({ a: changed }, sent, []).queue, { a: changed });
});
