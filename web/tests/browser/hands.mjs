// @ts-check
// What hands do in more than one story: filling in a declaration, reading the city's clock.

import { pause } from './house.mjs';

/** @typedef {import('playwright-core').Page} Page */

/**
 * The city's day and time some minutes ahead, as form fields take them.
 * @param {Page} page a page that has the city's clock
 * @param {number} minutes
 * @returns {Promise<{date: string, time: string}>}
 */
export async function cityIn(page, minutes) {
  const now = await page.evaluate(() => /** @type {any} */ (globalThis).baizeNow());
  const local = new Date(now.ms + (now.offsetMin + minutes) * 60_000).toISOString();
  return { date: local.slice(0, 10), time: local.slice(11, 16) };
}

/**
 * Fills in the fields of a form by their names; a choice is named by its value or by its words.
 * @param {Page} page
 * @param {Record<string, string>} values
 */
export async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`.bz-main [name="${name}"]`);
    if ((await field.evaluate((one) => one.tagName)) !== 'SELECT') {
      await field.fill(value);
      continue;
    }
    const options = await field.evaluate((one) =>
      [.../** @type {HTMLSelectElement} */ (one).options].map(({ text, value: id }) => [id, text]),
    );
    const [id] = options.find(([own, text]) => own === value || text?.startsWith(value)) ?? [];
    if (id === undefined) throw new Error(`${name} offers no ${value}: ${options.join('; ')}`);
    await field.selectOption(id);
  }
}

/** @param {Page} page @param {string[]} names @returns {Promise<Record<string, string>>} */
export async function typed(page, names) {
  /** @type {Record<string, string>} */
  const values = {};
  for (const name of names) {
    values[name] = await page.locator(`.bz-main [name="${name}"]`).inputValue();
  }
  return values;
}

/**
 * Waits for the gate's answer to what is filled in now; answers to earlier fields may come first.
 * @param {Page} page
 * @param {boolean} passes
 * @param {...RegExp} words
 */
export async function gate(page, passes, ...words) {
  let answer = page.locator(`#gate .bz-gate.${passes ? 'is-ok' : 'is-danger'}`);
  for (const hasText of words) answer = answer.filter({ hasText });
  await answer.waitFor();
}

/**
 * Waits for an address by looking: a second press ends the first navigation, which waiting for one
 * navigation would take for a failure.
 * @param {Page} page
 * @param {RegExp} address
 */
export async function arrive(page, address) {
  const until = performance.now() + 8_000;
  while (!address.test(page.url())) {
    if (performance.now() > until) throw new Error(`at ${page.url()}, not at ${address}`);
    await pause(30);
  }
  await page.waitForLoadState();
}

/**
 * How many operations a clinic's list holds for a client from a day on.
 * @param {Page} page of the clinic
 * @param {string} date
 * @param {string} alias
 */
export async function declared(page, date, alias) {
  const answer = await page.request.get(`/operations?view=all&from=${date}`);
  const rows = (await answer.text()).split('data-open="/operations/').slice(1);
  return rows.filter((row) => row.includes(alias)).length;
}
