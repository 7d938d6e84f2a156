// @ts-check
// Self-inspection by several hands: two people on one cell while one is without a network, photos
// that are too large and photos that are kept, and a sheet handed in; then spot checks that anybody
// recomputes, a finding in one gesture on a phone, and the city that checks the checkers.
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

import { DESK, PHONE, proves, rowsOf } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */

const ITEM = 'core_systems.handover';
const NOTE = '夜班交接本缺两天签名';

/** A plain picture of one colour, as a camera would send it: a PNG without any library. */
function picture(width = 40, height = 30) {
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const chunk = (/** @type {string} */ kind, /** @type {Buffer} */ data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    let c = 0xffffffff;
    for (const byte of body) c = (table[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE((c ^ 0xffffffff) >>> 0, 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3), 150);
  for (let y = 0; y < height; y += 1) rows[y * (1 + width * 3)] = 0;
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', head), chunk('IDAT', deflateSync(rows))];
  return Buffer.concat([mark, ...parts, chunk('IEND', Buffer.alloc(0))]);
}

const PHOTO = { name: '现场.png', mimeType: 'image/png', buffer: picture() };

/** @param {unknown} holds @param {string} what */
function check(holds, what) {
  if (!holds) throw new Error(what);
}

/** @param {Page} page @param {string} item */
const cell = (page, item) => page.locator(`[data-item="${item}"]`);

/** @param {Page} page @param {string} item @param {string} value */
const answer = (page, item, value) =>
  cell(page, item).locator(`input[name="a_${item}"][value="${value}"]`).check({ force: true });

/** @param {Page} page @param {string} text */
const stateSays = (page, text) => page.locator('[data-sheet-state]', { hasText: text }).waitFor();

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  // Refusals that the story asks for, and a network that it cuts.
  room.forgive(/422/);
  room.forgive(/ERR_INTERNET_DISCONNECTED/);
  const icu = await room.person('icu', { size: PHONE });
  await icu.goto('/campaigns');
  const link = icu.locator('a[href^="/campaigns/cmp_"]', { hasText: '医疗安全专项整治活动' });
  const base = (await link.getAttribute('href')) ?? '';
  await twoOnOneCell(room, icu, base);
  await photos(room, icu, base);
  await drawn(room, base);
  await covered(room, base);
}

/** @param {import('./house.mjs').Room} room @param {Page} icu @param {string} base */
async function twoOnOneCell(room, icu, base) {
  proves('W9');
  const med = await room.person('med');
  await icu.goto(`${base}/sheets/icu`);
  await med.goto(`${base}/sheets/icu`);
  await stateSays(icu, '已全部保存');
  await icu.context().setOffline(true);
  await answer(icu, ITEM, 'not_met');
  await cell(icu, ITEM).locator(`[name="n_${ITEM}"]`).fill(NOTE);
  await cell(icu, ITEM).locator('[value="planned"]').check({ force: true });
  await cell(icu, ITEM).locator(`[name="m_${ITEM}"]`).fill('补签并由护士长每周抽查');
  await cell(icu, ITEM).locator(`[name="u_${ITEM}"]`).fill('2017-03-12');
  await stateSays(icu, '1 条待送出');
  await room.shoot(icu, 'sheet-offline-phone');
  // Meanwhile somebody else answers the same item, later.
  await answer(med, ITEM, 'not_applicable');
  await cell(med, ITEM).locator(`[name="n_${ITEM}"]`).fill('本科室不单独交接');
  await stateSays(med, '已全部保存');
  await icu.context().setOffline(false);
  const said = cell(icu, ITEM).locator('[data-stands]');
  await said.filter({ hasText: '陆闻笙' }).filter({ hasText: '更新' }).waitFor();
  check(
    await cell(icu, ITEM).locator('input[value="not_applicable"]').isChecked(),
    'the newer answer does not show',
  );
  // The head of the department insists: now the other page learns whose answer stands.
  await answer(icu, ITEM, 'not_met');
  await cell(icu, ITEM).locator(`[name="n_${ITEM}"]`).fill(NOTE);
  await stateSays(icu, '已全部保存');
  await cell(med, ITEM).locator('[data-stands]', { hasText: '蒋望舒' }).waitFor();
  const field = `[name="n_${ITEM}"]`;
  await med.waitForFunction(
    ([css, text]) => document.querySelector(css ?? '')?.value === text,
    [field, NOTE],
  );
  await room.shoot(med, 'sheet-two-desk');
  // A page that is closed without a network sends when it is opened again.
  await icu.context().setOffline(true);
  await cell(icu, ITEM).locator(`[name="m_${ITEM}"]`).fill('补签，护士长每周抽查');
  await stateSays(icu, '1 条待送出');
  await icu.context().setOffline(false);
  await icu.goto(`${base}/sheets`);
  await icu.goto(`${base}/sheets/icu`);
  const measure = cell(icu, ITEM).locator(`[name="m_${ITEM}"]`);
  check((await measure.inputValue()) === '补签，护士长每周抽查', 'the closed page lost an answer');
  await med.context().close();
}

/** @param {import('./house.mjs').Room} room @param {Page} icu @param {string} base */
async function photos(room, icu, base) {
  proves('W8');
  await icu.goto(`${base}/sheets/icu`);
  const input = cell(icu, ITEM).locator('input[type="file"]');
  const heavy = { name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(13 * 1024 * 1024) };
  await input.setInputFiles(heavy);
  await cell(icu, ITEM).locator('[data-file-state]', { hasText: '文件太大' }).waitFor();
  await input.setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no') });
  await cell(icu, ITEM).locator('[data-file-state]', { hasText: '不是可以打开的照片' }).waitFor();
  check(
    (await cell(icu, ITEM).locator(`[name="n_${ITEM}"]`).inputValue()) === NOTE,
    'a refused file loses what was typed',
  );
  await input.setInputFiles(PHOTO);
  const image = cell(icu, ITEM).locator('[data-files] img');
  await image.waitFor();
  const kept = await icu.request.get((await image.getAttribute('src')) ?? '');
  check(kept.headers()['content-type'] === 'image/jpeg', 'a photo is encoded anew');
  await room.shoot(icu, 'sheet-photo-phone');
  // What was added by mistake goes away with one tap.
  const files = await cell(icu, ITEM).locator('[data-files] li').count();
  await cell(icu, ITEM).locator('.cp-remove').last().click();
  await icu.waitForURL(/done=file_removed/);
  check((await cell(icu, ITEM).locator('[data-files] li').count()) === files - 1, 'still there');
  // Without a script the same form works, and a file too large loses nothing typed.
  const plain = await room.person('icu', { size: PHONE, js: false });
  await plain.goto(`${base}/sheets/icu`);
  await cell(plain, ITEM).locator(`[name="n_${ITEM}"]`).fill('夜班交接本缺三天签名');
  await cell(plain, ITEM).locator('input[type="file"]').setInputFiles(heavy);
  await plain.getByRole('button', { name: '先保存' }).click();
  await plain.locator('[role="alert"]', { hasText: '文件太大' }).waitFor();
  const typed = cell(plain, ITEM).locator(`[name="n_${ITEM}"]`);
  check((await typed.inputValue()) === '夜班交接本缺三天签名', 'typed text is lost');
  await plain.context().close();
}

/**
 * The draw by hand: the key of each line, sorted.
 * @param {string} seed
 * @param {string} frame
 * @param {number} size
 */
function recomputed(seed, frame, size) {
  const key = (/** @type {string} */ id) =>
    createHash('sha256').update(`${seed}:${id}`).digest('hex');
  const lines = frame.trim().split('\n').map((id) => `${key(id)} ${id}`);
  return lines.sort().slice(0, size).map((line) => line.split(' ')[1]);
}

/** @param {import('./house.mjs').Room} room @param {string} base */
async function drawn(room, base) {
  proves('W35', 'W40', 'W41');
  const city = await room.person('yz-tang');
  await city.goto(`${base}/spots`);
  await city.locator('#draw [name="kind"]').selectOption('city');
  await city.locator('#draw [name="size"]').fill('2');
  await city.getByRole('button', { name: '随机抽取' }).click();
  await city.waitForURL(/done=drawn/);
  const newest = city.locator('#draws details').first();
  await newest.locator('summary').click();
  const command = (await newest.locator('[data-recompute]').textContent()) ?? '';
  const seed = command.match(/printf '([0-9a-f]{32}):%s'/)?.[1] ?? '';
  const address = await newest.getByRole('link', { name: 'frame.txt' }).getAttribute('href');
  const frame = await (await city.request.get(address ?? '')).text();
  const result = ((await newest.locator('[data-drawn]').textContent()) ?? '').trim().split('\n');
  check(result.join() === recomputed(seed, frame, 2).join(), 'the draw cannot be recomputed');
  await room.shoot(city, 'spots-desk');
  // Whoever may be drawn is not forewarned.
  const med = await room.person('med');
  await med.goto(`${base}/spots`);
  check(!(await med.content()).includes(seed), 'the seed is open before the checks are done');
  await med.context().close();
  // The form on a phone: one gesture, and the finding is an entry of the ledger with its photo.
  const phone = await room.person('yz-tang', { size: PHONE });
  await phone.goto(`${base}/spots`);
  await phone.locator('tr[data-open]', { hasText: '市级抽查' }).first().locator('a').first().click();
  const item = phone.locator('.cp-item').first();
  await item.getByRole('button', { name: '不符合', exact: true }).click();
  await phone.locator('.cp-item [role="alert"]').waitFor();
  const wrong = phone.locator('.cp-item').first();
  await wrong.locator('textarea').fill('抽看三份病历均无记录');
  await wrong.locator('input[type="file"]').setInputFiles(PHOTO);
  await wrong.getByRole('button', { name: '不符合', exact: true }).click();
  await phone.waitForURL(/done=seen/);
  await room.shoot(phone, 'spot-phone');
  const spot = new URL(phone.url()).pathname;
  // A cellar without network: the answer waits in the phone and goes out by itself.
  await phone.context().setOffline(true);
  const second = phone.locator('.cp-item').nth(1);
  await second.locator('textarea').fill('抽看五份，均有记录');
  await second.getByRole('button', { name: '符合', exact: true }).click();
  await second.locator('[data-draft-state]', { hasText: '网络断开' }).waitFor();
  await room.shoot(phone, 'spot-offline-phone');
  const code = await second.getAttribute('id');
  await phone.context().setOffline(false);
  await phone.waitForURL(new RegExp(`said=${code?.slice(2)}`));
  await phone.locator('.cp-item').nth(1).locator('button.on', { hasText: '符合' }).waitFor();
  await phone.getByRole('link', { name: /已入台账/ }).click();
  await phone.locator('#files a').first().waitFor();
  await phone.goto(spot);
  await phone.locator('#end textarea').fill('制度落实有欠缺，已入台账');
  await phone.locator('#end button').click();
  await phone.waitForURL(/done=spot_end/);
  await phone.context().close();
  // The city checks the checkers, with what the district saw beside it.
  await city.goto(`${base}/spots`);
  await city.locator('#draw [name="kind"]').selectOption('checkers');
  await city.locator('#draw [name="size"]').fill('1');
  await city.getByRole('button', { name: '随机抽取' }).click();
  await city.waitForURL(/done=drawn/);
  const again = city.locator('tr[data-open]', { hasText: '复核督查质量' }).first();
  await again.locator('a').first().click();
  await city.getByText(/督查记录：/).first().waitFor();
  await room.shoot(city, 'spot-recheck-desk');
  await city.context().close();
}

/** @param {import('./house.mjs').Room} room @param {string} base */
async function covered(room, base) {
  proves('W30');
  const city = await room.person('yz-tang');
  await city.goto(`${base}/coverage`);
  const sum = city.locator('.cp-sum td');
  const corners = Number(await sum.nth(4).textContent());
  const units = Number(await sum.nth(1).textContent());
  const places = Number(await sum.nth(2).textContent());
  check(units > 200 && places > units, 'institutions x departments');
  const file = await (await city.request.get(`${base}/coverage.xlsx`)).body();
  check(rowsOf(file) === corners, 'the list and the figure differ');
  room.note(`${corners} dead corners of ${places} places in ${units} units`);
  await room.end(city, 'coverage');
  await city.setViewportSize(DESK);
  await city.goto(`${base}/assessment`);
  await city.getByText('× 覆盖率').waitFor();
  await room.end(city, 'assessment');
}
