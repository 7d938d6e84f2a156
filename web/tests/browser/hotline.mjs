// @ts-check
// The hotline desk by keyboard alone: a call is taken, a slip is told without losing a word, the
// card's step is ticked, the case is redirected, and two reports of one thing become one.
import assert from 'node:assert/strict';

/** @typedef {import('playwright-core').Page} Page */

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  const page = await room.person('qc-clerk-2');
  room.forgive(/422/);
  await page.goto('/desk');
  await page.locator('[data-live-state="on"]').waitFor();
  const keys = page.keyboard;

  await keys.press('F2');
  await page.waitForURL('**/desk/call');
  assert.equal(await focused(page), 'institution', 'the first question has the focus');
  // Nothing said of the place: told, and what was typed stays.
  await page.locator('textarea[name="said"]').focus();
  await keys.type('术后心慌，口周发麻');
  await keys.press('Control+Enter');
  await page.locator('.bz-note.is-danger').waitFor();
  assert.equal(await page.locator('textarea[name="said"]').inputValue(), '术后心慌，口周发麻');
  await page.locator('input[name="institution"]').focus();
  await keys.type('某美容工作室');
  await keys.press('Tab');
  await keys.type('香洲区拱北口岸旁');
  await keys.press('Tab');
  await keys.type('电话不清');
  // The sentence of the form before goes, so that the next one is waited for.
  await page.locator('.bz-note.is-danger').evaluate((note) => note.remove());
  await keys.press('Control+Enter');
  await page.locator('.bz-note.is-danger').waitFor();
  assert.equal(await page.locator('input[name="callback"]').inputValue(), '电话不清');
  await page.locator('input[name="callback"]').focus();
  await keys.press('Control+A');
  await keys.type('139 0000 1234');
  await page.locator('input[name="card"][value="last"]').focus();
  await keys.press('Space');
  await keys.press('Control+Enter');
  await page.waitForURL(/desk\?case=emg_/);
  await page.locator('#em-head', { hasText: '某美容工作室' }).waitFor();
  assert.match(await page.locator('#em-hosps').innerText(), /时间未知|不在任何片区/);

  // Space ticks the current step of the card; F4 and F6 go where they say.
  const before = await page.locator('#em-card .end').innerText();
  await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
  await keys.press('Space');
  await page.waitForURL(/done=tick/);
  assert.notEqual(await page.locator('#em-card .end').innerText(), before);
  await keys.press('F6');
  assert.ok(await page.evaluate(() => document.activeElement?.hasAttribute('data-expert')));
  await keys.press('F4');
  assert.ok(await page.evaluate(() => document.activeElement?.hasAttribute('data-redirect')));
  for (let step = 0; step < 3; step += 1) await keys.press('ArrowDown');
  const named = page.locator('[data-redirect] option:checked');
  const chosen = (await named.textContent()) ?? '';
  await keys.press('Tab');
  await keys.press('Enter');
  await page.waitForURL(/done=redirect/);
  const called = page.locator('#em-hosps .bz-hosp', { hasText: chosen });
  await called.filter({ hasText: '已呼叫' }).waitFor({ state: 'attached' });
  await room.end(page);

  // The same thing reported again is merged, and nothing of it is lost.
  await page.goto('/desk/call');
  await page.locator('input[name="place"]').fill('拱北口岸旁二楼');
  await page.locator('textarea[name="said"]').fill('家属也打来，患者抽搐');
  await keys.press('Control+Enter');
  await page.waitForURL(/desk\?case=emg_/);
  await page.locator('summary', { hasText: '并入' }).click();
  const into = page.locator('select[name="into"]');
  const first = await into.locator('option', { hasText: '局麻药' }).first().getAttribute('value');
  await into.selectOption(first ?? '');
  await page.locator('button[value="merge"]').click();
  await page.waitForURL(/done=merge/);
  await page.goto(`/desk?case=${first}`);
  await page.locator('#em-course', { hasText: '家属也打来，患者抽搐' }).waitFor();
}

/** @param {Page} page */
function focused(page) {
  return page.evaluate(() => document.activeElement?.getAttribute('name') ?? '');
}
