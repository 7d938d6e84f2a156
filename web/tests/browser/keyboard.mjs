// @ts-check
// The officer's home without a mouse.
import assert from 'node:assert/strict';

import { DESK } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  const page = await room.person('officer');
  await page.goto('/bureau');
  await page.locator('[data-live-state="on"]').waitFor();
  const keys = page.keyboard;

  await keys.press('/');
  assert.equal(await focused(page), 'text', 'the search has the focus');
  await keys.type('jk');
  const search = page.locator('.bz-find input');
  assert.equal(await search.inputValue(), 'jk', 'letters in a field are letters');
  await search.fill('');
  await keys.press('Escape');
  assert.equal(await focused(page), '', 'Esc leaves the field');

  const links = page.locator('#worklist tbody a.strong');
  const hrefs = await links.evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  assert.ok(hrefs.length >= 2, 'there are alerts to walk through');
  for (const [key, at] of /** @type {const} */ ([['j', 0], ['j', 1], ['k', 0], ['K', 0]])) {
    await keys.press(key);
    assert.equal(await focused(page), hrefs[at], `${key} goes to row ${at + 1}`);
  }
  const ring = await page.evaluate(() => {
    const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement ?? document.body);
    return outlineStyle !== 'none' || boxShadow !== 'none';
  });
  assert.ok(ring, 'the focus can be seen');
  await keys.press('Enter');
  await page.waitForURL(`**${hrefs[0]}`);

  // The first alert is new: what is typed and sent with Ctrl+Enter claims it.
  const field = page.locator('.bz-steps3 textarea').first();
  await field.focus();
  await keys.type('已接手，先核对终端安装记录。');
  await keys.press('Control+Enter');
  await page.waitForURL(`**${hrefs[0]}?done=*`);
  await page.locator('.bz-note.is-ok').waitFor();
  await room.end(page);
  await page.setViewportSize(DESK);
  await keys.press('Escape');
  await page.waitForURL('**/alerts');
}

/** What has the focus: a link's address, a field's name, nothing. @param {Page} page */
function focused(page) {
  return page.evaluate(() => {
    const at = document.activeElement;
    return at?.getAttribute('href') ?? at?.getAttribute('name') ?? '';
  });
}
