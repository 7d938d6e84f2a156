// @ts-check
// An annex's columns are laid out on screen, filled in as a workbook, and its indicators read.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { DESK, OUT, PHONE, proves } from './house.mjs';

/** Writes figures by hand, as Excel would: row and text of column C, one a line. */
const FILL = `
import re, sys, zipfile
source, target = sys.argv[1:3]
figures = dict(line.split('=', 1) for line in sys.argv[3:])
with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, 'w') as new:
    for part in old.namelist():
        body = old.read(part)
        if part == 'xl/worksheets/sheet1.xml':
            text = body.decode()
            for row, figure in figures.items():
                cell = '<c r="C%s" t="inlineStr"><is><t>%s</t></is></c>' % (row, figure)
                text = re.sub(r'<c r="C%s"[^>]*?(/>|>.*?</c>)' % row, '', text, flags=re.S)
                text = text.replace('<c r="E%s"' % row, cell + '<c r="E%s"' % row, 1)
                assert cell in text, row
            body = text.encode()
        new.writestr(part, body)
`;

/** @typedef {import('playwright-core').Page} Page */

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  room.forgive(/422/);
  const city = await room.person('yz-tang');
  await city.goto('/campaigns');
  const told = city.locator('a[href^="/campaigns/cmp_"]', { hasText: '医疗安全专项整治活动' });
  const base = (await told.last().getAttribute('href')) ?? '';
  await fillsIn(room, base);
  await laysOut(room);
  await measures(city, room, base);
}

/** @param {Page} page @param {string} selector @param {string} text */
async function reads(page, selector, text) {
  await page.locator(selector, { hasText: text }).first().waitFor({ timeout: 8_000 });
}

/** @param {import('./house.mjs').Room} room @param {string} base */
async function fillsIn(room, base) {
  proves('W48');
  const page = await room.person('med');
  const other = await room.person('med-2');
  await page.setViewportSize(DESK);
  await page.goto(`${base}/annex/annex_2`);
  const mine = new URL(page.url()).pathname;
  const coming = page.waitForEvent('download');
  await page.click('a[href$="/annex.xlsx"]');
  const empty = path.join(OUT, 'annex.xlsx');
  await (await coming).saveAs(empty);
  await reads(page, '#hand', '还有 6 栏没有填好');
  // A colleague is quicker with one cell.
  await other.goto(mine);
  await other.fill('#cells input[name=stations]', '30');
  await other.click('#cells > form button.btn');
  await other.waitForURL(/done=cells/);

  const text = path.join(OUT, 'annex.csv.xlsx');
  writeFileSync(text, '栏目,数字\n透析机台数,3');
  await page.setInputFiles('#file input[type=file]', text);
  await page.click('#file button');
  await reads(page, '#file .bz-note, #file [role=alert]', '不是可以打开的 xlsx');
  const filled = path.join(OUT, 'annex-filled.xlsx');
  const figures = ['3=32', '4=4', '5=120', '6=很多', '7=6', '8=5', '9=77'];
  execFileSync('python3', ['-c', FILL, empty, filled, ...figures]);
  await page.setInputFiles('#file input[type=file]', filled);
  await page.click('#file button');
  await reads(page, '#cells .bz-note', '还没有保存');
  await reads(page, '#cells .bz-note', '自动统计的栏目不从表格读入');
  await reads(page, '#cells', '“很多”不是整数');
  await reads(page, '#cells', '他人已改，平台现为 30');
  assert.equal(await page.inputValue('#cells input[name=screened]'), '很多');
  await reads(page, '#hand', '先保存填写的数字');
  assert.ok(await page.locator('#hand button[value=submit]').isDisabled(), 'nothing unsaved is handed in');
  await room.shoot(page, 'campaign_annex-read');
  // Saved as it is, it is refused, and every figure still stands in its field.
  await page.click('#cells > form button.btn');
  await page.locator('#cells .bz-note.is-danger').waitFor();
  assert.equal(await page.inputValue('#cells input[name=patients]'), '120');
  await page.fill('#cells input[name=screened]', '119');
  await page.click('#cells > form button.btn');
  await page.waitForURL(/done=cells/);
  assert.equal(await page.inputValue('#cells input[name=stations]'), '32');
  const share = await page.locator('#rates tr', { hasText: '血源性检测率' }).innerText();
  assert.match(share, /99\.16 %/);
  assert.match(share, /未达到/);
  await room.shoot(page, 'campaign_annex-unit');
  await page.setViewportSize(PHONE);
  await room.shoot(page, 'campaign_annex-unit_phone');
}

/** @param {import('./house.mjs').Room} room */
async function laysOut(room) {
  proves('W4', 'W47', 'W64');
  const page = await room.person('yz-tang');
  await page.setViewportSize(DESK);
  await page.goto('/campaigns');
  await page.selectOption('select[name=from]', { index: 0 });
  await page.fill('input[name=code]', '2019W');
  await page.fill('input[name=moved_days]', '730');
  await page.click('form.cp-form button.btn-primary');
  await page.waitForURL(/\/campaigns\/cmp_/);
  await page.click('a[href$="/draft"]');
  await page.waitForURL(/\/draft$/);
  const draft = new URL(page.url()).pathname;
  const code = (await page.locator('#annex button[value^="annex:"]').last().getAttribute('value')) ?? '';
  assert.equal(code, 'annex:new');

  // What was typed in the draft is kept on the way to the columns.
  await page.fill('input[name=number]', '锡卫医〔2019〕演示号');
  await page.click('#annex button[value="annex:new"]');
  await page.waitForURL(/annexes\/new$/);
  await page.click('button[value="add:cell"]');
  await reads(page, '.bz-note', '还没有保存');
  await page.click('.cp-bar button[value=check]');
  await reads(page, '.bz-note.is-danger', '处要改');
  await room.shoot(page, 'campaign_annex-draft_wrong');
  await page.fill('input[name=title_zh]', '附件 3 输血安全情况表');
  await page.fill('input[name=cell_0_zh]', '输血患者数');
  await page.fill('input[name=cell_1_zh]', '其中输血前检测数');
  await page.fill('input[name=cell_1_max]', '很多');
  await page.click('button[value="add:rule"]');
  await page.locator('input[name="rule_0_zh"]').waitFor();
  await page.check('input[name="rule_0_left:cell_2"]');
  await page.check('input[name="rule_0_right:cell_1"]');
  await page.fill('input[name=rule_0_zh]', '检测数不能多于输血患者数。');
  await page.click('button[value="add:rate"]');
  await page.locator('input[name="rate_0_zh"]').waitFor();
  await page.fill('input[name=rate_0_zh]', '输血前检测率');
  await page.fill('input[name=rate_0_least]', '100');
  await page.check('input[name="rate_0_over:cell_2"]');
  await page.check('input[name="rate_0_of:cell_1"]');
  await page.click('.cp-bar button[value=save]');
  await reads(page, '.cp-bad', '最大值须为大于 0 的整数');
  assert.equal(await page.inputValue('input[name=cell_1_max]'), '很多');
  await page.fill('input[name=cell_1_max]', '100000');
  await room.shoot(page, 'campaign_annex-draft');
  await page.click('.cp-bar button[value=save]');
  await page.waitForURL(/\/draft\?done=adapted/);
  await reads(page, '#annex', '附件 3 输血安全情况表');
  assert.equal(await page.inputValue('input[name=number]'), '锡卫医〔2019〕演示号');
  await room.shoot(page, 'campaign_annex-draft_list');

  // A column goes up, one goes, and whatever named it asks for another.
  await page.click('#annex button[value="annex:annex_1"]');
  await page.waitForURL(/annexes\/annex_1$/);
  const second = await page.inputValue('input[name=cell_1_zh]');
  await page.click('button[value="up:cell:1"]');
  await reads(page, '.bz-note', '还没有保存');
  assert.equal(await page.inputValue('input[name=cell_0_zh]'), second);
  const found = await page.locator('input[name^="cell_"][name$="_code"][value="found"]').getAttribute('name');
  await page.click(`button[value="drop:cell:${(found ?? '').split('_')[1]}"]`);
  await page.locator('input[name$="_code"][value="found"]').waitFor({ state: 'detached' });
  await page.click('.cp-bar button[value=save]');
  await reads(page, '.cp-bad', '左右两边都要勾选栏目');
  await room.shoot(page, 'campaign_annex-column_gone');
  await page.setViewportSize(PHONE);
  await room.shoot(page, 'campaign_annex-draft_phone');
  await page.setViewportSize(DESK);
  await page.goto(draft);
  await reads(page, '#annex', '附件 1 医疗安全专项整治活动信息汇总表 · 10 栏');
}

/** @param {Page} city @param {import('./house.mjs').Room} room @param {string} base */
async function measures(city, room, base) {
  proves('W11', 'W16', 'W22');
  await city.goto(base);
  await city.click('nav a[href$="/indicators"]');
  await city.waitForURL(/indicators$/);
  const row = city.locator('#indicators tr', { hasText: '血源性病原体筛查率' });
  const text = await row.innerText();
  assert.match(text, /不低于 100 %/);
  const [over, of] = (text.match(/(\d+) \/ (\d+)/) ?? []).slice(1).map(Number);
  assert.ok(over > 0 && over < of, `${over} of ${of}: some hospitals forgot`);
  assert.match(text, /未达到/);
  await room.shoot(city, 'campaign_annex-indicators');
  // The share is that of the annex's own sums.
  await row.locator('a').first().click();
  await city.waitForURL(/annex\/indicators$/);
  const sum = await city.locator('#sum').innerText();
  assert.ok(sum.includes(String(over)) && sum.includes(String(of)), sum);
  await room.shoot(city, 'campaign_annex-annex');
  await city.goto(city.url().replace('annex/indicators', 'indicators'));
  await city.setViewportSize(PHONE);
  await room.shoot(city, 'campaign_annex-indicators_phone');
  await city.setViewportSize(DESK);
}
