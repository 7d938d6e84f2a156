// @ts-check
// The dispatcher's board by keyboard alone: bookings of a hospital's system get vehicles by one
// key, another vehicle with its reason, and a breakdown that moves only whom it must.
import assert from 'node:assert/strict';

import { DESK, PHONE, proves } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./house.mjs').Room} Room */

/** @param {Room} room */
export default async function story(room) {
  await ordered(room);
  const page = await room.person('dispatch-1');
  await page.goto('/transfer/board');
  await page.locator('[data-live-state="on"]').waitFor();
  await byKeys(room, page);
  await breakdown(room, page);
  await drags(room, page);
  await late(room, page);
  await sounds(room);
  await widths(room, page);
}

/** @param {Room} room */
async function ordered(room) {
  const page = await room.person('ward-first');
  await page.goto('/transfer/ward');
  await page.locator('input[name="label"]').fill('HIS 2');
  await page.locator('button', { hasText: '生成令牌' }).click();
  const token = await page.locator('#fresh-token').innerText();
  const { questions } = await (await fetch(`${room.base}/api/v1/transfers/questions`)).json();
  const answers = Object.fromEntries(
    questions.map((/** @type {{code: string}} */ one) => [one.code, 'no']),
  );
  const order = (/** @type {object} */ more, /** @type {string} */ key) =>
    fetch(`${room.base}/api/v1/transfers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': key },
      body: JSON.stringify({
        trip_type: 'discharge',
        phone: '13900007777',
        posture: 'stretcher',
        from: { place: '淄博市第一医院' },
        answers,
        ...more,
      }),
    });
  for (const [key, patient, to, time] of [
    ['chen', '陈大爷', '张店区马尚街道', '16:40'],
    ['liu', '刘阿姨', '淄川区中心', '17:00'],
    ['wu', '吴先生', '张店区中心', '18:10'],
  ]) {
    const wish = { patient, to: { place: to }, ready_at: `2023-06-21T${time}` };
    const asked = await (await order(wish, `ask-${key}`)).json();
    const agreed = await order({ ...wish, agreed_fen: asked.quote.total_fen }, `agree-${key}`);
    assert.equal(agreed.status, 201, JSON.stringify(await agreed.json()));
  }
  await page.close();
}

/** @param {Page} page @param {string} state */
const inState = (page, state) => page.locator('#db-list tr', { hasText: state }).count();

/** @param {Room} room @param {Page} page */
async function byKeys(room, page) {
  proves('T3');
  const keys = page.keyboard;
  const waiting = await page.locator('.db-views a', { hasText: '待派' }).getAttribute('href');
  await page.goto(waiting ?? '');
  const before = await page.locator('#db-list tbody tr').count();
  assert.ok(before >= 3, `${before} wait for a vehicle`);
  await page.locator('button[data-accept]').waitFor();
  const chosen = await page.locator('#db-head h2').innerText();
  await keys.press('j');
  await page.waitForURL(/booking=/);
  assert.notEqual(await page.locator('#db-head h2').innerText(), chosen, 'J goes on');
  await keys.press('k');
  await page.waitForFunction(
    (title) => document.querySelector('#db-head h2')?.textContent?.trim() === title.trim(),
    chosen,
  );
  // Every vehicle has its reason; one key sends the recommended one.
  assert.ok((await page.locator('.db-cars .st.is-danger').count()) > 0, 'why the others cannot');
  await room.shoot(page, 'board96120-answers-desk');
  await keys.press('Enter');
  await page.locator('.bz-note.is-ok', { hasText: '已派车' }).waitFor();

  // Another vehicle than the recommended one: its digit, its reason, Enter.
  await keys.press('2');
  assert.equal(
    await page.evaluate(() => document.activeElement?.getAttribute('name')),
    'reason',
    'a digit asks why',
  );
  await keys.type('家属指定车辆');
  await keys.press('Enter');
  await page.locator('.bz-note.is-ok', { hasText: '已派车' }).waitFor();
  const left = await page.locator('#db-list tbody tr').count();
  assert.equal(left, before - 2, 'two have a vehicle');

  // The command line, and what it does not understand.
  room.forgive(/422.*board\/command|422 \(Unprocessable/);
  await keys.press('/');
  await keys.type('99 飞');
  await keys.press('Enter');
  await page.locator('[role="alert"]', { hasText: '没有听懂' }).waitFor();
}

/** @param {Room} room @param {Page} page */
async function breakdown(room, page) {
  proves('T16');
  const keys = page.keyboard;
  await page.goto('/transfer/board');
  const assigned = page.locator('#db-list tr', { hasText: '已派' });
  const all = await page.locator('#db-list tbody tr').allInnerTexts();
  const sign = (await assigned.first().locator('td').last().innerText()).split(' ')[0] ?? '';
  await keys.press('/');
  await keys.type(`${sign} 故障`);
  await keys.press('Enter');
  await page.locator('.db-preview h3', { hasText: '现在停驶' }).waitFor();
  await page.locator('.db-changes li', { hasText: `${sign} 号车 →` }).first().waitFor();
  await room.shoot(page, 'board96120-preview-desk');
  // Esc changes nothing.
  await keys.press('Escape');
  await page.locator('.db-best h3', { hasText: '建议' }).waitFor();
  assert.deepEqual(await page.locator('#db-list tbody tr').allInnerTexts(), all);
  await keys.press('/');
  await keys.type(`${sign} out`);
  await keys.press('Enter');
  await page.locator('.db-preview').waitFor();
  await keys.press('Enter');
  await page.locator('.bz-note.is-ok', { hasText: '已按预览改派' }).waitFor();
  const after = await page.locator('#db-list tbody tr').allInnerTexts();
  const moved = after.filter((row, at) => row !== all[at]);
  const others = all.filter((row) => !row.includes(`${sign} 号车`));
  assert.ok(moved.length >= 1, 'somebody else comes');
  for (const row of others) assert.ok(after.includes(row), `undisturbed: ${row}`);
  assert.equal(after.filter((row) => row.includes(`${sign} 号车`)).length, 0);
  const own = page.locator('.db-name', { hasText: `${sign} 号车` });
  await own.locator('small', { hasText: '故障停驶' }).first().waitFor();
  await own.locator('button', { hasText: '恢复' }).first().click();
  await page.locator('.bz-note.is-ok', { hasText: '车辆已恢复' }).waitFor();
}

/** What a drop leads to: the preview of the vehicle, with its reason to give. @param {Page} page */
async function dropped(page) {
  await page.locator('.db-preview h3').waitFor();
  return page.locator('.db-preview').innerText();
}

/** A booking dragged onto a vehicle's lane asks why and is shown first; one that breaks a rule says
 * which. @param {Room} room @param {Page} page */
async function drags(room, page) {
  proves('T3');
  // Source and target are in view at once.
  await page.setViewportSize({ width: 1440, height: 1_900 });
  await page.goto('/transfer/board');
  const bar = page.locator('a.bz-bar[data-drag]').first();
  const number = (await bar.getAttribute('data-drag')) ?? '';
  const lanes = page.locator('[data-drop]');
  const count = await lanes.count();
  assert.ok(number !== '' && count > 1, `${count} lanes`);
  let gave = 0;
  let refused = 0;
  for (let at = 0; at < count && (gave === 0 || refused === 0); at += 1) {
    const lane = lanes.nth(at);
    await lane.scrollIntoViewIfNeeded();
    await page.locator(`a.bz-bar[data-drag="${number}"]`).first().dragTo(lane, { force: true });
    await page.waitForURL(/ask=give/);
    const words = await dropped(page);
    const able = (await page.locator('.db-preview form.db-do').count()) > 0;
    if (able) gave += 1;
    else refused += 1;
    if (!able) assert.ok(words.length > 20, `why not: ${words}`);
    await page.keyboard.press('Escape');
    await page.locator('.db-preview').waitFor({ state: 'detached' });
  }
  assert.ok(gave > 0 && refused > 0, `${gave} vehicles can come, ${refused} cannot`);
  await room.shoot(page, 'board96120-drag-desk');
  await page.setViewportSize(DESK);
}

/** What a delay of a vehicle would change is seen before it is said. @param {Room} room
 * @param {Page} page */
async function late(room, page) {
  const keys = page.keyboard;
  await page.goto('/transfer/board');
  const assigned = page.locator('#db-list tr', { hasText: '已派' });
  const sign = (await assigned.first().locator('td').last().innerText()).split(' ')[0] ?? '';
  const all = await page.locator('#db-list tbody tr').allInnerTexts();
  await keys.press('/');
  await keys.type(`${sign} 晚 90`);
  await keys.press('Enter');
  await page.locator('.db-preview h3', { hasText: '90' }).waitFor();
  await page.locator('.db-preview .db-changes li, .db-preview p').first().waitFor();
  await room.shoot(page, 'board96120-late-desk');
  await keys.press('Escape');
  await page.locator('.db-preview').waitFor({ state: 'detached' });
  assert.deepEqual(await page.locator('#db-list tbody tr').allInnerTexts(), all, 'only shown');
}

/** What nobody has acknowledged sounds once the watch has begun, and M is silent. @param {Room} room */
async function sounds(room) {
  const page = await room.person('dispatch-1');
  await page.addInitScript(() => {
    const own = AudioContext.prototype.createOscillator;
    Object.assign(window, { tones: 0 });
    AudioContext.prototype.createOscillator = function () {
      Object.assign(window, { tones: /** @type {any} */ (window).tones + 1 });
      return own.call(this);
    };
  });
  await page.goto('/transfer/board');
  const level = Number(await page.locator('[data-alarm]').first().getAttribute('data-alarm'));
  assert.ok(level > 0, 'a crew has not read its task');
  const tones = () => page.evaluate(() => /** @type {any} */ (window).tones);
  assert.equal(await tones(), 0, 'nothing sounds before a click');
  await page.locator('[data-alarm-switch]').click();
  await page.waitForFunction(() => /** @type {any} */ (window).tones > 0, null, { timeout: 25_000 });
  await page.keyboard.press('m');
  const before = await tones();
  await page.waitForTimeout(3_000);
  assert.equal(await tones(), before, 'M is silent');
  await page.close();
}

/** @param {Room} room @param {Page} page */
async function widths(room, page) {
  await page.goto('/transfer/board');
  for (const size of [DESK, { width: 1280, height: 800 }]) {
    await page.setViewportSize(size);
    const fits = await page.evaluate(() => {
      const root = document.documentElement;
      return root.scrollHeight <= innerHeight && root.scrollWidth <= innerWidth;
    });
    assert.ok(fits, `no page scroll at ${size.width}`);
  }
  await page.setViewportSize(PHONE);
  const narrow = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  assert.ok(narrow, 'a phone scrolls down only');
  await page.setViewportSize(DESK);
  assert.ok((await inState(page, '已派')) >= 1);
  await room.end(page);
}
