// @ts-check
// Runs the stories one after the other in one browser, each city's against one demo that stands
// still.
//
//   node web/tests/browser/run.mjs [--shots] [story ...]
//
// Pictures of each story's end, and of every open page of a story that failed, go to out/browser;
// --shots adds one of every page the language story visits. Needs a debug build of `baize` and a
// Chromium (CHROMIUM=/path when it stands elsewhere).
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { OUT, openBrowser, openDemo, openRoom, seconds } from './house.mjs';

/** Stories by the city they are told in. */
const CITIES = {
  nantong: ['public', 'language', 'declare', 'li', 'security', 'keyboard', 'event'],
  // What people write stands in their language: the English pages are looked at before.
  zhuhai: ['channel', 'sos', 'hotline', 'neighbour', 'centre'],
  zibo: ['oversight', 'call96120', 'board96120', 'journey96120'],
  wuxi: [
    'campaign_pages',
    'campaign_sheets',
    'campaign',
    'campaign_work',
    'campaign_import',
    'campaign_annex',
  ],
};
const STORIES = Object.values(CITIES).flat();
/** A story that hangs is a story that failed. */
const STORY_MS = 90_000;

/**
 * @param {string} name
 * @param {import('./house.mjs').Demo} demo
 * @param {import('playwright-core').Browser} browser
 * @param {boolean} shots
 * @returns {Promise<boolean>}
 */
async function tell(name, demo, browser, shots) {
  const from = performance.now();
  const room = openRoom(name, demo, browser, shots);
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  try {
    const { default: story } = await import(`./${name}.mjs`);
    const late = new Promise((_, refuse) => {
      timer = setTimeout(() => refuse(new Error(`not done after ${STORY_MS} ms`)), STORY_MS);
    });
    await Promise.race([story(room), late]);
    room.settle();
  } catch (error) {
    console.log(`FAIL ${name}  ${seconds(from)}`);
    console.log(indent(error instanceof Error ? (error.stack ?? error.message) : String(error)));
    for (const file of await room.shootFailed()) console.log(`     see ${file}`);
    await room.close();
    return false;
  } finally {
    clearTimeout(timer);
  }
  await room.close();
  console.log([`ok   ${name}  ${seconds(from)}`, ...room.notes].join('; '));
  return true;
}

/** @param {string} text */
const indent = (text) => text.replace(/^/gm, '     ');

/**
 * @param {string} city
 * @param {string[]} names
 * @param {import('playwright-core').Browser} browser
 * @param {boolean} shots
 * @param {{passed: number, failed: number}} told
 */
async function tellCity(city, names, browser, shots, told) {
  const from = performance.now();
  const demo = await openDemo(city);
  try {
    console.log(`${city} ready  ${seconds(from)}`);
    for (const name of names) {
      if (await tell(name, demo, browser, shots)) told.passed += 1;
      else told.failed += 1;
    }
  } finally {
    await demo.close();
  }
  const logged = demo.errors();
  if (logged.length > 0) {
    console.log(`FAIL server  it logged errors\n${indent(logged.join('\n'))}`);
    told.failed += 1;
  }
}

async function main() {
  const asked = process.argv.slice(2).filter((word) => !word.startsWith('-'));
  const unknown = asked.filter((name) => !STORIES.includes(name));
  if (unknown.length > 0) throw new Error(`no story ${unknown}; there are ${STORIES.join(', ')}`);
  const shots = process.argv.includes('--shots');
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const from = performance.now();
  const told = { passed: 0, failed: 0 };
  const browser = await openBrowser();
  try {
    for (const [city, stories] of Object.entries(CITIES)) {
      const names = stories.filter((name) => asked.length === 0 || asked.includes(name));
      if (names.length > 0) await tellCity(city, names, browser, shots, told);
    }
  } finally {
    await browser.close();
  }
  console.log(`total ${seconds(from)}; pictures in ${path.relative(process.cwd(), OUT) || OUT}`);
  console.log(`${told.passed} passed, ${told.failed} failed`);
  process.exitCode = told.failed > 0 ? 1 : 0;
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
});
