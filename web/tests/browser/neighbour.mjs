// @ts-check
// A citizen on a phone without script: finds the nearest hospital, sorts a symptom, asks the
// hotline to call back, asks the QC centre by code. What is typed wrongly is told and kept.
import assert from 'node:assert/strict';

import { PHONE, proves, seenAt } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./house.mjs').Room} Room */

/** @param {Room} room */
export default async function story(room) {
  room.forgive(/422|404/);
  const page = await (await room.context({ size: PHONE, js: false })).newPage();
  await findsTheNearest(room, page);
  await isSentToA(room, page);
  await ticksTheList(page);
  await asksByCode(page);
  await floods(page);
}

/** Only strangers are limited, and even then 120 and the hotline stand there. @param {Page} page */
async function floods(page) {
  const cry = (/** @type {number} */ number) => {
    const form = { key: `${number}`.padStart(32, '0'), phone: '13900005678', place: '测试' };
    return page.request.post('/symptoms/help', { form });
  };
  let last = await cry(0);
  for (let number = 1; number < 14 && last.status() !== 429; number += 1) last = await cry(number);
  assert.equal(last.status(), 429, 'a flood is limited');
  const words = await last.text();
  assert.ok(words.includes('tel:120') && words.includes('0756-0000 1200'), 'help is still there');
}

/** @param {Room} room @param {Page} page */
async function findsTheNearest(room, page) {
  proves('Z8', 'Z12', 'Z14');
  await page.goto('/green');
  assert.equal(await page.locator('.call a').first().getAttribute('href'), 'tel:120');
  assert.equal(await page.locator('a[href^="tel:"]').count() >= 9, true, 'every number can be tapped');
  for (const name of ['珠海市人民医院', '中山大学附属第五医院', '香洲区人民医院'])
    await page.getByRole('heading', { name }).first().waitFor();
  const search = page.locator('input[name="place"]');
  await search.fill('火星路一号');
  await page.locator('form[action="/green"] button').first().click();
  assert.equal(await search.inputValue(), '火星路一号', 'an unknown place stays typed');
  await search.fill('海岚医疗美容诊所');
  await page.locator('form[action="/green"] button').first().click();
  await page.locator('#near', { hasText: '香洲区人民医院' }).waitFor();
  await room.shoot(page, 'neighbour-nearest-phone');
}

/** @param {Room} room @param {Page} page */
async function isSentToA(room, page) {
  proves('Z25');
  const desk = await room.person('qc-clerk');
  await desk.goto('/desk');
  await desk.locator('[data-live-state="on"]').waitFor();
  const before = await desk.locator('#em-list a').count();
  await page.goto('/symptoms');
  await page.locator('input[name="s_vision"]').check();
  await page.locator('main form button').click();
  await page.locator('input[value="yes"]').first().check();
  await page.locator('main form button').click();
  await page.locator('h1.danger', { hasText: '120' }).waitFor();
  await page.locator('input[name="phone"]').fill('没有');
  await page.locator('input[name="place"]').fill('吉大路口');
  await page.locator('input[name="unlicensed"]').check();
  await page.locator('#help form > button').click();
  await page.locator('#phone-error').waitFor();
  assert.equal(await page.locator('input[name="place"]').inputValue(), '吉大路口');
  assert.ok(await page.locator('input[name="unlicensed"]').isChecked(), 'nothing is lost');
  await room.shoot(page, 'neighbour-advice-phone');
  await page.locator('input[name="phone"]').fill('13900005678');
  await page.locator('#help form > button').click();
  await page.locator('p.big', { hasText: 'JZ-' }).waitFor();
  const row = `#em-list li:nth-child(${before + 1}) a`;
  await seenAt(desk, row);
}

/** @param {Page} page */
async function ticksTheList(page) {
  proves('Z24');
  await page.goto('/screening');
  await page.locator('input[value="yes"]').first().check();
  await page.locator('main form button').click();
  assert.ok((await page.locator('main').innerText()).length > 200, 'the list with its reasons');
}

/** @param {Page} page */
async function asksByCode(page) {
  await page.goto('/ask');
  await page.locator('textarea').fill('做光子嫩肤前要停哪些药？');
  await page.locator('main form button.main').click();
  const link = page.locator('a[href^="/thread/"]').first();
  const href = (await link.getAttribute('href')) ?? '';
  assert.ok(href.length > '/thread/'.length + 15, 'a code nobody guesses');
  await page.goto(href);
  await page.locator('main', { hasText: '停哪些药' }).waitFor();
  const wrong = await page.goto('/thread/0123456789abcdef0123');
  assert.equal(wrong?.status(), 404);
}
