// @ts-check
// Self-inspection as a workbook: downloaded, filled in by hand, wrong in some cells, checked before
// anything is written, sent back with what is wrong; what is no workbook gets a sentence.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { DESK, OUT, PHONE, proves } from './house.mjs';

/** Changes three answers by hand, as Excel would write them: two are not met, the third says
 * something else. Prints how many rows it changed. */
const FILL = `
import re, sys, zipfile
source, target = sys.argv[1:3]
words = ['不符合', '不符合', '大概']
with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, 'w') as new:
    for part in old.namelist():
        body = old.read(part)
        if part == 'xl/worksheets/sheet1.xml':
            text = body.decode()
            left = list(words)
            def fill(row):
                number = int(re.search(r'r="(\\d+)"', row.group(0)).group(1))
                if number < 3 or not left:
                    return row.group(0)
                cell = '<c r="E%d" t="inlineStr"><is><t>%s</t></is></c>' % (number, left.pop(0))
                rest = re.sub(r'<c r="E%d".*?</c>' % number, '', row.group(0))
                last = '<c r="F%d"' % number
                at = last if last in rest else '</row>'
                return rest.replace(at, cell + at, 1)
            text = re.sub(r'<row .*?</row>', fill, text, flags=re.S)
            print(3 - len(left))
            body = text.encode()
        new.writestr(part, body)
`;

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  // What is no workbook comes back with a sentence, and the browser says so.
  room.forgive(/422/);
  const page = await room.person('icu');
  await page.setViewportSize(DESK);
  await page.goto('/campaigns');
  await page.click('a[href^="/campaigns/cmp_"]:has-text("医疗安全专项整治活动")');
  const base = new URL(page.url()).pathname;
  await page.goto(`${base}/sheets`);
  const coming = page.waitForEvent('download');
  await page.click('a[href*="sheets.xlsx"]');
  const empty = path.join(OUT, 'sheet.xlsx');
  await (await coming).saveAs(empty);
  await page.click(`a[href$="/sheets/import"]`);
  await refuses(page);
  await room.shoot(page, 'campaign_import-refused');
  const filled = path.join(OUT, 'sheet-filled.xlsx');
  const free = execFileSync('python3', ['-c', FILL, empty, filled], { encoding: 'utf8' }).trim();
  if (free !== '3') throw new Error(`only ${free} rows`);
  await checks(room, page, filled);
  await page.setViewportSize(PHONE);
  await page.goto(`${base}/sheets/import`);
  await room.shoot(page, 'campaign_import-phone');
}

/** @param {import('playwright-core').Page} page */
async function refuses(page) {
  const text = path.join(OUT, 'sheet.csv.xlsx');
  writeFileSync(text, '科室,回答\n重症监护室,符合');
  await page.setInputFiles('input[type=file]', text);
  await page.click('form button.btn-primary');
  await page.locator('.bz-note.is-danger', { hasText: '不是可以打开的 xlsx' }).waitFor();
  await page.setInputFiles('input[type=file]', {
    name: 'old.xlsx',
    mimeType: 'application/vnd.ms-excel',
    buffer: Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
  });
  await page.click('form button.btn-primary');
  await page.locator('.bz-note.is-danger', { hasText: '旧版 xls 或加了密码' }).waitFor();
}

/**
 * @param {import('./house.mjs').Room} room
 * @param {import('playwright-core').Page} page
 * @param {string} filled
 */
async function checks(room, page, filled) {
  proves('W9', 'W30');
  await page.setInputFiles('input[type=file]', filled);
  await page.click('form button.btn-primary');
  await page.locator('#change tbody tr').nth(1).waitFor();
  const wrong = await page.locator('#wrong tbody tr').innerText();
  if (!/E\d+：只能填“符合”“不符合”“不适用”，现为“大概”/.test(wrong)) throw new Error(wrong);
  await room.shoot(page, 'campaign_import-checked');
  const coming = page.waitForEvent('download');
  await page.click('button[formaction$="/marked"]');
  await (await coming).saveAs(path.join(OUT, 'sheet-marked.xlsx'));
  await page.click('.cp-bar button.btn-primary');
  await page.waitForURL(/done=imported/);
  await room.shoot(page, 'campaign_import-written');
  // The same workbook once more writes nothing: what it says stands already.
  await page.click(`a[href$="/sheets/import"]`);
  await page.setInputFiles('input[type=file]', filled);
  await page.click('form button.btn-primary');
  await page.locator('.bz-note', { hasText: '没有可写入的回答' }).waitFor();
}
