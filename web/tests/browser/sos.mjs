// @ts-check
// From the clinic's cry for help to the hand-over, with three people's screens open: the clinic's
// phone, the zone hospital's and the capable hospital's desks, and the QC centre's.
import assert from 'node:assert/strict';

import { PHONE, proves, seenAt } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  await fromTheCryToTheHandOver(room);
}

/** @param {import('./house.mjs').Room} room */
async function fromTheCryToTheHandOver(room) {
  proves('Z11', 'Z15');
  room.forgive(/422|404|403/);
  const clinic = await room.person('clinic-hailan', { size: PHONE });
  const zone = await room.person('desk-xzq');
  const able = await room.person('desk-renmin');
  const desk = await room.person('qc-clerk');
  await zone.goto('/hospital');
  await able.goto('/hospital');
  await desk.goto('/desk');
  for (const page of [zone, able, desk]) await page.locator('[data-live-state="on"]').waitFor();

  // Noted during the treatment, before anything went wrong.
  await clinic.goto('/sos');
  await clinic.locator('#sos-operations footer a').first().click();
  await add(clinic, 'filler', { product: '透明质酸', site: '鼻背', ml: '1.0', lot: 'HA-0314' });
  await clinic.goto('/sos');
  assert.equal(await clinic.locator('.em-120 a[href="tel:120"]').count(), 1, '120 stands first');
  await room.shoot(clinic, 'sos-clinic-phone');

  // One tap. Open screens show it without being touched.
  const seen = Promise.all([
    seenAt(zone, '.em-waiting h2'),
    seenAt(able, '.em-waiting h2'),
    seenAt(desk, '#em-list a'),
  ]);
  const tapped = Date.now();
  await clinic.locator('button[value="vision_loss"]').first().click();
  await clinic.waitForURL('**/emergencies/emg_*');
  const after = (await seen).map((at) => at - tapped);
  room.note(`hospitals ${after[0]} and ${after[1]} ms, desk ${after[2]} ms after the tap`);
  const path = new URL(clinic.url()).pathname;

  // The packet holds what was noted; 120 and more facts in taps.
  await clinic.locator('#em-packet', { hasText: 'HA-0314' }).waitFor();
  await clinic.locator('button[value="called_120"]').click();
  await clinic.locator('#em-120 .is-ok').waitFor();
  await add(clinic, 'weight', { kg: '54' });
  await add(clinic, 'drug', { name: '利多卡因', amount: '270' });
  await clinic.locator('#em-packet', { hasText: '5 mg/kg' }).waitFor();
  await refuses(clinic);

  // The zone's hospital cannot, says why, and the capable one accepts: the others hear at once.
  await zone.locator('.em-waiting select[name="reason"]').selectOption('capability');
  await zone.locator('.em-waiting button[value="decline"]').click();
  await zone.locator('.bz-note.is-ok').waitFor();
  await able.locator('.em-waiting button[value="accept"]').click();
  await able.waitForURL((url) => url.href.endsWith(`${path}?done=accept`));
  await clinic.locator('#em-hosps', { hasText: '已接收' }).waitFor();
  await zone.goto(path);
  assert.equal(await zone.locator('button[value="accept"]').count(), 0, 'only one accepts');
  await room.shoot(able, 'sos-hospital');

  await desk.goto(`/desk?case=${path.split('/').pop()}`);
  await room.shoot(desk, 'sos-desk');
  await clinic.locator('input[name="eta_min"]').fill('11');
  await clinic.locator('button[value="move"]').click();
  await able.locator('#em-targets', { hasText: '预计' }).waitFor();
  for (const mark of ['arrive', 'hand_over']) {
    await able.locator(`#em-acts button[value="${mark}"]`).click();
    await able.waitForURL((url) => url.href.endsWith(`${path}?done=${mark}`));
  }
  await able.locator('#em-acts select[name="outcome"]').selectOption('observed');
  await able.locator('#em-acts button[value="close"]').click();
  await able.waitForURL((url) => url.href.endsWith(`${path}?done=close`));
  await clinic.locator('#em-acts', { hasText: '已结束' }).waitFor();
  await room.shoot(clinic, 'sos-clinic-end-phone');
  await able.goto(`${path}/sheet`);
  await able.locator('.em-sheet', { hasText: 'HA-0314' }).waitFor();
  await room.end(able, 'sheet');

  // Supervision sees none of it.
  const officer = await room.person('officer-xz');
  assert.equal((await officer.goto(path))?.status(), 404, 'a cry for help is no alert');
  assert.equal((await officer.goto('/emergencies'))?.status(), 403);
}

/** Opens a fact's form and sends it. @param {Page} page @param {string} kind
 * @param {Record<string, string>} values */
async function add(page, kind, values) {
  const form = page.locator('.em-fact', { has: page.locator(`input[name="kind"][value="${kind}"]`) });
  await form.locator('summary').click();
  for (const [name, value] of Object.entries(values))
    await form.locator(`input[name="${name}"]`).fill(value);
  await form.locator('button').click();
  await page.waitForURL(/done=fact/);
}

/** A slip of the finger is told, and what was typed is still there. @param {Page} page */
async function refuses(page) {
  const form = page.locator('.em-fact', { has: page.locator('input[name="kg"]') });
  await form.locator('summary').click();
  await form.locator('input[name="kg"]').fill('540');
  const answer = page.waitForResponse((one) => one.request().method() === 'POST');
  await form.locator('button').click();
  assert.equal((await answer).status(), 422);
  await page.locator('.bz-note.is-danger').waitFor();
  assert.equal(await page.locator('input[name="kg"]').inputValue(), '540', 'nothing is lost');
}
