// @ts-check
// What every story needs: the demo as a child process, one browser, people who are signed in, and
// an eye on everything a page complains about. What stories do with pages is theirs.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('playwright-core').BrowserContext} BrowserContext */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{base: string, errors: () => string[], close: () => Promise<void>}} Demo */
/** @typedef {{lang?: string, size?: {width: number, height: number}, js?: boolean}} Look */
/** @typedef {ReturnType<typeof openRoom>} Room */

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const OUT = path.join(ROOT, 'out', 'browser');
export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
export const PASSWORD = 'baize-demo';

/** A debug build seeds in ten seconds; a busy machine takes longer. */
const READY_MS = 120_000;
const ACTION_MS = 8_000;

/** @param {number} ms */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
/** @param {number} from performance.now() */
export const seconds = (from) => `${((performance.now() - from) / 1000).toFixed(1)} s`;

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((done, refuse) => {
    const server = createServer();
    server.once('error', refuse);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => done(port));
    });
  });
}

function binary() {
  const target = path.resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target');
  const file = path.join(target, 'debug', 'baize');
  if (!existsSync(file)) throw new Error(`${file} is missing: cargo build -p baize`);
  return file;
}

/** @param {string} city @returns {Promise<Demo>} */
export async function openDemo(city) {
  const port = await freePort();
  const args = ['demo', '--city', city, '--still', '--port', String(port)];
  const child = spawn(binary(), args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes) => (said += bytes));
  const gone = new Promise((done) => child.once('exit', done));
  // Whatever ends this process ends the child.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const close = async () => {
    child.kill('SIGTERM');
    await Promise.race([gone, pause(3_000)]);
    kill();
    process.off('exit', kill);
  };
  const base = `http://127.0.0.1:${port}`;
  const until = performance.now() + READY_MS;
  while (!(await answers(base))) {
    if (child.exitCode !== null) throw new Error(`the demo ended: ${said}`);
    if (performance.now() > until) {
      await close();
      throw new Error(`the demo did not answer in ${READY_MS} ms: ${said}`);
    }
    await pause(100);
  }
  return { base, close, errors: () => said.split('\n').filter((line) => / ERROR /.test(line)) };
}

/** @param {string} base */
async function answers(base) {
  try {
    return (await fetch(`${base}/`)).status === 200;
  } catch {
    return false;
  }
}

/** @returns {Promise<Browser>} */
export function openBrowser() {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
  if (!executablePath) throw new Error('no Chromium here: set CHROMIUM=/path/to/it');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
  args.push('--disable-background-networking', '--disable-component-update', '--disable-sync');
  // The demo is on this machine; a proxy of the environment has no part in it.
  args.push('--no-proxy-server');
  return chromium.launch({ executablePath, args });
}

/** Session cookies by login: sign-ins from one address are limited. @type {Map<string, string>} */
const sessions = new Map();

/**
 * @param {string} base
 * @param {string} login
 * @param {string} [password]
 */
export function postSignIn(base, login, password = PASSWORD) {
  const body = new URLSearchParams({ login, password, next: '/home' });
  return fetch(`${base}/sign-in`, { method: 'POST', body, redirect: 'manual' });
}

/** @param {string} base @param {string} login @returns {Promise<string>} "name=value" */
export async function sessionOf(base, login) {
  const kept = sessions.get(`${base} ${login}`);
  if (kept) return kept;
  const answer = await postSignIn(base, login);
  const [cookie] = answer.headers.getSetCookie();
  if (answer.status !== 303 || !cookie) throw new Error(`${login} cannot sign in`);
  const session = cookie.split(';')[0] ?? '';
  sessions.set(`${base} ${login}`, session);
  return session;
}

/**
 * One story's contexts, what it notes, and what its pages complained about.
 * @param {string} name
 * @param {Demo} demo
 * @param {Browser} browser
 * @param {boolean} shots
 */
export function openRoom(name, demo, browser, shots) {
  const { base } = demo;
  /** @type {BrowserContext[]} */
  const contexts = [];
  /** @type {string[]} */
  const complaints = [];
  /** @type {RegExp[]} */
  const forgiven = [];
  /** @type {string[]} */
  const notes = [];
  /** @param {string} text @param {string} where */
  const complain = (text, where) => {
    if (!forgiven.some((pattern) => pattern.test(text))) complaints.push(`${text} (${where})`);
  };

  /** @param {Look} look */
  const context = async ({ lang = 'zh', size = DESK, js = true } = {}) => {
    const locale = lang === 'en' ? 'en-GB' : 'zh-CN';
    const options = { baseURL: base, viewport: size, javaScriptEnabled: js, locale };
    const opened = await browser.newContext(options);
    if (lang !== 'zh') await opened.addCookies([{ name: 'baize_lang', value: lang, url: base }]);
    opened.setDefaultTimeout(ACTION_MS);
    opened.on('console', (said) => {
      if (said.type() === 'error') complain(said.text(), said.page()?.url() ?? said.location().url);
    });
    opened.on('weberror', (thrown) => complain(String(thrown.error()), thrown.page()?.url() ?? ''));
    if (js) await opened.addInitScript(tellViolations);
    contexts.push(opened);
    return opened;
  };
  /** @param {string} login @param {Look} look */
  const person = async (login, look = {}) => {
    const opened = await context(look);
    const [key = '', value = ''] = (await sessionOf(base, login)).split(/=(.*)/s);
    await opened.addCookies([{ name: key, value, url: base }]);
    return opened.newPage();
  };
  /** @param {Page} page @param {string} what */
  const shoot = async (page, what) => {
    const file = path.join(OUT, `${what}.png`);
    await page.screenshot({ path: file });
    return file;
  };
  return {
    base,
    shots,
    notes,
    context,
    person,
    shoot,
    /** @param {string} text */
    note: (text) => notes.push(text),
    /** What the browser says about an answer that the story asks for. @param {RegExp} pattern */
    forgive: (pattern) => forgiven.push(pattern),
    /** The story's end as desk and phone see it. @param {Page} page @param {string} [part] */
    async end(page, part) {
      for (const [word, size] of /** @type {const} */ ([['desk', DESK], ['phone', PHONE]])) {
        await page.setViewportSize(size);
        await shoot(page, [name, part, word].filter(Boolean).join('-'));
      }
    },
    settle() {
      if (complaints.length > 0) throw new Error(`pages complained:\n${complaints.join('\n')}`);
    },
    async shootFailed() {
      const pages = contexts.flatMap((one) => one.pages());
      const shooting = pages.map((page, at) => shoot(page, `${name}-failed-${at + 1}`));
      const done = await Promise.allSettled(shooting);
      return done.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    },
    close: async () => void (await Promise.all(contexts.map((one) => one.close()))),
  };
}

/** Runs in every page: a violated policy is an error, wherever it happened. */
function tellViolations() {
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`);
  });
}

/**
 * Resolves with the machine's time at which an element holds a text (any, when empty). It waits
 * inside the page that is open, so a page that reloads fails it.
 * @param {Page} page
 * @param {string} selector
 * @param {string} [text]
 * @returns {Promise<number>}
 */
export function seenAt(page, selector, text = '') {
  return page.evaluate(
    ([css, words]) =>
      new Promise((done, refuse) => {
        const look = () => {
          const found = [...document.querySelectorAll(css)];
          const here = found.some((one) => (words ? one.textContent?.trim() === words : true));
          if (here) done(Date.now());
          return here;
        };
        if (look()) return;
        const observer = new MutationObserver(() => look() && observer.disconnect());
        const what = { subtree: true, childList: true, characterData: true, attributes: true };
        observer.observe(document.documentElement, what);
        setTimeout(() => refuse(new Error(`never seen: ${css} "${words}"`)), 8_000);
      }),
    /** @type {[string, string]} */ ([selector, text]),
  );
}

/**
 * Names the requirements that a story proves; compared with docs/requirements.tsv.
 * @param {...string} ids at most three
 */
export function proves(...ids) {
  if (ids.length > 3) throw new Error('at most three');
}

/**
 * How many rows a workbook has below its headings.
 * @param {Buffer} body
 * @returns {number}
 */
export function rowsOf(body) {
  const count = `
import io, sys, zipfile
book = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
print(book.read('xl/worksheets/sheet1.xml').count(b'<row ') - 1)
`;
  return Number(execFileSync('python3', ['-c', count], { input: body, encoding: 'utf8' }));
}

/**
 * The names of the files in an archive.
 * @param {Buffer} body
 * @returns {string[]}
 */
export function namesOf(body) {
  const list = `
import io, sys, zipfile
print('\\n'.join(zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())).namelist()))
`;
  return execFileSync('python3', ['-c', list], { input: body, encoding: 'utf8' }).trim().split('\n');
}
