// @ts-check
// The whole story: a clinic declares, a terminal at the door signs who comes and goes, the officer
// sees it on the page that stands open, the clinic explains an alert, the officer verifies and
// closes it, the clinic reads the outcome.
import assert from 'node:assert/strict';

import { PHONE, proves, seenAt } from './house.mjs';
import { cityIn, fill, gate } from './hands.mjs';
import { newTerminal } from './terminal.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./house.mjs').Room} Room */

const CLINIC = '青禾';
const LIVE_MS = 2_000;
const EXPLANATION = '就医者入室后主动要求暂缓手术，未使用麻醉药，未切皮，已改约并留存书面记录。';
const OPINION = '调阅门诊病历与麻醉记录，无用药记录，与机构说明一致。';

/** @param {Room} room */
export default async function story(room) {
  const officer = await room.person('officer');
  await officer.goto('/bureau');
  await officer.locator('[data-live-state="on"]').waitFor();
  const terminal = newTerminal(room.base);
  const theatre = await enrol(room, officer, terminal);
  const clinic = await room.person('clinic', { size: PHONE });
  const { operation, attending, name } = await declare(room, clinic, theatre);
  await clinic.goto('/clinic');

  const before = await counters(officer);
  const opened = await officer.evaluate(() => performance.timeOrigin);
  const who = { operation, practitioner: attending, role: 'attending' };
  await checkIn(room, officer, before, name, () => terminal.check(who, 'in'));
  const alert = await signOut(room, officer, before, () => terminal.check(who, 'out'));
  const still = await officer.evaluate(() => performance.timeOrigin);
  assert.equal(still, opened, 'the page never reloaded');
  await room.shoot(officer, 'li-officer-alerted');

  await explain(room, clinic, alert);
  await dispose(room, officer, alert);
  await clinic.goto(alert);
  const course = await clinic.locator('.bz-steps3').innerText();
  assert.match(course, /说明成立/, 'the clinic reads the outcome');
  assert.ok(course.includes(OPINION), 'and why');
  assert.equal(await clinic.locator('form[data-draft]').count(), 0, 'nothing is left to do');
  await officer.goto('/bureau');
  const after = await counters(officer);
  assert.equal(after.open, before.open, 'the open count is back');
  assert.equal(after.alerts, before.alerts + 1, 'the day keeps the alert');
  await room.end(officer, 'officer');
  await room.end(clinic, 'clinic');
}

/** @param {Page} page the officer's home */
async function counters(page) {
  const number = async (/** @type {string} */ css) =>
    Number((await page.locator(css).first().innerText()).match(/\d+/)?.[0]);
  return {
    operations: await number('#operations-day'),
    running: await number('#operating-now'),
    alerts: await number('#alerts-day'),
    open: await number('#worklist header a[href="/alerts"]'),
  };
}

/**
 * The officer gives out a code, the terminal makes its key. Returns the words for the room.
 * @param {Room} room
 * @param {Page} officer
 * @param {ReturnType<typeof newTerminal>} terminal
 */
async function enrol(room, officer, terminal) {
  const page = await officer.context().newPage();
  await page.goto(`/terminals?text=${encodeURIComponent(CLINIC)}`);
  const row = page.locator('tbody tr', { has: page.locator('form[action$="/code"]') }).first();
  assert.equal(await row.count(), 1, `${CLINIC} has no terminal that waits for enrolment`);
  const id = await row.locator('td').first().innerText();
  const theatre = await row.locator('td .sub').first().innerText();
  await row.locator('button').click();
  const code = await page.locator('.bz-code').innerText();
  assert.equal(await terminal.enrol(code.trim()), id, 'the code is for this terminal');
  const again = newTerminal(room.base).enrol(code.trim());
  await assert.rejects(again, /409/, 'a code holds for one key');
  await page.goto(`/terminals?text=${id}`);
  assert.equal(await page.locator('form[action$="/code"]').count(), 0, 'it is enrolled');
  await room.shoot(page, 'li-terminals');
  await page.close();
  room.note(`enrolled ${id}`);
  return theatre;
}

/**
 * @param {Room} room
 * @param {Page} clinic
 * @param {string} theatre
 */
async function declare(room, clinic, theatre) {
  await clinic.goto('/clinic');
  await clinic.locator('a.clinic-main').click();
  await clinic.waitForURL('**/clinic/declare');
  const from = performance.now();
  await fill(clinic, { procedure: '切开法重睑成形术' });
  assert.notEqual(await clinic.locator('#planned_min').inputValue(), '', 'usual minutes stand');
  const when = await cityIn(clinic, 4);
  const client = { client_name: '李晓蕾', alias_zh: '李女士', alias_en: 'Ms Li' };
  await fill(clinic, { attending: '陆知远', room: theatre, ...when, ...client });
  await clinic.locator('#alias_en').blur();
  await gate(clinic, true, /陆知远/);
  await room.shoot(clinic, 'li-declare-phone');
  const attending = await clinic.locator('#attending').inputValue();
  await clinic.locator('form.clinic-grid button.clinic-main').click();
  await clinic.waitForURL('**/operations/*?done=declared');
  room.note(`declared in ${Math.round(performance.now() - from)} ms`);
  await clinic.locator('.bz-note.is-ok').waitFor();
  const kept = await clinic.evaluate(() => Object.keys(localStorage).join());
  assert.ok(!kept.includes('baize-draft:'), 'the draft is gone once the server has it');
  await room.shoot(clinic, 'li-declared-phone');
  const operation = new URL(clinic.url()).pathname.split('/').pop() ?? '';
  return { operation, attending, name: '陆知远' };
}

/**
 * @param {Room} room
 * @param {string} what
 * @param {Promise<number>[]} seen
 * @param {() => Promise<number>} post
 */
async function measured(room, what, seen, post) {
  const answeredAt = await post();
  const waited = (await Promise.all(seen)).map((at) => Math.max(0, at - answeredAt));
  const ms = Math.max(...waited);
  assert.ok(ms <= LIVE_MS, `${what} on the open page after ${ms} ms`);
  room.note(`${what} on the open page after ${ms} ms`);
}

/**
 * @param {Room} room
 * @param {Page} officer
 * @param {Awaited<ReturnType<typeof counters>>} before
 * @param {string} name
 * @param {() => Promise<number>} post
 */
async function checkIn(room, officer, before, name, post) {
  proves('N7', 'N8');
  assert.notEqual(await officer.locator('#feed li .who').first().innerText(), name);
  const seen = [
    seenAt(officer, '#feed li:first-child .who', name),
    seenAt(officer, '#operations-day', String(before.operations + 1)),
    seenAt(officer, '#operating-now', String(before.running + 1)),
  ];
  await measured(room, 'check-in', seen, post);
  const first = await officer.locator('#feed li').first().innerText();
  assert.match(first, /青禾.*手术室/s);
  assert.match(first, /工牌/, 'the method is said');
}

/**
 * Out too early. Returns the address of the alert it makes (A07).
 * @param {Room} room
 * @param {Page} officer
 * @param {Awaited<ReturnType<typeof counters>>} before
 * @param {() => Promise<number>} post
 */
async function signOut(room, officer, before, post) {
  const links = officer.locator('#worklist a.strong');
  const old = await links.evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''));
  const fresh = old.map((href) => `:not([href="${href}"])`).join('');
  const seen = [
    seenAt(officer, `#worklist a.strong${fresh}`, '青禾医疗美容门诊部'),
    seenAt(officer, '#alerts-day', String(before.alerts + 1)),
  ];
  await measured(room, 'alert', seen, post);
  const row = officer.locator('#worklist tbody tr', { hasText: CLINIC });
  assert.match(await row.innerText(), /手术打卡时间过短/);
  assert.equal((await counters(officer)).open, before.open + 1);
  assert.equal((await counters(officer)).running, before.running, 'nobody is inside any more');
  const nav = officer.locator('.bz-body .bz-side a[href="/alerts"] b');
  assert.equal(await nav.innerText(), String(before.open + 1), 'the side bar counts it too');
  return (await row.locator('a.strong').getAttribute('href')) ?? '';
}

/**
 * The clinic's home stands open; its to-do list leads to the alert.
 * @param {Room} room
 * @param {Page} clinic
 * @param {string} alert
 */
async function explain(room, clinic, alert) {
  const todo = clinic.locator(`.ph-list a[href="${alert}"]`);
  await todo.waitFor();
  await room.shoot(clinic, 'li-todo-phone');
  await todo.click();
  await clinic.locator('textarea[name="text"]').fill(EXPLANATION);
  await clinic.locator('form[data-draft] button').click();
  await clinic.waitForURL(`**${alert}?done=explain`);
  assert.ok((await clinic.locator('.bz-steps3').innerText()).includes(EXPLANATION));
  await room.shoot(clinic, 'li-explained-phone');
}

/**
 * @param {Room} room
 * @param {Page} officer still on the home page
 * @param {string} alert
 */
async function dispose(room, officer, alert) {
  await officer.locator('#worklist tr', { hasText: CLINIC }).getByText('待核实').waitFor();
  await officer.locator(`#worklist a.strong[href="${alert}"]`).click();
  assert.ok((await officer.locator('.bz-steps3').innerText()).includes(EXPLANATION));
  await room.shoot(officer, 'li-to-verify');
  await officer.locator('input[name="method"][value="records"]').check();
  await officer.locator('input[name="outcome"][value="explained"]').check();
  await officer.locator('#why').fill(OPINION);
  await officer.locator('button[name="step"][value="decide"]').click();
  await officer.waitForURL(`**${alert}?done=close`);
  assert.match(await officer.locator('.bz-steps3').innerText(), /说明成立/);
  await room.end(officer, 'closed');
}
