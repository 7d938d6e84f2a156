// @ts-check
// What must be refused: forms without their token or from elsewhere, pages without a session, what
// belongs to another clinic, what a role may not do, guessing passwords.
import assert from 'node:assert/strict';

import { PASSWORD, postSignIn, sessionOf } from './house.mjs';

/** @typedef {import('./house.mjs').Room} Room */
/** @typedef {(path: string, fields: object, headers?: object) => Promise<Response>} Post */

/** @param {Room} room */
export default async function story(room) {
  const officer = await visitor(room, 'officer');
  const clinic = await visitor(room, 'clinic');
  const duty = await visitor(room, 'duty');
  const other = await visitor(room, 'clinic-yunting');

  await forms(officer);
  const alert = await first(officer, '/alerts?view=officer', 'alerts');
  const operation = await first(other, '/operations?view=all', 'operations');
  await strangers(clinic, alert, operation);
  await roles(clinic, duty, alert);
  await headers(room, officer);
  await signInAndBack(room);
  await locked(room);
}

/**
 * Requests as one person's browser would send them.
 * @param {Room} room
 * @param {string} login
 */
async function visitor(room, login) {
  const cookie = await sessionOf(room.base, login);
  /** @param {string} path */
  const get = (path) => fetch(room.base + path, { headers: { cookie }, redirect: 'manual' });
  const home = await fetch(`${room.base}/home`, { headers: { cookie } });
  const csrf = (await home.text()).match(/name="csrf" content="([^"]+)"/)?.[1] ?? '';
  assert.ok(csrf, `${login} has a token`);
  /** @type {Post} */
  const post = (path, fields, more = {}) =>
    fetch(room.base + path, {
      method: 'POST',
      headers: { cookie, ...more },
      body: new URLSearchParams(/** @type {any} */ (fields)),
      redirect: 'manual',
    });
  return { get, post, csrf, cookie };
}

/** @typedef {Awaited<ReturnType<typeof visitor>>} Visitor */

/** @param {Visitor} who @param {string} list @param {string} kind */
async function first(who, list, kind) {
  const html = await (await who.get(list)).text();
  const found = html.match(new RegExp(`data-open="(/${kind}/[^"]+)"`))?.[1];
  assert.ok(found, `${list} is empty`);
  return found;
}

/** @param {Visitor} officer */
async function forms(officer) {
  const terminals = '/terminals/T-0001/code';
  const token = { csrf: officer.csrf };
  assert.equal((await officer.post(terminals, {})).status, 403, 'no token');
  assert.equal((await officer.post(terminals, { csrf: 'x' })).status, 403, 'a wrong token');
  for (const headers of [
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'null' },
  ]) {
    const status = (await officer.post(terminals, token, headers)).status;
    assert.equal(status, 403, `from ${JSON.stringify(headers)}`);
  }
  assert.equal((await officer.post('/sign-out', {})).status, 403, 'nobody else signs me out');
  assert.equal((await officer.get('/bureau')).status, 200, 'still signed in');
}

/** @param {Visitor} clinic @param {string} alert @param {string} operation of another clinic */
async function strangers(clinic, alert, operation) {
  assert.equal((await clinic.get(alert)).status, 404, 'an alert of another clinic');
  assert.equal((await clinic.get(operation)).status, 404, 'an operation of another clinic');
  const { csrf } = clinic;
  const steps = { csrf, step: 'explain', text: '这不是我们机构的预警。' };
  assert.equal((await clinic.post(`${alert}/steps`, steps)).status, 404);
  const act = { csrf, action: 'cancel', reason: '不是我们的手术。' };
  assert.equal((await clinic.post(`${operation}/actions`, act)).status, 404);
  assert.equal((await clinic.get('/bureau')).status, 403);
  assert.equal((await clinic.get('/terminals')).status, 403);
}

/** @param {Visitor} clinic @param {Visitor} duty @param {string} alert */
async function roles(clinic, duty, alert) {
  const code = await clinic.post('/terminals/T-0001/code', { csrf: clinic.csrf });
  assert.equal(code.status, 403, 'a clinic gives out no code');
  assert.equal((await duty.get(alert)).status, 200, 'the duty room may read');
  const claim = { csrf: duty.csrf, step: 'claim' };
  assert.equal((await duty.post(`${alert}/steps`, claim)).status, 403, 'and decides nothing');
  const page = await (await duty.get(alert)).text();
  assert.ok(!page.includes(`action="${alert}/steps"`), 'nor is it offered a form');
  assert.equal((await duty.get('/clinic/declare')).status, 403);
}

/** @param {Room} room @param {Visitor} officer */
async function headers(room, officer) {
  for (const path of ['/', '/bureau', '/no-such-page', '/api/v1/time', '/q/nothing']) {
    const answer = await officer.get(path);
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'self'/, `${path} has a policy`);
    assert.match(policy, /script-src 'self'(;|$)/, `${path} runs our own scripts only`);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  }
  const cookies = (await postSignIn(room.base, 'officer2')).headers.getSetCookie();
  assert.equal(cookies.length, 1);
  assert.match(cookies[0] ?? '', /; HttpOnly/);
  assert.match(cookies[0] ?? '', /; SameSite=(Lax|Strict)/);
}

/** @param {Room} room */
async function signInAndBack(room) {
  // A wrong password is answered with 422.
  room.forgive(/status of 422/);
  const context = await room.context();
  const page = await context.newPage();
  await page.goto('/operations?view=all&text=%E6%9D%8E');
  const wanted = '/operations?view=all&text=%E6%9D%8E';
  assert.equal(new URL(page.url()).pathname, '/sign-in');
  await page.locator('#login').fill('officer2');
  await page.locator('#password').fill('wrong');
  await page.locator('form button').click();
  await page.locator('#wrong').waitFor();
  assert.equal(await page.locator('#login').inputValue(), 'officer2', 'the login is kept');
  assert.equal(await page.locator('#password').inputValue(), '', 'the password is not');
  await page.locator('#password').fill(PASSWORD);
  await page.locator('form button').click();
  await page.waitForURL(`**${wanted}`);
  const cookie = (await context.cookies()).find((one) => one.name === 'baize_session');
  assert.equal(cookie?.httpOnly, true);
  const outside = await fetch(`${room.base}/sign-in?next=https://evil.example/`);
  assert.ok(!(await outside.text()).includes('evil.example'), 'no way to another site');
  await page.locator('.bz-who summary').click();
  await page.locator('.bz-who button').click();
  await page.waitForURL(`${room.base}/`);
  await page.goto('/alerts');
  assert.equal(new URL(page.url()).pathname, '/sign-in', 'signed out is out');
}

/** @param {Room} room */
async function locked(room) {
  const login = 'clinic-zhuxi';
  for (let n = 1; n <= 5; n += 1) {
    assert.equal((await postSignIn(room.base, login, `wrong ${n}`)).status, 422);
  }
  const page = await (await room.context()).newPage();
  await page.goto('/sign-in');
  await page.locator('#login').fill(login);
  await page.locator('#password').fill(PASSWORD);
  await page.locator('form button').click();
  assert.match(await page.locator('#wrong').innerText(), /锁|分钟/, 'the right one comes too late');
  assert.equal((await page.context().cookies()).length, 0);
  await room.end(page);
}
