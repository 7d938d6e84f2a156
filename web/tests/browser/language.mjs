// @ts-check
// Every page in English on a desk and on a phone: it answers, it fits, it says what language it is
// in and where its main part begins, and changing the language stays on the page.
import assert from 'node:assert/strict';

import { DESK, PHONE } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./house.mjs').Room} Room */

const PUBLIC = ['/?lang=en', '/search?lang=en&text=qh', '/q/QR-320613-0301?lang=en&large=1', '/report?lang=en'];

/** Who sees which pages; `first` names a list whose first row is opened as well. */
const PEOPLE = [
  {
    login: 'officer',
    paths: ['/bureau', '/alerts', '/alerts?view=closed', '/operations?view=all', '/institutions'],
    more: ['/institutions/ins_qinghe', '/institutions/ins_mujin', '/terminals', '/rules'],
    first: ['/alerts', '/alerts?view=officer', '/alerts?view=closed', '/operations?view=all'],
  },
  {
    login: 'director',
    paths: ['/incidents', '/incidents/rates'],
    more: [],
    first: ['/incidents?view=all'],
  },
  { login: 'duty', paths: ['/duty'], more: [], first: ['/alerts'] },
  {
    login: 'clinic',
    paths: ['/clinic', '/clinic/declare', '/clinic/people', '/operations', '/alerts?view=all'],
    more: ['/incidents', '/incidents/new', '/incidents/rates'],
    first: ['/operations?view=open', '/operations?view=unconfirmed', '/incidents?view=late'],
  },
  { login: 'clinic-jianshan', paths: ['/clinic'], more: [], first: ['/alerts'] },
  { login: 'clinic-mujin', paths: ['/clinic'], more: [], first: ['/alerts?view=all'] },
  { login: 'doctor-zhao', paths: ['/me'], more: ['/operations'], first: ['/operations?view=all'] },
];

/** @param {Room} room */
export default async function story(room) {
  /** @type {string[]} */
  const faults = [];
  let pages = 0;
  const visitor = await (await room.context({ lang: 'en' })).newPage();
  for (const path of [...PUBLIC, '/sign-in?next=%2Falerts']) {
    faults.push(...(await visit(room, visitor, path, 'visitor')));
    pages += 1;
  }
  for (const { login, paths, more, first } of PEOPLE) {
    const page = await room.person(login, { lang: 'en' });
    const all = [...paths, ...more];
    for (const list of first) all.push(await firstOf(page, list));
    for (const path of all) {
      faults.push(...(await visit(room, page, path, login)));
      pages += 1;
    }
    if (login === 'officer') await realSwitch(page);
    if (login === 'clinic') await room.end(page);
    await page.context().close();
  }
  room.note(`${pages} pages in two widths`);
  assert.equal(faults.length, 0, `${faults.length} faults:\n${faults.join('\n')}`);
}

/** @param {Page} page @param {string} list @returns {Promise<string>} address of the first row */
async function firstOf(page, list) {
  const html = await (await page.request.get(list)).text();
  const found = html.match(/data-open="([^"]+)"/)?.[1];
  assert.ok(found, `${list} is empty`);
  return found;
}

/**
 * @param {Room} room
 * @param {Page} page
 * @param {string} path
 * @param {string} login
 * @returns {Promise<string[]>} what is wrong with it
 */
export async function visit(room, page, path, login) {
  /** @type {string[]} */
  const faults = [];
  await page.setViewportSize(DESK);
  // Styles are there by then; portraits may still be on their way.
  const answer = await page.goto(path, { waitUntil: 'domcontentloaded' });
  if (answer?.status() !== 200) return [`${login} ${path}: ${answer?.status()}`];
  const name = `${login}${path}`.replace(/\W+/g, '_').slice(0, 60);
  for (const size of [DESK, PHONE]) {
    await page.setViewportSize(size);
    // What fits itself to the window has had its turn by the second frame.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    const found = await page.evaluate(look);
    for (const fault of found) faults.push(`${login} ${path} at ${size.width} px: ${fault}`);
    if (room.shots) await room.shoot(page, `page_${name}_${size.width}`);
  }
  faults.push(...(await switched(room.base, page)).map((fault) => `${login} ${path}: ${fault}`));
  return faults;
}

/** Runs in the page. */
function look() {
  const faults = [];
  const root = document.documentElement;
  // The first text or element that sticks out; a text may stick out of an element that does not.
  const first = (/** @type {number} */ limit) => {
    const range = document.createRange();
    const all = document.createTreeWalker(document.body);
    for (let node = all.nextNode(); node; node = all.nextNode()) {
      range.selectNode(node);
      if (range.getBoundingClientRect().right <= limit + 1) continue;
      if (node instanceof Text) return node.data.trim().slice(0, 40);
      if (node instanceof Element && node.children.length === 0) return node.outerHTML.slice(0, 80);
    }
    return 'nothing seen';
  };
  if (root.lang !== 'en') faults.push(`lang is ${root.lang}`);
  if (document.querySelectorAll('main').length !== 1) faults.push('no one main landmark');
  const heads = [...document.querySelectorAll('main h1, header h1')];
  if (heads.filter((one) => one.textContent?.trim()).length !== 1) faults.push('no one h1');
  if (root.scrollWidth > root.clientWidth) {
    faults.push(`${root.scrollWidth} px wide in ${root.clientWidth}: ${first(root.clientWidth)}`);
  }
  // Quotes and reasons stand in the language they were written in; the seal is a sign.
  // A client's name has one form, and the alias in Chinese an example.
  const own = '.bz-quote, textarea, .bz-seal, .seal, .bz-pack, #alias-hint, [lang="zh-CN"], script, style';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const chinese = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = (node.textContent?.trim() ?? '').replace(/^\p{Script=Han}+(?=·M[rs]s? )/u, '');
    if (/[\u3400-\u9fff，。：；（）]/.test(text) && !node.parentElement?.closest(own)) {
      chinese.push(text.slice(0, 40));
    }
  }
  if (chinese.length > 0) faults.push(`Chinese on it: ${chinese.slice(0, 3).join(' | ')}`);
  return faults;
}

/**
 * The link to the other language comes back to the same address.
 * @param {string} base
 * @param {Page} page
 * @returns {Promise<string[]>}
 */
async function switched(base, page) {
  const here = page.url().slice(base.length);
  const link = page.locator('a[lang="zh-CN"]').first();
  // The wall screen has no frame; its language is that of the page it was opened from.
  if ((await link.count()) === 0) return here === '/duty' ? [] : ['no way to change the language'];
  const href = (await link.getAttribute('href')) ?? '';
  if (!href.startsWith('/language/')) {
    const same = new URL(href, base).pathname === new URL(here, base).pathname;
    return same && !href.includes('lang=en') ? [] : [`the language leads to ${href}`];
  }
  const answer = await fetch(base + href, { redirect: 'manual' });
  const back = decodeURIComponent(answer.headers.get('location') ?? '');
  return back === decodeURIComponent(here) ? [] : [`the language leads to ${back}`];
}

/** Pressed by hand, with a filter in the address. @param {Page} page */
async function realSwitch(page) {
  await page.setViewportSize(DESK);
  await page.goto('/alerts?view=closed&rule=A14');
  const address = page.url();
  await page.locator('.bz-lang a[lang="zh-CN"]').click();
  await page.locator('html[lang="zh-CN"]').waitFor({ state: 'attached' });
  assert.equal(page.url(), address, 'the filter stays');
  await page.locator('.bz-lang a[lang="en"]').click();
  await page.locator('html[lang="en"]').waitFor({ state: 'attached' });
  assert.equal(page.url(), address);
}
