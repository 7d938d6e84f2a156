// @ts-check
// Every page of the green channel in English, on a desk and on a phone: it answers, it fits, and no
// Chinese is left where nobody wrote it.
import assert from 'node:assert/strict';

import { visit } from './language.mjs';

/** Who sees which pages of the channel. */
const PEOPLE = [
  {
    login: 'qc-clerk',
    paths: ['/desk', '/desk/call', '/emergencies', '/emergencies?view=drill', '/oncall'].concat(
      ['/oncall/hospitals?hospital=hos_renmin', '/oncall/zones', '/stock?item=dantrolene&need=35'],
      ['/readiness', '/enquiries', '/contacts'],
    ),
  },
  { login: 'desk-renmin', paths: ['/hospital', '/emergencies', '/oncall', '/stock'] },
  { login: 'doc-renmin-1', paths: ['/hospital', '/oncall', '/contacts'] },
  { login: 'clinic-hailan', paths: ['/sos', '/stock'] },
];

/** Pages without login, in large print as well. */
const PUBLIC = [
  '/?lang=en',
  '/green?lang=en',
  '/green?lang=en&large=1',
  '/green/readiness?lang=en',
  '/symptoms?lang=en',
  '/screening?lang=en',
  '/ask?lang=en',
];

/** @param {import('./house.mjs').Room} room */
export default async function story(room) {
  /** @type {string[]} */
  const faults = [];
  let pages = 0;
  const visitor = await (await room.context({ lang: 'en' })).newPage();
  for (const path of PUBLIC) {
    faults.push(...(await visit(room, visitor, path, 'visitor')));
    pages += 1;
  }
  for (const { login, paths } of PEOPLE) {
    const page = await room.person(login, { lang: 'en' });
    const list = await (await page.request.get('/emergencies')).text();
    const first = list.match(/data-open="([^"]+)"/)?.[1];
    const all = first ? [...paths, first, `${first}/sheet`] : paths;
    for (const path of all) {
      faults.push(...(await visit(room, page, path, login)));
      pages += 1;
    }
    await page.context().close();
  }
  room.note(`${pages} pages in two widths`);
  assert.equal(faults.length, 0, `${faults.length} faults:\n${faults.join('\n')}`);
}
