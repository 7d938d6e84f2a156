// @ts-check
// The regulator from a figure to its list and back, a vehicle looked up by anybody, a complaint from
// the form to its end, an improvement that another person checks; and every page of it in English.
import assert from 'node:assert/strict';

import { visit } from './language.mjs';
import { PHONE, proves, rowsOf } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./house.mjs').Room} Room */

const OFFICER = [
  '/transfer/report',
  '/transfer/report/cases?indicator=on_time&kept=no',
  '/transfer/operators',
  '/transfer/contracts?view=all',
  '/transfer/areas',
  '/transfer/drives',
  '/transfer/hours',
];
const MANAGER = ['/transfer/fleet', '/transfer/fleet/v09', '/transfer/crews/c07', '/transfer/shifts'];

/** @param {Page} page @param {string} text */
const press = (page, text) => page.getByRole('button', { name: text }).first().click();

/** Each figure's number leads to as many rows as it says. @param {Room} room */
export async function figuresLeadToLists(room) {
  proves('T5', 'T19');
  const page = await room.person('transfer-officer');
  await page.goto('/transfer/report');
  const row = page.locator('#figures tbody tr', { hasText: '准时接到率' });
  const missed = Number(await row.locator('td').nth(5).innerText());
  const counted = Number(await row.locator('td').nth(4).innerText());
  assert.ok(counted > missed && missed > 0, `${missed} of ${counted}`);
  await row.locator('td').nth(5).locator('a').click();
  assert.match(await page.locator('.bz-pager').innerText(), new RegExp(`共 ${missed} 条`));
  const file = await page.request.get(page.url().replace('/cases?', '/cases.xlsx?'));
  assert.equal(rowsOf(await file.body()), missed);
  await room.end(page, 'report');
}

/** @param {Room} room */
export async function anybodyChecksAVehicle(room) {
  proves('T13');
  const manager = await room.person('manager-lushan');
  await manager.goto('/transfer/fleet/v09/card');
  const serial = await manager.locator('dd.mono').innerText();
  const visitor = await (await room.context({ size: PHONE, js: false })).newPage();
  await visitor.goto(`/v/${serial}`);
  assert.match(await visitor.locator('.head').innerText(), /目前认证不全[\s\S]*车辆检验/);
  await visitor.goto('/v');
  await visitor.fill('[name=code]', '鲁coi101');
  await visitor.locator('form.find button').last().click();
  assert.match(await visitor.locator('.head').innerText(), /鲁C·OI101[\s\S]*认证齐全/);
  room.forgive(/404/);
  await visitor.goto('/v/NOBODY');
  assert.match(await visitor.locator('.head').innerText(), /没有登记/);
  await room.end(visitor, 'vehicle');
}

/** @param {Room} room */
export async function aComplaintComesToItsEnd(room) {
  proves('T4');
  const visitor = await (await room.context({ size: PHONE, js: false })).newPage();
  await visitor.goto('/complain?vehicle=鲁C·OI101');
  await visitor.selectOption('[name=kind]', 'late');
  await visitor.fill('[name=words]', '约好十点，十一点才到。');
  await visitor.locator('button.main').click();
  const number = await visitor.locator('dd.mono').first().innerText();
  const officer = await room.person('transfer-officer');
  await officer.goto('/transfer/complaints');
  await officer.getByRole('link', { name: number }).click();
  await officer.selectOption('[name=operator]', 'op_lushan');
  await press(officer, '交这家企业');
  const manager = await room.person('manager-lushan');
  await manager.goto('/transfer/complaints');
  await manager.getByRole('link', { name: number }).click();
  assert.equal(await manager.locator('#facts dt', { hasText: '电话' }).count(), 0);
  await manager.fill('#reply textarea', '已致歉，并退还等候费。');
  await press(manager, '发布答复');
  await visitor.locator('.acts a.main').click();
  assert.match(await visitor.locator('main').innerText(), /已致歉，并退还等候费/);
  await officer.reload();
  await officer.selectOption('[name=upheld]', 'upheld');
  await press(officer, '办结');
  await visitor.reload();
  assert.match(await visitor.locator('.head').innerText(), /属实/);
  await room.end(officer, 'complaint');
}

/** A drive's figures stand beside those before and lead to their report. @param {Room} room */
export async function aDriveIsMeasured(room) {
  proves('T18');
  const page = await room.person('transfer-officer');
  await page.goto('/transfer/drives');
  const row = page.locator('#drives tbody tr', { hasText: '急难愁盼百日攻坚行动' });
  const during = await row.locator('td').nth(7).innerText();
  assert.match(during, /%/);
  await row.locator('td').nth(7).locator('a').click();
  await page.waitForURL(/report\?from=2023-06-12&/);
  const kept = page.locator('#figures tbody tr', { hasText: '完成率' }).locator('td').nth(1);
  assert.equal((await kept.innerText()).trim(), during.trim());
  await page.goto('/transfer/drives');
  await page.fill('#enter [name=title_zh]', '医院安心转送月');
  await page.fill('#enter [name=number]', '淄卫〔2023〕演示 20 号');
  await page.fill('#enter [name=from]', '2023-07-31');
  await page.fill('#enter [name=until]', '2023-07-01');
  await press(page, '登记专项');
  await page.locator('#enter .bz-note.is-danger, #enter [role=alert]').first().waitFor();
  assert.equal(await page.inputValue('#enter [name=title_zh]'), '医院安心转送月');
  await page.fill('#enter [name=from]', '2023-07-01');
  await page.fill('#enter [name=until]', '2023-07-31');
  await press(page, '登记专项');
  await page.locator('#drives tbody tr', { hasText: '医院安心转送月' }).waitFor();
  await room.end(page, 'drives');
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** @param {Room} room */
export async function anotherPersonChecks(room) {
  proves('T21');
  const page = await room.person('transfer-officer');
  await page.goto('/transfer/improvements');
  await page.selectOption('#order [name=indicator]', 'on_time');
  await page.fill('#order [name=owner]', '调度主管');
  await page.fill('#order [name=due]', '2023-07-10');
  await page.fill('#order [name=finding]', '早高峰准时率低');
  await page.fill('#order [name=measure]', '早班加一辆车');
  await press(page.locator('#order').page(), '下达改进事项');
  await page.fill('#finish textarea', '七月一日起早班加 5 号车');
  await press(page, '报完成');
  assert.equal(await page.getByRole('button', { name: '核查通过' }).count(), 0);
  const other = await room.person('officer-2');
  await other.goto(page.url());
  await press(other, '核查通过');
  assert.match(await other.locator('h1').innerText(), /已核查/);
  await room.end(other, 'improvement');
}

/** @param {Room} room */
export default async function story(room) {
  // A form that is refused comes back, and the browser says so.
  room.forgive(/422/);
  const faults = [];
  for (const [login, paths] of /** @type {const} */ ([
    ['transfer-officer', OFFICER],
    ['manager-lushan', MANAGER],
  ])) {
    const page = await room.person(login, { lang: 'en' });
    for (const path of paths) faults.push(...(await visit(room, page, path, login)));
  }
  assert.equal(faults.length, 0, faults.join('\n'));
  await figuresLeadToLists(room);
  await anybodyChecksAVehicle(room);
  await aComplaintComesToItsEnd(room);
  await aDriveIsMeasured(room);
  await anotherPersonChecks(room);
}
