// @ts-check
// Around the cases: a doctor confirms a contact and swaps a shift, a hospital says what it can treat,
// a client follows up by a code, an officer asks an expert, a zone that overlaps is told. And what is
// printed: the poster and the hand-over sheet, each on the paper it is meant for.
import assert from 'node:assert/strict';

import { PHONE, proves } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./house.mjs').Room} Room */

/** @param {Room} room */
export default async function story(room) {
  room.forgive(/422|404/);
  await confirmsAContact(room);
  await swapsAShift(room);
  await saysWhatItCanTreat(room);
  await tellsOfAnOverlap(room);
  await followsUpByACode(room);
  await asksAnExpert(room);
  await answersLate(room);
  await printsThePoster(room);
}

/** @param {Room} room */
async function confirmsAContact(room) {
  proves('Z9');
  const page = await room.person('doc-renmin-1');
  await page.goto('/contacts');
  const add = page.locator('form[action="/contacts"]');
  await add.locator('select').selectOption('email');
  await add.locator('input[name="address"]').fill('kein-at-zeichen');
  await add.locator('button').click();
  await page.locator('.bz-note.is-danger').waitFor();
  await add.locator('input[name="address"]').fill('doc1@example.org');
  await add.locator('button').click();
  await page.waitForURL(/done=contact/);
  const row = page.locator('.oc-contacts li', { hasText: 'doc1@example.org' });
  await row.locator('form[action$="/code"] button').click();
  // A demo sends nothing, so the code stands on the page.
  await page.waitForURL(/code=\d{6}/);
  const code = new URL(page.url()).searchParams.get('code') ?? '';
  const field = row.locator('input[name="code"]');
  await field.fill(code === '111111' ? '222222' : '111111');
  await row.locator('form[action$="/confirm"] button').click();
  await row.locator('.bz-note.is-danger').waitFor();
  await field.fill(code);
  await row.locator('form[action$="/confirm"] button').click();
  await page.waitForURL(/done=confirm/);
  assert.match(await row.innerText(), /2025-03-14 已验证/);

  // The calendar's address is shown once; a new one ends it.
  const feed = async () => {
    await page.locator('form[action="/contacts/feed"] button').click();
    return page.locator('.oc-feed').innerText();
  };
  const first = await feed();
  const answer = await page.request.get(first);
  assert.match(answer.headers()['content-type'] ?? '', /^text\/calendar/);
  const lines = (await answer.text()).split('\r\n');
  assert.equal(lines[0], 'BEGIN:VCALENDAR');
  assert.equal(lines.filter((line) => line === 'BEGIN:VEVENT').length > 5, true, 'two months of shifts');
  assert.ok(lines.every((line) => new TextEncoder().encode(line).length <= 75), 'RFC 5545 folds');
  await page.goto('/contacts');
  const second = await feed();
  assert.equal((await page.request.get(first)).status(), 404);
  assert.equal((await page.request.get(second)).status(), 200);
}

/** Asked, taken by the colleague, approved by the desk: then it holds. @param {Room} room */
async function swapsAShift(room) {
  proves('Z9');
  const asker = await room.person('doc-renmin-1');
  await asker.goto('/oncall');
  const shift = asker.locator('a[href*="#swap"]').first();
  await asker.goto((await shift.getAttribute('href')) ?? '');
  const form = asker.locator('#swap form');
  await form.locator('select[name="takes"]').selectOption({ label: '莫惠然' });
  await form.locator('button').click();
  await asker.waitForURL(/done=swap/);
  const taker = await room.person('doc-renmin-3');
  await taker.goto('/oncall');
  await taker.getByRole('button', { name: '同意代班' }).click();
  await taker.waitForURL(/done=step/);
  const desk = await room.person('desk-renmin');
  await desk.goto('/oncall');
  const swap = desk.locator('tr', { hasText: '莫惠然 ← 黄采薇' });
  await swap.getByRole('button', { name: '批准' }).click();
  await desk.waitForURL(/done=step/);
  await swap.filter({ hasText: '已生效' }).waitFor();
  await desk.locator('.bz-bar.is-swap, .bz-bar', { hasText: '莫惠然' }).first().waitFor();
}

/** What nobody can treat now is seen before somebody needs it. @param {Room} room */
async function saysWhatItCanTreat(room) {
  proves('Z12', 'Z14');
  const page = await room.person('qc-director');
  const poison = page.locator('#able tr', { hasText: '中毒救治' });
  for (const id of ['hos_renmin', 'hos_sanyuan']) {
    await page.goto(`/oncall/hospitals?hospital=${id}`);
    await page.locator('#kind_toxicology').selectOption('no');
    await page.locator('#change button').click();
    await page.waitForURL(/done=hospital/);
  }
  assert.match(await poison.innerText(), /此刻全市没有/);
  // The desk is told so, and somebody is called all the same.
  const clinic = await room.person('clinic-cailian', { size: PHONE });
  await clinic.goto('/sos');
  const card = clinic.locator('form.em-form');
  const last = card.locator('select[name="card"] option', { hasText: '局麻药' });
  await card.locator('select[name="card"]').selectOption((await last.getAttribute('value')) ?? '');
  await card.locator('button').click();
  await clinic.waitForURL('**/emergencies/emg_*');
  await clinic.locator('#em-hosps', { hasText: '已呼叫' }).waitFor();
  await page.goto('/oncall/hospitals?hospital=hos_renmin');
  await page.locator('input[name="phone"]').fill('总机');
  await page.locator('#change button').click();
  await page.locator('.bz-note.is-danger').waitFor();
  assert.equal(await page.locator('input[name="phone"]').inputValue(), '总机', 'kept as typed');
  await page.locator('input[name="phone"]').fill('0756-0000 1101');
  await page.locator('input[name="gate_zh"]').fill('急诊门改到西侧（演示）');
  await page.locator('#kind_toxicology').selectOption('hours');
  await page.locator('#change button').click();
  await page.waitForURL(/done=hospital/);
  const citizen = await (await room.context({ size: PHONE, js: false })).newPage();
  await citizen.goto('/green');
  const own = citizen.locator('#hos_renmin');
  assert.match(await own.innerText(), /急诊门改到西侧[\s\S]*中毒救治 08:00–18:00/);
  const amap = (await own.locator('a[href^="https://uri.amap.com/"]').getAttribute('href')) ?? '';
  assert.match(amap, /to=113\.55\d+,22\.27\d+,/, 'in the coordinates of that map');
  for (const start of ['https://api.map.baidu.com/', 'https://apis.map.qq.com/', 'geo:22.281000,'])
    assert.equal(await own.locator(`a[href^="${start}"]`).count(), 1, start);
  await room.end(page, 'hospitals');
}

/** @param {Room} room */
async function tellsOfAnOverlap(room) {
  const page = await room.person('qc-director');
  await page.goto('/oncall/zones');
  const form = page.locator('form[action="/oncall/zones"]');
  await form.locator('input[name="name_zh"]').fill('口岸片');
  await form.locator('input[name="name_en"]').fill('Port');
  await form.locator('select[name="primary"]').selectOption('hos_renmin');
  await form.locator('textarea').fill('113.52,22.21\n113.57,22.21\n113.57,22.26\n113.52,22.26');
  await form.locator('button').first().click();
  await page.waitForURL(/done=zone/);
  const row = page.locator('tr', { hasText: '口岸片' }).first();
  assert.match(await row.innerText(), /重叠约 \d+%，重叠处归后生效的口岸片（市人民医院）/);
  await row.locator('form[action$="/end"] button').click();
  await page.waitForURL(/done=zone_end/);
}

/** @param {Room} room */
async function followsUpByACode(room) {
  proves('Z26');
  const clinic = await room.person('clinic-cailian');
  await clinic.goto('/emergencies');
  await clinic.locator('tbody a').first().click();
  await clinic.locator('summary', { hasText: '随访码' }).click();
  const form = clinic.locator('form[action$="/thread"]');
  await form.locator('[name="said"]').fill('三天后复查，有事写在这里。');
  await form.locator('button').click();
  const code = await clinic.locator('.em-code').innerText();
  assert.equal(await clinic.locator('.em-qr').count(), 1, 'a phone reads it');
  const client = await (await room.context({ size: PHONE, js: false })).newPage();
  await client.goto('/ask');
  await client.locator('form[action="/thread"] input[name="code"]').fill(code.toLowerCase());
  await client.locator('form[action="/thread"] button').click();
  await client.getByText('三天后复查').waitFor();
  await client.locator('textarea').fill('夜里有点喘');
  await client.locator('form[method="post"] button').click();
  await client.locator('.msg', { hasText: '夜里有点喘' }).waitFor();
  // The expert at the QC centre answers the same thread.
  const desk = await room.person('qc-clerk');
  await desk.goto('/enquiries');
  await desk.locator('tr', { hasText: '三天后复查' }).locator('a').first().click();
  await desk.locator('textarea').fill('请现在到急诊，告诉医生用过的材料。');
  await desk.locator('form.oc-form button').click();
  await desk.waitForURL(/done=reply/);
  await client.reload();
  await client.getByText('请现在到急诊').waitFor();
}

/** From the alert to the answer, and back to the alert. @param {Room} room */
async function asksAnExpert(room) {
  proves('Z20');
  const officer = await room.person('officer-xz');
  await officer.goto('/alerts?view=all');
  await officer.locator('a[href^="/alerts/alr_"]').first().click();
  await officer.waitForURL(/\/alerts\/alr_/);
  const alert = officer.url();
  const ask = officer.locator('form[action$="/opinion"]');
  await ask.locator('textarea').fill('射频治疗补报两分钟，对麻醉安排有无影响？');
  await ask.locator('button').click();
  await officer.waitForURL(/done=opinion#opinions/);
  assert.equal(await ask.locator('textarea').inputValue(), '', 'what was sent is no draft');
  const director = await room.person('qc-director');
  await director.goto('/opinions');
  const named = director.locator('select[name="expert"]').first();
  await named.selectOption({ label: '市人民医院 黄采薇' });
  await director.locator('form[action^="/opinions/"] button').first().click();
  await director.waitForURL(/opinions\?done=/);
  const expert = await room.person('doc-renmin-1');
  await expert.goto('/opinions');
  const answer = expert.locator('form[action^="/opinions/"]');
  await answer.locator('textarea').fill('表面麻醉，无影响。');
  await answer.locator('button').click();
  // Without saying to be free of ties there is no answer; what was typed stays.
  await expert.locator('.bz-note.is-danger').waitFor();
  assert.equal(await answer.locator('textarea').inputValue(), '表面麻醉，无影响。');
  await answer.locator('input[name="free"]').check();
  await answer.locator('button').click();
  await expert.locator('.bz-note', { hasText: '表面麻醉，无影响。' }).waitFor();
  await officer.goto(alert);
  await officer.locator('#opinions', { hasText: '表面麻醉，无影响。' }).waitFor();
}

/** A question that is overdue stands first and red. @param {Room} room */
async function answersLate(room) {
  proves('Z23');
  const desk = await room.person('qc-clerk');
  await desk.goto('/enquiries');
  const first = desk.locator('tbody tr').first();
  assert.match(await first.innerText(), /已超期[\s\S]*超期/);
  await first.locator('a').first().click();
  await desk.locator('textarea').fill('多数 3 天内消退；疼痛加重或起水疱请就诊。');
  await desk.locator('form.oc-form button').click();
  await desk.waitForURL(/done=reply/);
  await desk.goto('/enquiries');
  assert.equal(await desk.locator('tbody .bad').count(), 0);
}

/** One sheet of A4 each. @param {Room} room */
async function printsThePoster(room) {
  proves('Z8', 'Z13');
  const page = await (await room.context()).newPage();
  for (const path of ['/green/poster', '/green/poster?lang=en']) {
    await page.goto(path);
    assert.match(await page.locator('.big').innerText(), /120[\s\S]*0756-0000 1200/);
    assert.equal(await sheets(page), 1, path);
  }
  const clerk = await room.person('qc-clerk');
  await clerk.goto('/emergencies?view=ended');
  const ended = (await clerk.locator('tbody tr').first().getAttribute('data-open')) ?? '';
  await clerk.goto(`${ended}/sheet`);
  assert.ok((await sheets(clerk)) <= 2, 'a hand-over sheet is a sheet');
}

/** @param {Page} page */
async function sheets(page) {
  const pdf = await page.pdf({ preferCSSPageSize: true, format: 'A4', printBackground: true });
  return (pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g) ?? []).length;
}
