// @ts-check
// Anybody, on a phone, without scripts: finds a clinic by the initials of its name, reads its page
// behind the QR code, in large print too, and is told when a clinic is suspended.
import assert from 'node:assert/strict';

import { PHONE } from './house.mjs';

const QR = '/q/QR-320613-0301';
const WEIGHT_MAX = 50 * 1024;

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  const context = await room.context({ js: false, size: PHONE });
  const page = await context.newPage();
  await page.goto('/');
  await page.locator('main h1').waitFor();
  assert.equal(await page.locator('script').count(), 0, 'a public page needs no script');
  await room.shoot(page, 'public-start-phone');

  await page.locator('form.find input[name="text"]').fill('qh');
  await page.locator('form.find button').click();
  const found = page.locator('ul.places li', { hasText: '青禾医疗美容门诊部' });
  assert.equal(await found.count(), 1, 'the initials find the clinic');
  await room.shoot(page, 'public-search-phone');
  await found.locator('a').click();
  assert.equal(new URL(page.url()).pathname, QR);

  await doctors(page);
  await largePrint(room, page);
  await weight(room);
  await suspended(room, page);
  assert.deepEqual(await context.cookies(), [], 'public pages set no cookie');
  await page.goto(QR);
  await room.end(page);
}

/** @param {import('playwright-core').Page} page */
async function doctors(page) {
  assert.match(await page.locator('h1').innerText(), /青禾医疗美容门诊部/);
  assert.equal(await page.locator('.head .state.ok').count(), 1, 'it is open');
  const lists = page.locator('#doctors ul');
  const counts = [];
  for (const list of await lists.all()) counts.push(await list.locator('li').count());
  assert.deepEqual(counts, [7, 1, 1], 'attendings, anaesthetists, assistants');
  const heads = (await page.locator('#doctors h3').allInnerTexts()).join(' ');
  assert.match(heads, /主诊.*7.*麻醉.*1.*助手.*1/s);
}

/** @param {import('./house.mjs').Room} room @param {import('playwright-core').Page} page */
async function largePrint(room, page) {
  const name = page.locator('#doctors li b').first();
  const size = () => name.evaluate((one) => parseFloat(getComputedStyle(one).fontSize));
  const normal = await size();
  await page.locator('header.bar nav a').first().click();
  assert.match(page.url(), /large=1/);
  const large = await size();
  assert.ok(large >= normal * 1.2, `large print is larger: ${normal} px, ${large} px`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `large print fits the phone: ${wide} px`);
  await room.shoot(page, 'public-large-phone');
  room.note(`print ${normal} px, large ${large} px`);
}

/**
 * What a first visit transfers, portraits left out.
 * @param {import('./house.mjs').Room} room
 */
async function weight(room) {
  // A context of its own: nothing is in its cache.
  const context = await room.context({ js: false, size: PHONE });
  const page = await context.newPage();
  /** @type {import('playwright-core').Request[]} */
  const sent = [];
  page.on('requestfinished', (request) => sent.push(request));
  await page.goto(QR, { waitUntil: 'networkidle' });
  const kinds = sent.map((request) => request.resourceType());
  assert.ok(kinds.includes('document') && kinds.includes('stylesheet'), `only ${kinds}`);
  let bytes = 0;
  for (const request of sent) {
    if (new URL(request.url()).pathname.startsWith('/portraits/')) continue;
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    bytes += responseBodySize + responseHeadersSize;
  }
  assert.ok(bytes < WEIGHT_MAX, `${bytes} bytes`);
  room.note(`QR page ${(bytes / 1024).toFixed(1)} KB`);
}

/** @param {import('./house.mjs').Room} room @param {import('playwright-core').Page} page */
async function suspended(room, page) {
  await page.goto('/search?text=听雨');
  const found = page.locator('ul.places li');
  assert.equal(await found.count(), 1);
  assert.match(await found.locator('.state.danger').innerText(), /停业整改/);
  const link = found.locator('a');
  if ((await link.count()) > 0) {
    await link.click();
    assert.match(await page.locator('.head .state.danger').innerText(), /停业整改/);
  }
  await room.shoot(page, 'public-suspended-phone');
}
