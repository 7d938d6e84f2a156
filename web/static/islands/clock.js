// @ts-check
// The city's clock and running timers. Time comes from the server (<meta name="city-clock"
// content="city_ms;offset_min;speed">) and advances by performance.now(); the browser's own clock
// is never read. Resynchronised by `live:clock`. Other islands ask `globalThis.baizeNow()`.
//
// Page: [data-clock="datetime|time|date"] with data-weekdays="周日,周一,…" (and data-lang where it is
// not the page's); [data-timer-from="ms"] counts up; [data-timer-to="ms"] counts down in words from
// data-words-long "剩 {h} 小时", data-words-hour "剩 {h} 小时 {m} 分", data-words-minute "剩 {m} 分",
// data-words-over "超期 {h} 小时 {m} 分"; data-timer-state is set to left or over.

/** @typedef {{cityMs: number, at: number, offsetMin: number, speed: number}} Base */

const MONTHS = 'Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec'.split(',');
const WEEKDAYS = { zh: '周日,周一,周二,周三,周四,周五,周六', en: 'Sun,Mon,Tue,Wed,Thu,Fri,Sat' };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** @param {number} n @returns {string} */
const two = (n) => String(n).padStart(2, '0');

/**
 * @param {string | null} content "city_ms;offset_min;speed"
 * @param {number} at performance.now() of the moment it speaks of
 * @returns {Base | null}
 */
export function parseBase(content, at) {
  const [cityMs, offsetMin, speed = 1] = (content ?? '').split(';').map(Number);
  if (!content || ![cityMs, offsetMin, speed].every(Number.isFinite)) return null;
  return { cityMs, at, offsetMin, speed };
}

/** @param {Base} base @param {number} at @returns {number} */
export function cityNow(base, at) {
  return base.cityMs + (at - base.at) * base.speed;
}

/**
 * @param {number} ms UTC
 * @param {number} offsetMin
 * @param {string} what datetime, time or date
 * @param {string} lang
 * @param {string | null} weekdays comma separated, from Sunday
 * @returns {string}
 */
export function clockText(ms, offsetMin, what, lang, weekdays) {
  const local = new Date(ms + offsetMin * MINUTE);
  const english = lang.startsWith('en');
  const time = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()]
    .map(two)
    .join(':');
  if (what === 'time') return time;
  const weekday =
    (weekdays ?? (english ? WEEKDAYS.en : WEEKDAYS.zh)).split(',')[local.getUTCDay()] ?? '';
  const date = english
    ? `${weekday} ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()}`
    : `${local.toISOString().slice(0, 10)} ${weekday}`;
  return what === 'date' ? date : `${date} ${time}`;
}

/** @param {number} ms @returns {string} HH:MM:SS, hours beyond 99 in full */
export function elapsedText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map(two)
    .join(':');
}

/**
 * @param {number} ms time left, negative when over
 * @param {(name: 'long' | 'hour' | 'minute' | 'over') => string | null} words
 * @returns {string}
 */
export function leftText(ms, words) {
  const whole = Math.abs(ms);
  const hours = Math.floor(whole / HOUR);
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  const seconds = Math.floor((whole % MINUTE) / 1000);
  /** @type {'long' | 'hour' | 'minute' | 'over'} */
  const name = ms < 0 ? 'over' : hours >= 24 ? 'long' : hours > 0 ? 'hour' : 'minute';
  const template = words(name) ?? words('hour') ?? '{h}:{m}';
  return template.replace('{h}', String(hours)).replace('{m}', String(minutes)).replace('{s}', two(seconds));
}

/** @param {Base} base */
function draw(base) {
  const now = cityNow(base, performance.now());
  const pageLang = document.documentElement.lang || 'zh';
  for (const place of document.querySelectorAll('[data-clock]')) {
    const lang = place.getAttribute('data-lang') ?? pageLang;
    const what = place.getAttribute('data-clock') || 'datetime';
    write(place, clockText(now, base.offsetMin, what, lang, place.getAttribute('data-weekdays')));
  }
  for (const place of document.querySelectorAll('[data-timer-from]')) {
    const from = Number(place.getAttribute('data-timer-from'));
    if (Number.isFinite(from)) write(place, elapsedText(now - from));
  }
  for (const place of document.querySelectorAll('[data-timer-to]')) {
    const left = Number(place.getAttribute('data-timer-to')) - now;
    if (!Number.isFinite(left)) continue;
    write(
      place,
      leftText(left, (name) => place.getAttribute(`data-words-${name}`)),
    );
    const state = left < 0 ? 'over' : 'left';
    if (place.getAttribute('data-timer-state') !== state)
      place.setAttribute('data-timer-state', state);
  }
}

/** @param {Element} place @param {string} text */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function start() {
  const meta = document.querySelector('meta[name="city-clock"]');
  // The server wrote the time when it began to answer, not when this script ran.
  const [loaded] = performance.getEntriesByType('navigation');
  const written = loaded instanceof PerformanceNavigationTiming ? loaded.responseStart : 0;
  const found = parseBase(meta?.getAttribute('content') ?? null, written || performance.now());
  if (!found) return;
  let base = found;
  Object.assign(globalThis, {
    baizeNow: () => ({ ms: cityNow(base, performance.now()), offsetMin: base.offsetMin }),
  });
  const tick = () => {
    draw(base);
    const wait = base.speed === 1 ? 1000 - (cityNow(base, performance.now()) % 1000) : 1000;
    window.setTimeout(tick, Math.max(wait, 50));
  };
  document.body.addEventListener('live:clock', (event) => {
    const { city_ms, offset_min, speed } = /** @type {CustomEvent} */ (event).detail;
    if (!Number.isFinite(city_ms)) return;
    base = {
      cityMs: city_ms,
      at: performance.now(),
      offsetMin: Number.isFinite(offset_min) ? offset_min : base.offsetMin,
      speed: Number.isFinite(speed) ? speed : base.speed,
    };
  });
  document.body.addEventListener('htmx:afterSwap', () => draw(base));
  tick();
}

if (typeof document !== 'undefined') start();
