// @ts-check
// From the ring to the rating, with dispatcher, crew and family open at once: a booking gets a
// vehicle, the crew's phone loses its network and catches up, the family follows by its link and
// is called back after a low score.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { PHONE, proves } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./house.mjs').Room} Room */

/** @param {Room} room */
export default async function story(room) {
  const dispatcher = await room.person('dispatch-1');
  const booking = await books(dispatcher);
  const family = await follows(room, dispatcher, booking);
  const crew = await fetches(room, dispatcher, family, booking);
  await room.shoot(crew, 'journey96120-crew-done-phone');
  await rates(room, dispatcher, family, booking);
}

/** @param {Page} page @returns {Promise<string>} the booking's id */
async function books(page) {
  await page.goto('/transfer/calls');
  await page.keyboard.press('Enter');
  await page.waitForURL(/transfer\/calls\/cal_/);
  await page.locator('form[data-keys-ready]').waitFor({ state: 'attached' });
  const fill = (/** @type {string} */ name, /** @type {string} */ value) =>
    page.locator(`#tc [name="${name}"]`).first().fill(value);
  await fill('caller', '周先生');
  await fill('phone', '139 0000 6120');
  await fill('patient', '周大妈');
  await fill('time', '1640');
  await fill('from', '淄博市第一医院 骨科 8 床');
  await fill('to', '张店区马尚街道 9 号楼');
  for (const no of await page.locator('.tc-ask .bz-yn label:first-child').all()) await no.click();
  await page.locator('#tc-journey .tc-slots').waitFor();
  await page.keyboard.press('F9');
  await page.waitForURL(/transfer\/bookings\/bok_/);
  return page.url().match(/bok_\w+/)?.[0] ?? '';
}

/** The driver of a vehicle on the demo's day. @param {string} sign */
function driverOf(sign) {
  const file = fileURLToPath(new URL('../../../demo/zibo/shifts.toml', import.meta.url));
  const turns = readFileSync(file, 'utf8').split('[[turn]]');
  const own = turns.find(
    (turn) =>
      turn.includes(`vehicle = "v${sign.padStart(2, '0')}"`) && turn.includes('from = "2023-06-21"'),
  );
  return own?.match(/crew = \["(c\d+)"/)?.[1] ?? '';
}

/** @param {Room} room @param {Page} dispatcher @param {string} booking @returns {Promise<Page>} */
async function follows(room, dispatcher, booking) {
  proves('T16', 'T22');
  await dispatcher.goto(`/transfer/bookings/${booking}/links`);
  await dispatcher.locator('form[action$="/links"] button').click();
  const link = (await dispatcher.locator('[data-link]').innerText()).trim();
  assert.match(link, /\/t\/[0-9a-f]{32}$/);
  const context = await room.context({ size: PHONE, js: false });
  const family = await context.newPage();
  await family.goto(new URL(link).pathname);
  await family.locator('.fm-steps li', { hasText: '已派车' }).waitFor();
  const seen = await family.locator('body').innerText();
  assert.ok(seen.includes('周＊＊') && !seen.includes('大妈'), 'the link names nobody');
  return family;
}

/** @param {Page} page @param {string} booking @param {string} mark */
async function step(page, booking, mark) {
  const button = page.locator(`[data-booking="${booking}"] form.cr-do[data-mark="${mark}"] button`);
  await button.click();
  await page.locator(`[data-booking="${booking}"] [data-step="${mark}"][data-at]`).waitFor();
}

/** @param {Room} room @param {Page} dispatcher @param {Page} family @param {string} booking */
async function fetches(room, dispatcher, family, booking) {
  proves('T3', 'T23');
  await dispatcher.goto(`/transfer/board?view=all&booking=${booking}`);
  const row = dispatcher.locator('#db-list tr', { hasText: '张店区马尚街道 9 号楼' });
  const sign = (await row.locator('td').last().innerText()).match(/\d+/)?.[0] ?? '';
  assert.ok(sign, 'the dispatcher booked a vehicle at once');
  const page = await room.person(`crew-${driverOf(sign)}`, { size: PHONE });
  room.forgive(/Failed to load resource|ERR_INTERNET_DISCONNECTED|Failed to fetch/);
  await page.goto('/crew');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await page.locator(`[data-booking="${booking}"]`).waitFor();
  await room.shoot(page, 'journey96120-crew-phone');
  await step(page, booking, 'acknowledge');
  await page.locator('[data-queue]', { hasText: '已全部发送' }).waitFor();

  // The valley: no network, the page is even opened anew; nothing is lost.
  await page.context().setOffline(true);
  await step(page, booking, 'start');
  await step(page, booking, 'on_scene');
  await page.locator('[data-queue]', { hasText: '2 条' }).waitFor();
  // Asked before the page is opened anew: a new page may find the network for a moment.
  await row.locator('.st', { hasText: '已派' }).waitFor();
  await page.reload();
  await page.locator(`[data-booking="${booking}"] [data-step="on_scene"][data-at]`).waitFor();
  await step(page, booking, 'load');
  await room.shoot(page, 'journey96120-crew-offline-phone');
  await page.context().setOffline(false);
  await page.locator('[data-queue]', { hasText: '已全部发送' }).waitFor();
  // The desk's open page hears of it; the family sees it at its next look.
  await row.locator('.st', { hasText: '已上车' }).waitFor();
  await family.reload();
  await family.locator('.fm-steps li.done', { hasText: '已上车' }).waitFor();
  await room.shoot(family, 'journey96120-family-phone');

  await step(page, booking, 'arrive');
  await page.locator('[data-queue]', { hasText: '已全部发送' }).waitFor();
  const handover = page.locator(`[data-booking="${booking}"] form[data-what="handover"]`);
  await handover.locator('input[name="receiver"]').fill('家属 周先生');
  await handover.locator('canvas').scrollIntoViewIfNeeded();
  const box = await handover.locator('canvas').boundingBox();
  if (box) {
    await page.mouse.move(box.x + 30, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + 160, box.y + 60, { steps: 8 });
    await page.mouse.up();
  }
  assert.match(await handover.locator('input[name="strokes"]').inputValue(), /^\[\[\[\d+,\d+\]/);
  await room.shoot(page, 'journey96120-handover-phone');
  await handover.locator('button:not([type="button"])').click();
  await page.locator('summary', { hasText: '家属 周先生 已接收' }).waitFor();
  const done = page.locator(`[data-booking="${booking}"] form.cr-do[data-mark="complete"] button`);
  await done.click();
  await page.locator(`[data-booking="${booking}"]`).waitFor({ state: 'detached' });
  return page;
}

/** @param {Room} room @param {Page} dispatcher @param {Page} family @param {string} booking */
async function rates(room, dispatcher, family, booking) {
  proves('T20');
  await family.reload();
  await family.locator('input[name="score"][value="2"]').check();
  await family.locator('#words').fill('在楼下等了很久');
  await room.shoot(family, 'journey96120-rate-phone');
  await family.locator('button', { hasText: '提交评价' }).click();
  await family.locator('.note.is-ok', { hasText: '2 分' }).waitFor();
  await dispatcher.goto('/transfer/ratings');
  const row = dispatcher.locator('tr', { hasText: '在楼下等了很久' });
  await row.locator('summary').click();
  await row.locator('textarea').fill('已致歉，说明了原因');
  await room.shoot(dispatcher, 'journey96120-ratings-desk');
  await row.locator('form button').click();
  await dispatcher.waitForURL(/transfer\/ratings$/);
  await dispatcher.goto('/transfer/ratings?view=all');
  await dispatcher.locator('tr', { hasText: '在楼下等了很久' }).getByText('已回访').waitFor();

  // A link that was taken back is as if it had never been.
  room.forgive(/404/);
  await dispatcher.goto(`/transfer/bookings/${booking}/links`);
  await dispatcher.locator('form[action$="/revoke"] button').click();
  await dispatcher.waitForURL(/\/links$/);
  assert.equal((await family.reload())?.status(), 404);
}
