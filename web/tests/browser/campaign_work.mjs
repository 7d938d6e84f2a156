// @ts-check
// A campaign from the library to its approval: made, adapted on screen, sent back by a mistake that
// keeps what was typed, changed by two people, reviewed and approved; activities and their sums; an
// item that stays, looked at on a phone.
import { DESK, PHONE, proves } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  // What is wrong comes back with its form, and the browser says so.
  room.forgive(/422/);
  const base = await drafts(room);
  await adapts(room, base);
  await counts(room);
  await stays(room);
  await files(room);
}

/** @param {Page} page @param {string} selector @param {string} text */
async function reads(page, selector, text) {
  await page.locator(selector, { hasText: text }).first().waitFor({ timeout: 8_000 });
}

/** @param {import('./house.mjs').Room} room */
async function drafts(room) {
  const page = await room.person('yz-tang');
  await page.setViewportSize(DESK);
  await page.goto('/campaigns');
  await page.selectOption('select[name=from]', { index: 0 });
  await page.fill('input[name=code]', '2018W');
  await page.fill('input[name=moved_days]', '365');
  await page.click('form.cp-form button.btn-primary');
  await page.waitForURL(/\/campaigns\/cmp_/);
  await page.click('a[href$="/draft"]');
  await page.waitForURL(/\/draft$/);
  return new URL(page.url()).pathname.replace(/\/draft$/, '');
}

/** @param {import('./house.mjs').Room} room @param {string} base */
async function adapts(room, base) {
  proves('W4', 'W5', 'W64');
  const page = await room.person('yz-tang');
  const other = await room.person('yz-gu');
  await page.goto(`${base}/draft`);
  await other.goto(`${base}/draft`);
  await page.fill('input[name=title_zh]', '2018 年血液透析安全专项整治');
  await page.click('button[value="add:phase"]');
  await reads(page, '.bz-note', '还没有保存');
  if ((await page.inputValue('input[name=title_zh]')) !== '2018 年血液透析安全专项整治') {
    throw new Error('a row more lost the title');
  }
  // The new row says nothing yet, and the weights do not add up.
  await page.fill('input[name=weight_coverage]', '31');
  await page.click('.cp-bar button[value=save]');
  await reads(page, '.bz-note.is-danger', '处要改');
  await reads(page, '.cp-bad', '四项权重合计须为 100');
  await room.shoot(page, 'campaign_work-draft_wrong');
  await page.fill('input[name=weight_coverage]', '30');
  const rows = await page.locator('fieldset.cp-erow input[name^="phase_"][name$="_zh"]').count();
  const last = rows - 1;
  await page.fill(`input[name=phase_${last}_zh]`, '回头看');
  await page.fill(`input[name=phase_${last}_en]`, 'A second look');
  await page.fill(`input[name=phase_${last}_from]`, '2018-04-01');
  await page.fill(`input[name=phase_${last}_until]`, '2018-04-10');
  await page.check('input[name=target_1_dialysis]');
  await page.click('button[value="drop:target:0"]');
  await page.locator('button[value="drop:target:1"]').waitFor({ state: 'detached' });
  await page.click('.cp-bar button[value=check]');
  await reads(page, '.bz-note.is-ok', '核对通过');
  await page.click('.cp-bar button[value=save]');
  await reads(page, '.bz-note.is-ok', '草稿已保存');
  await room.shoot(page, 'campaign_work-draft');
  // Somebody who read the draft before is told, and loses nothing.
  await other.fill('input[name=number]', '锡卫医〔2018〕演示 2 号');
  await other.click('.cp-bar button[value=save]');
  await reads(other, '.bz-note.is-danger', '');
  if ((await other.inputValue('input[name=number]')) !== '锡卫医〔2018〕演示 2 号') {
    throw new Error('the second author lost what was typed');
  }
  await other.locator('button[value=over]').waitFor();
  await room.shoot(other, 'campaign_work-draft_changed');
  await other.goto(base);
  await other.click('button[value=review]');
  await reads(other, '.bz-done, .bz-note, h1', '血液透析安全专项整治');
  await page.setViewportSize(PHONE);
  await page.goto(`${base}/draft`);
  await room.shoot(page, 'campaign_work-draft_phone');
  await page.setViewportSize(DESK);
}

/** @param {import('./house.mjs').Room} room */
async function counts(room) {
  proves('N54', 'Z1');
  const page = await room.person('yz-tang');
  await page.goto('/campaigns');
  await page.click('a[href^="/campaigns/cmp_"]:has-text("医疗安全专项整治活动")');
  await page.click('a[href$="/activities"]');
  await page.waitForURL(/activities/);
  const before = Number(await page.locator('.cp-sum4 b').first().textContent());
  await page.selectOption('select[name=kind] >> nth=1', 'inspection');
  await page.fill('input[name=held]', '2017-03-03');
  await page.fill('input[name=title]', '多部门联合检查透析室');
  await page.fill('input[name=officers]', '1');
  await page.fill('input[name=agencies]', '1');
  await page.locator('select[name=units]').selectOption([{ index: 0 }, { index: 1 }]);
  await page.click('#activity button.btn-primary');
  await reads(page, '#activity .bz-note.is-danger', '两名以上');
  if ((await page.inputValue('input[name=title]')) !== '多部门联合检查透析室') {
    throw new Error('what was typed is lost');
  }
  await page.fill('input[name=officers]', '6');
  await page.fill('input[name=agencies]', '3');
  await page.click('#activity button.btn-primary');
  await page.waitForURL(/done=activity/);
  const after = Number(await page.locator('.cp-sum4 b').first().textContent());
  if (after !== before + 6) throw new Error(`officer-times ${before} -> ${after}`);
  await room.shoot(page, 'campaign_work-activities');
  await page.locator('tr', { hasText: '多部门联合检查透析室' }).locator('button').click();
  await page.waitForURL(/done=activity_withdrawn/);
  const back = Number(await page.locator('.cp-sum4 b').first().textContent());
  if (back !== before) throw new Error('what was taken back still counts');
}

/** @param {import('./house.mjs').Room} room */
async function stays(room) {
  proves('W44');
  const city = await room.person('yz-tang');
  await city.goto('/campaigns');
  await city.click('a[href^="/campaigns/cmp_"]:has-text("医疗安全专项整治活动")');
  const base = new URL(city.url()).pathname;
  await city.goto(`${base}/routine`);
  const make = city.locator('form:has(select[name=item])', { hasText: '转为常规' });
  if (!(await make.isVisible())) await city.locator('details.cp-draw summary').click();
  await make.locator('select[name=item]').selectOption('core_systems.handover');
  await make.locator('input[name=every_days]').fill('400');
  await make.locator('button').click();
  await reads(city, '#routine .bz-note.is-danger', '');
  if (!(await make.isVisible())) await city.locator('details.cp-draw summary').click();
  await make.locator('select[name=item]').selectOption('core_systems.handover');
  await make.locator('input[name=every_days]').fill('30');
  await make.locator('button').click();
  await city.waitForURL(/done=routine/);
  await room.shoot(city, 'campaign_work-routine_city');
  const head = await room.person('icu');
  await head.setViewportSize(PHONE);
  await head.goto(`${base}/routine`);
  const look = head.locator('details.cp-look').first();
  await look.locator('summary').click();
  await look.locator('label.no').click();
  await look.locator('button').click();
  await reads(head, 'details.cp-look .bz-note.is-danger', '');
  await look.locator('textarea').fill('交接班记录缺签名');
  await look.locator('button').click();
  await head.waitForURL(/done=looked/);
  await head.locator('a[href^="/problems/"]').first().waitFor();
  await room.shoot(head, 'campaign_work-routine_phone');
}

/** @param {import('./house.mjs').Room} room */
async function files(room) {
  proves('Z3', 'Z28');
  const author = await room.person('yz-tang');
  await author.goto('/policies');
  await author.fill('input[name=number]', '锡卫医〔2017〕演示五号');
  await author.fill('input[name=issuer]', '无锡市卫生和计划生育委员会');
  await author.fill('input[name=issued]', '2017-12-01');
  await author.fill('input[name=title_zh]', '医疗质量控制协同行动方案');
  await author.fill('textarea[name=body]', '第一条　监督执法与质量控制协同行动。');
  await author.check('input[name=public]');
  await author.click('#add button.btn-primary');
  await reads(author, '#add .bz-note.is-danger', '');
  if (!(await author.inputValue('textarea[name=body]')).includes('协同行动')) {
    throw new Error('the text of the document is lost');
  }
  await author.fill('input[name=issued]', '2017-03-01');
  await author.click('#add button.btn-primary');
  await author.waitForURL(/\/policies\/pol_/);
  const address = new URL(author.url()).pathname;
  const visitor = await (await room.context()).newPage();
  await visitor.goto('/library?text=' + encodeURIComponent('协同'));
  await reads(visitor, '.note', '没有符合条件');
  for (const [login, step] of [['yz-gu', 'review'], ['yz-shen', 'approve']]) {
    const page = await room.person(login ?? '');
    await page.goto(address);
    await page.click(`button[value=${step}]`);
    await page.waitForURL(/done=/);
    await room.shoot(page, `campaign_work-policy-${step}`);
  }
  await visitor.goto('/library?text=' + encodeURIComponent('协同'));
  await visitor.click('main section a');
  await reads(visitor, 'h1', '医疗质量控制协同行动方案');
  await visitor.setViewportSize(PHONE);
  await room.shoot(visitor, 'campaign_work-document-phone');
  await visitor.goto('/library');
  await room.shoot(visitor, 'campaign_work-library-phone');
  await author.goto('/policies');
  await room.shoot(author, 'campaign_work-policies');
}
