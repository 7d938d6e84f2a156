// @ts-check
// Every page of a campaign for every kind of person, in English without stray Chinese, on desk and
// phone without scrolling sideways.
import { DESK, PHONE, proves } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Chinese text that no person wrote, by where it stands. @param {Page} page */
function stray(page) {
  return page.evaluate(() => {
    const own = '.bz-quote, .bz-seal, .seal, [lang="zh-CN"], script, style';
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? '';
      if (/[\u3400-\u9fff，。：；（）]/.test(text) && !node.parentElement?.closest(own)) {
        found.push(text.slice(0, 60));
      }
    }
    return found;
  });
}

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  await everyPage(room);
}

/** @param {import('./house.mjs').Room} room */
async function everyPage(room) {
  proves('W45');
  const first = await room.person('yz-tang', { lang: 'en' });
  await first.goto('/campaigns');
  const link = first.locator('a[href^="/campaigns/cmp_"]', { hasText: 'Rectification of medical' });
  const base = (await link.getAttribute('href')) ?? '';
  await first.goto(`${base}/ledger?view=overdue`);
  const problem = await first.locator('tr[data-open]').first().getAttribute('data-open');
  await first.goto(`${base}/spots`);
  const spot = await first.locator('tr[data-open]').first().getAttribute('data-open');
  const bureau = ['', '/ledger', '/ledger/print?view=overdue', '/annex/annex_1', '/annex/annex_2'];
  bureau.push('/annex/annex_1?branch=320205', '/annex/annex_1/entries?cell=found&branch=320205');
  bureau.push('/reports/self_report', '/spots', '/talk', '/coverage', '/assessment');
  bureau.push('/activities', '/routine', '/indicators', '/annex/indicators', '/draws');
  const unit = ['', '/ledger', '/annex/annex_1', '/sheets', '/sheets/icu', '/spots', '/talk'];
  unit.push('/assessment', '/activities', '/routine', '/indicators', '/annex/indicators');
  const people = [
    { login: 'yz-tang', pages: [...bureau.map((one) => base + one), '/campaigns', '/policies', problem, spot] },
    { login: 'qu-lx', pages: bureau.map((one) => base + one) },
    { login: 'med', pages: [...unit, '/sheets/whole'].map((one) => base + one) },
    { login: 'first', pages: unit.map((one) => base + one) },
    { login: 'icu', pages: ['', '/sheets', '/sheets/icu', '/ledger'].map((one) => base + one) },
  ];
  let count = 0;
  for (const { login, pages } of people) {
    const page = await room.person(login, { lang: 'en' });
    for (const address of pages) {
      const answer = await page.goto(address ?? '');
      if (answer?.status() !== 200) throw new Error(`${login} ${address}: ${answer?.status()}`);
      const found = await stray(page);
      if (found.length > 0) throw new Error(`${login} ${address}: ${found.join(' | ')}`);
      for (const size of [PHONE, DESK]) {
        await page.setViewportSize(size);
        if (address?.includes('/print')) continue;
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 1) throw new Error(`${login} ${address}: ${wide} px wider than ${size.width}`);
      }
      count += 1;
    }
  }
  room.note(`${count} pages`);
}
