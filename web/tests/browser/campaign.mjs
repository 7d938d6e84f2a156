// @ts-check
// A campaign through the levels: a head of department inspects on a phone, also without a network;
// the medical department files and closes a problem with a second verifier; the district returns an
// annex; the city sees it add up, traces a figure to its entries, prints it.
import { PHONE, pause, proves, namesOf } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */

const ITEM = 'core_systems.difficult_cases';
const TITLE = '疑难病例讨论制度';
const NOTE = '近两月无讨论记录';

/** @param {Page} page @param {string} text */
async function says(page, text) {
  await page.locator('.bz-main', { hasText: text }).first().waitFor();
}

/** @param {Page} page @returns {Promise<string>} the address of the running campaign */
async function campaignOf(page) {
  await page.goto('/campaigns');
  const link = page.locator('a[href^="/campaigns/cmp_"]', { hasText: '医疗安全专项整治活动' });
  return (await link.getAttribute('href')) ?? '';
}

/** @param {string} text */
const number = (text) => Number(text.replace(/[^\d]/g, ''));

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  // Forms that are refused on purpose, and a network that is cut on purpose.
  room.forgive(/422/);
  room.forgive(/ERR_INTERNET_DISCONNECTED/);
  const icu = await room.person('icu', { size: PHONE });
  const base = await campaignOf(icu);
  await inspects(icu, base);
  await closes(room, base);
  await risesAndAddsUp(room, base);
}

/** @param {Page} icu @param {string} base */
async function inspects(icu, base) {
  proves('W16');
  await icu.goto(base);
  await icu.getByRole('link', { name: '自查表' }).click();
  await icu.getByRole('link', { name: '重症监护室' }).click();
  const item = icu.locator(`[data-item="${ITEM}"]`);
  // The network is cut: what is typed stays on the phone and is sent when it is back.
  await icu.context().setOffline(true);
  await item.locator('input[value="not_met"]').check({ force: true });
  await item.locator(`[name="n_${ITEM}"]`).fill(NOTE);
  await icu.getByRole('button', { name: '先保存' }).click();
  await icu.locator('[data-sheet-state]', { hasText: '待送出' }).waitFor();
  await icu.context().setOffline(false);
  await icu.locator('[data-sheet-state]', { hasText: '已全部保存' }).waitFor();
  if (!(await item.locator('input[value="not_met"]').isChecked())) throw new Error('not kept');
  await icu.getByRole('button', { name: '提交自查表' }).click();
  await icu.waitForURL(/done=sheet_in/);
  await says(icu, '已提交');
}

/** @param {import('./house.mjs').Room} room @param {string} base */
async function closes(room, base) {
  proves('W33');
  const med = await room.person('med');
  await med.goto(`${base}/ledger?view=open&text=${encodeURIComponent(NOTE)}`);
  const problem = (await med.locator('tr[data-open]').first().getAttribute('data-open')) ?? '';
  await med.goto(problem);
  await says(med, TITLE);
  const form = (/** @type {Page} */ page, /** @type {string} */ step) =>
    page.locator('form', { has: page.locator(`input[name="step"][value="${step}"]`) });
  await form(med, 'file').getByRole('button').click();
  await med.waitForURL(/done=file/);
  const plan = form(med, 'plan');
  await plan.locator('[name="text"]').fill('每月两次讨论，医务科抽查');
  await plan.locator('[name="owner"]').fill('蒋望舒');
  await plan.locator('[name="owner_account"]').selectOption({ label: '重症医学科 蒋望舒' });
  await plan.locator('[name="due"]').fill('2017-03-01');
  await plan.getByRole('button').click();
  // A day that has passed: the sentence stands beside the form, what was typed stays.
  await med.locator('[role="alert"]', { hasText: '今天以后' }).waitFor();
  if ((await plan.locator('[name="owner"]').inputValue()) !== '蒋望舒') throw new Error('lost');
  await plan.locator('[name="due"]').fill('2017-03-12');
  await plan.getByRole('button').click();
  await med.waitForURL(/done=plan/);
  await form(med, 'submit').locator('[name="text"]').fill('已补记录');
  await form(med, 'submit').getByRole('button').click();
  await med.waitForURL(/done=submit/);
  // Whoever handed it in does not verify it.
  await form(med, 'verify').getByRole('button').click();
  await med.locator('[role="alert"]', { hasText: '另一个人' }).waitFor();
  const second = await room.person('med-2');
  await second.goto(problem);
  await form(second, 'verify').locator('[name="text"]').fill('查看讨论记录两份');
  await form(second, 'verify').getByRole('button').click();
  await second.waitForURL(/done=verify/);
  await form(second, 'strike_off').getByRole('button').click();
  await second.waitForURL(/done=strike_off/);
  await says(second, '已销号');
  await room.end(second, 'problem');
}

/** @param {Page} page @param {string} step @param {string} [why] */
async function hand(page, step, why) {
  if (why) await page.locator('#hand textarea').fill(why);
  await page.locator(`#hand button[value="${step}"]`).click();
  await page.waitForURL(new RegExp(`done=${step}`));
}

/** @param {Page} page @returns {Promise<number>} problems found in the sum row */
async function foundIn(page) {
  return number((await page.locator('#sum td').nth(5).textContent()) ?? '');
}

/** @param {import('./house.mjs').Room} room @param {string} base */
async function risesAndAddsUp(room, base) {
  proves('W47', 'W42', 'W49');
  const district = await room.person('qu-lx');
  await district.goto(`${base}/annex/annex_1`);
  const unit = district.locator('tbody tr').first().locator('a').first();
  const own = await room.person('med');
  await own.goto(`${base}/annex/annex_1`);
  const mine = new URL(own.url()).pathname;
  await district.goto(mine);
  await hand(district, 'unapprove', '台账有新问题');
  await hand(district, 'return', '请按最新台账重报');
  await own.goto(mine);
  await own.locator('#cells input[name="trained"]').fill('400');
  await own.locator('#cells button').click();
  await own.waitForURL(/done=cells/);
  await hand(own, 'submit');
  await district.goto(mine);
  await hand(district, 'approve');
  await district.goto(`${base}/annex/annex_1`);
  await unit.waitFor();
  const ofDistrict = await foundIn(district);
  await hand(district, 'submit', '其余单位三月下旬报送');
  const city = await room.person('yz-tang');
  await city.goto(`${base}/annex/annex_1`);
  const before = await foundIn(city);
  await city.goto(`${base}/annex/annex_1?branch=320213`);
  await hand(city, 'approve');
  await city.goto(`${base}/annex/annex_1`);
  const after = await foundIn(city);
  if (after !== before + ofDistrict) throw new Error(`${before} + ${ofDistrict} is not ${after}`);
  // The figure opens the entries behind it, as many as it says.
  await city.locator('#sum td').nth(5).locator('a').click();
  await says(city, `共 ${after} 条`);
  room.note(`a figure of ${after} traced to its entries`);
  await city.goto(`${base}/annex/annex_1`);
  await city.emulateMedia({ media: 'print' });
  await pause(100);
  if (await city.locator('.bz-side').first().isVisible()) throw new Error('print shows the menu');
  if (!(await city.locator('.cp-onlyprint').isVisible())) throw new Error('print has no signatures');
  await room.shoot(city, 'campaign-annex-print');
  await city.emulateMedia({ media: 'screen' });
  const pack = await city.request.get(`${base}/readiness.zip`);
  if (pack.status() !== 200) throw new Error(`readiness pack: ${pack.status()}`);
  const inside = namesOf(await pack.body());
  const evidence = inside.filter((name) => name.startsWith('自查佐证/') || name.startsWith('问题整改佐证/'));
  if (!inside.includes('迎检资料.xlsx') || !inside.includes('佐证目录.xlsx') || evidence.length === 0) {
    throw new Error(`readiness pack holds ${inside.slice(0, 9).join(', ')}`);
  }
  await city.goto(base);
  await room.end(city);
}
