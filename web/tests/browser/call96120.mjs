// @ts-check
// The desk of 96120 by keyboard alone: a call becomes a booking, its draft outlives the page, a red
// flag goes to 120 with what was typed and comes back accepted; a family without scripts books on
// a phone and checks the price it was told.
import assert from 'node:assert/strict';

import { PHONE, pause, proves } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./house.mjs').Room} Room */

/** @param {Room} room */
export default async function story(room) {
  const number = await ringToBooking(room);
  await exchange(room);
  await redFlag(room);
  await familyBooks(room);
  await wardAsks(room);
  await inEnglish(room, number);
}

/** @param {Page} page @param {string[]} words each typed into a field, then Enter */
async function typed(page, words) {
  for (const word of words) {
    if (word !== '') await page.keyboard.type(word);
    await page.keyboard.press('Enter');
  }
}

/** The button that has the focus when the list opens. @param {Page} page */
async function newCall(page) {
  await page.goto('/transfer/calls');
  await page.waitForFunction(() => document.activeElement?.tagName === 'BUTTON');
  await page.keyboard.press('Enter');
  await page.waitForURL(/transfer\/calls\/cal_/);
  await page.locator('#tc[data-keys-ready]').waitFor();
}

/** @param {Page} page */
const focused = (page) =>
  page.evaluate(() => document.activeElement?.getAttribute('name') ?? '');

/** @param {Room} room */
async function ringToBooking(room) {
  proves('T1', 'T3', 'T7');
  const page = await room.person('dispatch-1');
  const keys = page.keyboard;
  await newCall(page);
  assert.equal(await focused(page), 'caller', 'the first field has the focus');
  await typed(page, ['李先生', '儿子', '139 0000 6021', '李老伯', '78', '71']);
  assert.equal(await focused(page), 'trip_type');
  await typed(page, ['', '', '45', '', '']);
  assert.equal(await focused(page), 'time');
  await typed(page, ['1830', '淄博市第一医院 骨科 12 床', '5', '', '张店区马尚街道 8 号楼', '3']);
  assert.equal(await focused(page), 'to_lift');
  await keys.press('ArrowDown');
  await keys.press('Enter');
  // The draft lies on the server: another page of another person shows it.
  await page.locator('#tc-saved', { hasText: '草稿已保存' }).waitFor();
  await page.locator('#tc-result .bz-price tfoot').waitFor();
  const address = page.url();
  await page.reload();
  await page.locator('#tc[data-keys-ready]').waitFor();
  assert.equal(await page.locator('#patient').inputValue(), '李老伯');
  assert.equal(await page.locator('#to').inputValue(), '张店区马尚街道 8 号楼');

  await page.locator('#words').focus();
  await keys.type('右髋术后第 6 天');
  await keys.press('Tab');
  const asked = await page.locator('.tc-ask .bz-yn').count();
  assert.equal(asked, 16);
  await page.locator('#tc-result', { hasText: '还有 16 题没有问' }).waitFor();
  for (let at = 0; at < asked; at += 1) {
    // 吸氧 is the first of the five about care.
    await keys.press(at === 11 ? 'y' : 'f');
  }
  assert.equal(await focused(page), 'raised', 'the last answer leads on');
  await page.locator('#tc-result', { hasText: '途中吸氧' }).waitFor();
  assert.equal(await page.locator('.bz-tri .on b').innerText(), '医疗照护转运');
  await page.locator('#tc-journey .tc-slots, #tc-journey p').first().waitFor();
  await room.shoot(page, 'call96120-screen-desk');
  await keys.press('F9');
  await page.waitForURL(/transfer\/bookings\/bok_/);
  const number = (await page.locator('h1 .num').innerText()).trim();
  assert.match(number, /^ZS-20230621-\d{4}$/);
  await page.locator('.bz-price', { hasText: '等候' }).waitFor();
  await room.end(page, 'booking');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(address);
  await page.locator('.bz-tag', { hasText: '已经结束' }).waitFor();

  // Paid in cash, with a receipt for the printer.
  await page.goBack();
  await page.locator('button[name="kind"][value="payment"]').click();
  await page.locator('.bz-note.is-ok').waitFor();
  await page.locator('a[href*="/receipts/"]').click();
  await page.locator('h1', { hasText: '收据' }).waitFor();
  await room.shoot(page, 'call96120-receipt-desk');
  return number;
}

/** The exchange tells of a call: it rings on the open list, and the first who presses has it.
 * @param {Room} room */
async function exchange(room) {
  proves('T1');
  const page = await room.person('call-1');
  await page.goto('/transfer/calls');
  /** @param {object} body @param {string} token */
  const tell = (body, token = 'demo-exchange-96120') =>
    fetch(`${room.base}/api/v1/exchange/calls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
  const call = { call: 'pbx-7', state: 'ringing', phone: '13900006021' };
  assert.equal((await tell(call, 'demo-exchange-96121')).status, 401);
  const wrong = await tell({ ...call, state: 'singing' });
  assert.equal(wrong.status, 400);
  assert.equal((await wrong.json()).type, '/problems/not_a_call');
  const first = await (await tell(call)).json();
  const again = await (await tell(call)).json();
  assert.equal(first.call_id, again.call_id, 'told twice, one call');
  const row = page.locator('#calls tr', { hasText: '6021' }).first();
  await row.waitFor();
  assert.equal(await page.locator('#calls').getAttribute('data-alarm'), '1');
  await room.shoot(page, 'call96120-ringing-desk');
  await row.locator('button').first().click();
  await page.waitForURL(new RegExp(first.call_id));
  // The number is there, and what is known of it.
  assert.match(await page.locator('#phone').inputValue(), /6021/);
  await tell({ call: 'pbx-7', state: 'ended' });
  await page.reload();
  await page.locator('#tc[data-keys-ready]').waitFor();
  await page.close();
}

/** @param {Room} room */
async function redFlag(room) {
  proves('T12', 'T14');
  const page = await room.person('call-1');
  const keys = page.keyboard;
  await newCall(page);
  await typed(page, ['王女士', '', '13900008888', '王老太', '81']);
  await page.locator('#from').focus();
  await keys.type('博山区八陡镇 12 号');
  await page.locator('input[name="q_chest_pain"]').first().focus();
  await keys.press('y');
  await page.locator('#tc-result [role="alert"]', { hasText: '有红旗' }).waitFor();
  // Esc keeps the draft; the list leads back to it.
  await keys.press('Escape');
  await page.waitForURL(/transfer\/calls$/);
  await page.locator('tr', { hasText: '王老太' }).locator('a').first().click();
  await page.locator('#tc-result [role="alert"]', { hasText: '有红旗' }).waitFor();
  assert.equal(await page.locator('#from').inputValue(), '博山区八陡镇 12 号');
  await room.shoot(page, 'call96120-red-desk');
  const liaison = await room.person('liaison-120');
  await liaison.goto('/transfer/handovers');
  await liaison.locator('#handovers').waitFor();
  await keys.press('F12');
  await page.waitForURL(/transfer\/handovers/);
  const told = liaison.locator('.th-one', { hasText: '王老太' });
  await told.waitFor();
  assert.match(await told.innerText(), /胸痛/);
  await told.locator('input[name="number_120"]').fill('120-0621');
  await room.shoot(liaison, 'call96120-liaison-desk');
  await told.locator('form[action$="/accept"] button').click();
  await liaison.locator('.th-one', { hasText: '后接收' }).first().waitFor();
  await page.locator('.th-one', { hasText: '120-0621' }).waitFor();
}

/** @param {Room} room */
async function familyBooks(room) {
  proves('T22', 'T4');
  const context = await room.context({ size: PHONE, js: false });
  const page = await context.newPage();
  room.forgive(/422/);
  await page.goto('/book');
  await page.locator('#phone').fill('13900007777');
  await page.locator('button[value="code"]').click();
  const code = ((await page.locator('#demo-code').innerText()).match(/\d{6}/) ?? [''])[0];
  await page.locator('#code').fill('000000');
  await page.locator('button[value="prove"]').click();
  await page.locator('#wrong').waitFor();
  await page.locator('#code').fill(code);
  await page.locator('button[value="prove"]').click();
  await page.locator('#from').fill('博山区中心 3 号');
  await page.locator('#to').fill('淄博市第一医院');
  await page.locator('#time').fill('19:30');
  await page.locator('#patient').fill('陈奶奶');
  // Nothing is booked with questions open, and nothing typed is lost.
  await page.locator('button[value="price"]').click();
  await page.locator('#wrong').waitFor();
  assert.equal(await page.locator('#patient').inputValue(), '陈奶奶');
  for (const no of await page.locator('input[type="radio"][value="no"]').all()) await no.check();
  await room.shoot(page, 'call96120-book-phone');
  await page.locator('button[value="price"]').click();
  await page.locator('.tp-price tfoot').waitFor();
  await room.shoot(page, 'call96120-price-phone');
  await page.locator('button[value="book"]').click();
  await page.locator('h1', { hasText: '已受理' }).waitFor();
  const said = await page.locator('main').innerText();
  const told = said.match(/报价码 ([0-9A-Z]{4}-[0-9A-Z]{4})/)?.[1] ?? '';
  await page.goto(`/quotes?code=${told.toLowerCase()}`);
  await page.locator('.tp-ok').waitFor();
  await room.shoot(page, 'call96120-quote-phone');
  room.forgive(/404/);
  const wrong = await page.goto('/quotes?code=ZZZZ-ZZZZ');
  assert.equal(wrong?.status(), 404);
}

/** @param {Room} room */
async function wardAsks(room) {
  proves('T6', 'T10');
  const page = await room.person('ward-first');
  await page.goto('/transfer/ward/request');
  await page.locator('#patient').fill('赵大爷');
  await page.locator('#phone').fill('0533-4250000');
  await page.locator('#time').fill('20:30');
  await page.locator('#to').fill('周村区中心');
  for (const no of await page.locator('.tc-ask label:first-child').all()) await no.click();
  await page.locator('.bz-tri .on', { hasText: '无障碍' }).waitFor();
  await pause(300);
  await page.keyboard.press('F9');
  await page.waitForURL(/transfer\/bookings\/bok_.*requested/);
  await page.locator('p', { hasText: '申请人不能审批自己的申请' }).first().waitFor();
  await room.end(page, 'ward');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('/transfer/ward');
  await page.locator('input[name="label"]').fill('HIS');
  await page.locator('button', { hasText: '生成令牌' }).click();
  const token = await page.locator('#fresh-token').innerText();
  const { questions } = await (await fetch(`${room.base}/api/v1/transfers/questions`)).json();
  const answers = Object.fromEntries(
    questions.map((/** @type {{code: string}} */ one) => [one.code, 'no']),
  );
  const order = {
    trip_type: 'discharge',
    patient: '孙先生',
    phone: '13900005555',
    from: { place: '淄博市第一医院' },
    to: { place: '淄川区中心' },
    ready_at: '2023-06-21T21:00',
    answers,
  };
  const ask = (/** @type {object} */ body, /** @type {string} */ key) =>
    fetch(`${room.base}/api/v1/transfers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': key },
      body: JSON.stringify(body),
    });
  const first = await ask(order, 'a');
  const made = await first.json();
  assert.equal(first.status, 201, JSON.stringify(made));
  assert.equal((await (await ask(order, 'a')).json()).booking_id, made.booking_id);
  const red = await ask({ ...order, answers: { ...answers, stroke: 'yes' } }, 'b');
  assert.equal(red.status, 422);
  assert.equal(red.headers.get('content-type'), 'application/problem+json');
  assert.equal((await red.json()).type, '/problems/red_flag');
}

/** @param {Room} room @param {string} number */
async function inEnglish(room, number) {
  const page = await room.person('call-2', { lang: 'en' });
  for (const path of ['/transfer/calls', '/transfer/bookings?view=all', '/transfer/handovers?view=all']) {
    await page.goto(path);
    await room.shoot(page, `call96120-en${path.replace(/\W+/g, '-')}`);
  }
  await newCall(page);
  const said = (await page.locator('.tc-cols').innerText()).replace(/中文/g, '');
  assert.doesNotMatch(said, /[\u4e00-\u9fff]/, 'the screen in English');
  await room.shoot(page, 'call96120-en-screen-desk');
  await page.goto(`/transfer/bookings?view=all&text=${number}`);
  await page.locator('tbody a').first().click();
  await room.shoot(page, 'call96120-en-booking-desk');
}
