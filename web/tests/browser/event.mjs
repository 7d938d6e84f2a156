// @ts-check
// A safety event: told on a phone without script and without a name, worked to its end at the
// department's desk, answered by the code; shut to whoever it is not meant for.
import assert from 'node:assert/strict';

import { PHONE, proves } from './house.mjs';

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  await tellsWithoutAName(room);
}

/** @param {import('./house.mjs').Room} room */
async function tellsWithoutAName(room) {
  proves('W10');
  room.forgive(/422|403|404/);
  const visitor = await (await room.context({ size: PHONE, js: false })).newPage();
  await visitor.goto('/q/QR-320613-0301');
  await visitor.getByRole('link', { name: '提交报告' }).click();
  await visitor.waitForURL(/\/report\?institution=/);
  assert.ok((await visitor.locator('#institution').inputValue()).length > 3, 'the house is named');
  const wide = await visitor.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= PHONE.width, `${wide} px wide`);
  await visitor.locator('input[name="kind"][value="near_miss"]').check();
  await visitor.locator('#category').selectOption('drug');
  await visitor.locator('#department').selectOption('theatre');
  await visitor.locator('#story').fill('两支药外观一样，核对时发现拿错，没有用上。');
  await room.shoot(visitor, 'event-form-phone');
  await visitor.getByRole('button', { name: '提交报告' }).click();
  const code = (await visitor.locator('.big').innerText()).trim();
  assert.match(code, /^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$/);
  const number = (await visitor.locator('dd.mono').innerText()).trim();
  await room.shoot(visitor, 'event-code-phone');

  const page = await room.person('clinic');
  await page.goto('/incidents?view=new');
  await room.shoot(page, 'event-list-desk');
  await page.locator('a', { hasText: number }).click();
  await page.locator('.bz-quote', { hasText: '核对时发现拿错' }).waitFor();
  // A near miss with a grade of harm is refused, and what was typed stays.
  await page.locator('#next select[name="grade"]').selectOption('II');
  await page.locator('#next textarea[name="summary"]').fill('相似药品核对拦截');
  await page.getByRole('button', { name: '记录定级' }).click();
  await page.locator('.bz-note.is-danger').waitFor();
  assert.equal(
    await page.locator('#next textarea[name="summary"]').inputValue(),
    '相似药品核对拦截',
  );
  await page.locator('#next select[name="grade"]').selectOption('IV');
  await page.getByRole('button', { name: '记录定级' }).click();
  await page.waitForURL(/done=grade/);
  await page.locator('#actions input[name="what"]').fill('相似药品分开放');
  await page.locator('#actions input[name="owner"]').fill('药房');
  await page.locator('#actions input[name="due"]').fill('2024-01-20');
  await page.locator('#actions button', { hasText: '添加措施' }).click();
  await page.waitForURL(/done=action/);
  await page.locator('#actions input[name="outcome"]').fill('已分柜');
  await page.locator('#actions button', { hasText: '完成' }).click();
  await page.locator('#actions .bz-quote', { hasText: '已分柜' }).waitFor();
  await page.locator('summary', { hasText: '办结并反馈' }).click();
  await page.locator('input[name="closure"][value="learned"]').check();
  await page.locator('#next details[open] textarea[name="text"]').last().fill('谢谢，已分柜放置。');
  await page.getByRole('button', { name: '办结', exact: true }).click();
  await page.waitForURL(/done=close/);
  const path = new URL(page.url()).pathname;
  await room.end(page);

  await visitor.goto('/report');
  await visitor.locator('.find input[name="code"]').fill(code.toLowerCase());
  await visitor.locator('.find button').click();
  await visitor.locator('.bz-quote', { hasText: '谢谢，已分柜放置。' }).waitFor();
  await room.shoot(visitor, 'event-own-phone');

  for (const [login, status] of /** @type {const} */ ([['officer', 403], ['director', 404]])) {
    const other = await room.person(login);
    const answer = await other.goto(path);
    assert.equal(answer?.status(), status, login);
    await other.context().close();
  }
  const director = await room.person('director');
  await director.goto('/incidents?view=all');
  assert.equal(await director.locator('a', { hasText: number }).count(), 0);
  await room.end(director, 'director');
  await director.goto('/incidents/rates');
  await room.end(director, 'rates');
}
