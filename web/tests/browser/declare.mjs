// @ts-check
// Declaring when things go wrong: bad input, impatient fingers, a network that leaves, an answer
// that is lost, a level this clinic must not do, a page that is reloaded.
import assert from 'node:assert/strict';

import { arrive, cityIn, declared, fill, gate, typed } from './hands.mjs';
import { DESK } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./house.mjs').Room} Room */
/** @typedef {Record<string, string> & {date: string}} Values */

const FORM = '/clinic/declare';
const SEND = 'form.clinic-grid button.clinic-main';
const DAY = 24 * 60;

/** @param {Room} room */
export default async function story(room) {
  // A refused form is answered with 422, and a lost network is what this story is about: the
  // browser says so, and so does htmx when the gate cannot be asked.
  room.forgive(/status of 422/);
  room.forgive(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
  room.forgive(/^htmx:(afterRequest|sendError)/);
  const page = await room.person('clinic');
  await page.goto(FORM);
  const tomorrow = await cityIn(page, DAY);
  /** @param {string} time @param {string} alias @param {object} [more] */
  const values = (time, alias, more = {}) => ({
    procedure: '切开法重睑成形术',
    attending: '陆知远',
    room: '手术室 2',
    date: tomorrow.date,
    time,
    client_name: `测试${alias}`,
    alias_zh: alias,
    alias_en: 'Ms Test',
    ...more,
  });
  await badInput(room, page, values('10:10', '错女士'));
  await reloaded(page, values('10:30', '存女士'));
  await sentTwice(page, values('11:30', '双女士'));
  await offline(room, page, values('13:00', '断女士'));
  await answerLost(page, values('14:30', '丢女士'));
  await tooHigh(room, page, values('16:00', '高女士'));
}

/** @param {Page} page */
const clearDrafts = (page) => page.evaluate(() => localStorage.clear());

/** @param {Room} room @param {Page} page @param {Values} values */
async function badInput(room, page, values) {
  const wrong = { attending: '', time: '', planned_min: 'abc', volume_ml: '很多', alias_zh: '' };
  const bad = { ...values, ...wrong };
  await fill(page, bad);
  const names = Object.keys(bad);
  const before = await typed(page, names);
  await page.locator(SEND).click();
  await page.locator('.bz-note.is-danger').waitFor();
  for (const name of Object.keys(wrong)) {
    const sentence = await page.locator(`#${name}-wrong`).innerText();
    assert.match(sentence, /。$/, `${name} has its sentence`);
  }
  assert.equal(await page.locator('.bz-wrong').count(), 5, 'and nothing else is blamed');
  assert.deepEqual(await typed(page, names), before, 'nothing typed is lost');
  await room.end(page, 'bad');
  await page.setViewportSize(DESK);
  await clearDrafts(page);
}

/** @param {Page} page @param {Values} values */
async function reloaded(page, values) {
  await page.goto(FORM);
  await clearDrafts(page);
  await page.reload();
  await fill(page, values);
  const names = [...Object.keys(values), 'planned_min', 'anaesthesia'];
  const before = await typed(page, names);
  assert.equal(before.planned_min, '70', 'the catalogue says how long');
  const state = page.locator('[data-draft-state]');
  await state.filter({ hasText: /草稿/ }).waitFor();
  await page.reload();
  await state.filter({ hasText: /恢复/ }).waitFor();
  assert.deepEqual(await typed(page, names), before, 'the draft is restored');
  await gate(page, true);
  await clearDrafts(page);
}

/** @param {Page} page @param {Values} values */
async function sentTwice(page, values) {
  await page.goto(FORM);
  await fill(page, values);
  const form = await page.locator('form.clinic-grid').evaluate((one) => {
    const data = new FormData(/** @type {HTMLFormElement} */ (one));
    return Object.fromEntries([...data].map(([key, value]) => [key, String(value)]));
  });
  await page.locator(SEND).dblclick();
  await arrive(page, /\/operations\/[^/]+\?done=declared$/);
  const first = new URL(page.url()).pathname;
  // The same bytes twice more at once, as a proxy that retries would send them.
  const post = () => page.request.post('/clinic/operations', { form, maxRedirects: 0 });
  for (const answer of await Promise.all([post(), post()])) {
    assert.equal(answer.status(), 303);
    assert.equal(answer.headers().location?.split('?')[0], first, 'the same operation');
  }
  assert.equal(await declared(page, values.date, '双女士'), 1, 'declared once');
}

/** @param {Room} room @param {Page} page @param {Values} values */
async function offline(room, page, values) {
  await page.goto(FORM);
  await fill(page, values);
  await gate(page, true);
  const before = await typed(page, Object.keys(values));
  await page.context().setOffline(true);
  await page.locator(SEND).click();
  await page.locator('[data-draft-state]').filter({ hasText: '网络断开' }).waitFor();
  assert.ok(page.url().endsWith(FORM), 'the page stays');
  assert.deepEqual(await typed(page, Object.keys(values)), before, 'what was typed is kept');
  await room.end(page, 'offline');
  await page.setViewportSize(DESK);
  await page.context().setOffline(false);
  const from = performance.now();
  await page.waitForURL('**/operations/*?done=declared');
  room.note(`declared ${Math.round(performance.now() - from)} ms after the network came back`);
  assert.equal(await declared(page, values.date, '断女士'), 1, 'declared once');
}

/**
 * The form arrives, its answer does not.
 * @param {Page} page
 * @param {Values} values
 */
async function answerLost(page, values) {
  await page.goto(FORM);
  await fill(page, values);
  await gate(page, true);
  await page.route('**/clinic/operations', async (route) => {
    await route.fetch({ maxRedirects: 0 });
    await route.abort('failed');
  });
  const sent = (/** @type {import('playwright-core').Request} */ one) =>
    one.url().endsWith('/clinic/operations');
  const lost = page.waitForEvent('requestfailed', sent);
  await page.locator(SEND).click();
  await lost;
  await page.unroute('**/clinic/operations');
  assert.equal(await declared(page, values.date, '丢女士'), 1, 'it had arrived');
  await page.goto(FORM);
  await page.locator('[data-draft-state]').filter({ hasText: /恢复/ }).waitFor();
  await page.locator(SEND).click();
  await page.waitForURL('**/operations/*?done=declared');
  assert.equal(await declared(page, values.date, '丢女士'), 1, 'sent again, declared once');
}

/** @param {Room} room @param {Page} page @param {Values} values */
async function tooHigh(room, page, values) {
  const high = { ...values, procedure: '大腿脂肪吸脂术', anaesthetist: '徐医生', volume_ml: '3000' };
  await page.goto(FORM);
  await fill(page, high);
  await page.locator('#alias_en').blur();
  // It says so before anything is sent, and again when it is sent all the same.
  await gate(page, false, /3 级/, /2 级/);
  await page.locator(SEND).click();
  await page.waitForURL('**/clinic/operations');
  await gate(page, false, /3 级/, /2 级/);
  const kept = await typed(page, ['volume_ml', 'client_name', 'time']);
  assert.deepEqual(Object.values(kept), ['3000', values.client_name, values.time]);
  assert.equal(await declared(page, values.date, '高女士'), 0, 'nothing was declared');
  await room.end(page, 'refused');
  await clearDrafts(page);
}
