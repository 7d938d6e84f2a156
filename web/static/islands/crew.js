// @ts-check
// The crew's phone: what is tapped is kept in this phone at once and sent when there is a network.
// Each report has a key, so that sending twice is harmless; times are told as how long ago.
//
// Page: [data-crew data-account data-shift data-position-s data-texts], [data-queue],
// [data-crew-refused] with a span; form[data-report data-what data-mark?] with the fields of a
// report; li[data-step]; [data-sign] with a canvas, [data-sign-clear]; <meta name="csrf">.

/** @typedef {{key: string, shift: string, booking?: string, at_ms: number, report: Record<string, unknown>}} Kept */
/** @typedef {{key: string, filed?: string, problem?: string, sentence: string}} Answer */
/** @typedef {{sent: string, waiting: string, offline: string, signedOut: string, refused: string}} Texts */

const PREFIX = 'baize-crew:';
const RETRY_MS = 8_000;
const AT_ONCE = 50;
const STEPS = ['acknowledge', 'start', 'on_scene', 'load', 'arrive', 'complete'];

/**
 * A report from the fields of its form.
 * @param {Array<[string, string]>} fields
 * @param {number} now
 * @returns {Kept}
 */
export function reportOf(fields, now) {
  const all = new Map(fields);
  const get = (/** @type {string} */ name) => all.get(name) ?? '';
  const kind = get('kind');
  /** @type {Record<string, unknown>} */
  let report = { kind };
  if (kind === 'step') {
    report = { kind, mark: get('mark') };
    if (get('reason')) report.reason = get('reason');
  } else if (kind === 'begin' || kind === 'finish') {
    report = { kind, km: Number.parseInt(get('km'), 10) };
  } else if (kind === 'checklist') {
    const items = fields.filter(([name, value]) => name.startsWith('item_') && value);
    const answers = Object.fromEntries(items.map(([name, value]) => [name.slice(5), value]));
    report = { kind, list: get('list'), answers };
  } else if (kind === 'incident') {
    report = { kind, what: get('what'), grade: Number(get('grade')), words: get('words') };
  } else if (kind === 'triage') {
    const asked = fields.filter(([name, value]) => name.startsWith('ask_') && value);
    const answers = asked.map(([name, value]) => [name.slice(4), value]);
    report = { kind, moment: get('moment'), answers };
  } else if (kind === 'to_120') {
    report = { kind, moment: get('moment') };
  } else if (kind === 'handover') {
    report = { kind, receiver: get('receiver'), strokes: JSON.parse(get('strokes') || '[]') };
  } else {
    report = { kind, words: get('words') };
  }
  /** @type {Kept} */
  const kept = { key: get('key'), shift: get('shift'), at_ms: now, report };
  if (get('booking')) kept.booking = get('booking');
  return kept;
}

/**
 * The queue after an answer: what was answered leaves it, whatever the answer; the rest stays.
 * @param {Kept[]} queue
 * @param {Answer[]} answers
 * @returns {Kept[]}
 */
export function after(queue, answers) {
  const answered = new Set(answers.map((answer) => answer.key));
  return queue.filter((kept) => !answered.has(kept.key));
}

/**
 * The step that comes after these.
 * @param {string[]} done
 * @returns {string | undefined}
 */
export function nextStep(done) {
  const last = Math.max(-1, ...done.map((step) => STEPS.indexOf(step)));
  return STEPS[last + 1];
}

/**
 * What the line above the page says.
 * @param {{waiting: number, online: boolean, signedOut: boolean}} state
 * @param {Texts} texts
 */
export function queueText({ waiting, online, signedOut }, texts) {
  if (waiting > 0 && signedOut) return texts.signedOut;
  const count = texts.waiting.replace('{n}', String(waiting));
  if (!online) return waiting > 0 ? `${texts.offline} ${count}` : texts.offline;
  return waiting > 0 ? count : texts.sent;
}

/**
 * What the city's clock showed at a moment of this phone's, as HH:MM.
 * @param {number} ms
 * @param {{ahead: number, offsetMin: number}} clock how far the city is ahead of this phone, in ms
 */
export function cityTime(ms, { ahead, offsetMin }) {
  return new Date(ms + ahead + offsetMin * 60_000).toISOString().slice(11, 16);
}

/**
 * How far the city's clock is ahead. A page that was kept in the phone tells an old time, so the
 * furthest that was ever told holds.
 * @param {string} told content of <meta name="city-clock">: `now;offset_min;speed`
 * @param {number} now
 * @param {number | null} before
 */
export function clockOf(told, now, before) {
  const [city = Number.NaN, offsetMin = 0] = told.split(';').map(Number);
  const ahead = Number.isFinite(city) ? city - now : 0;
  return { ahead: before === null ? ahead : Math.max(ahead, before), offsetMin };
}

/** A key as the server makes them. */
function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {HTMLElement} page */
function start(page) {
  const account = page.dataset.account ?? '';
  const store = PREFIX + account;
  /** @type {Texts} */
  const texts = JSON.parse(page.dataset.texts ?? '{}');
  const told = document.querySelector('meta[name="city-clock"]')?.getAttribute('content') ?? '';
  const before = Number(sessionStorage.getItem(`${store}:ahead`) ?? Number.NaN);
  const clock = clockOf(told, Date.now(), Number.isFinite(before) ? before : null);
  sessionStorage.setItem(`${store}:ahead`, String(clock.ahead));
  let signedOut = false;
  let sending = false;
  let dirty = false;

  /** @returns {Kept[]} */
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(store) ?? '[]');
    } catch {
      return [];
    }
  };
  /** @param {Kept[]} queue */
  const write = (queue) => {
    if (queue.length > 0) localStorage.setItem(store, JSON.stringify(queue));
    else localStorage.removeItem(store);
    draw();
  };

  const draw = () => {
    const line = page.querySelector('[data-queue]');
    const waiting = read().length;
    const online = navigator.onLine;
    if (!(line instanceof HTMLElement)) return;
    line.textContent = queueText({ waiting, online, signedOut }, texts);
    line.classList.toggle('is-warn', waiting > 0 || !online);
  };

  /** Shows steps that this phone knows and the server does not yet. */
  const apply = () => {
    for (const kept of read()) {
      if (kept.report.kind !== 'step' || !kept.booking) continue;
      const journey = page.querySelector(`[data-booking="${CSS.escape(kept.booking)}"]`);
      const step = journey?.querySelector(`[data-step="${kept.report.mark}"]`);
      if (journey && step instanceof HTMLElement && !step.dataset.at) {
        step.dataset.at = cityTime(kept.at_ms, clock);
        const time = step.querySelector('time');
        if (time) time.textContent = step.dataset.at;
        turn(journey);
      }
    }
  };

  /** @param {Element} journey shows the button of its next step alone */
  const turn = (journey) => {
    const done = [...journey.querySelectorAll('[data-step][data-at]')].map(
      (step) => step.getAttribute('data-step') ?? '',
    );
    const next = nextStep(done);
    for (const step of journey.querySelectorAll('[data-step]')) {
      if (step.getAttribute('data-step') === next) step.setAttribute('aria-current', 'step');
      else step.removeAttribute('aria-current');
    }
    for (const form of journey.querySelectorAll('form.cr-do'))
      form.toggleAttribute('hidden', form.getAttribute('data-mark') !== next);
  };

  /** @param {string} text */
  const refuse = (text) => {
    const box = page.querySelector('[data-crew-refused]');
    const span = box?.querySelector('span');
    if (!(box instanceof HTMLElement) || !span) return;
    span.textContent = text;
    box.hidden = text === '';
    if (text) box.focus();
  };

  const refresh = () => document.body.dispatchEvent(new CustomEvent('live:transfer'));

  const send = async () => {
    const queue = read().slice(0, AT_ONCE);
    if (sending || queue.length === 0 || !navigator.onLine) return draw();
    sending = true;
    try {
      const csrf = document.querySelector('meta[name="csrf"]')?.getAttribute('content') ?? '';
      const response = await fetch('/crew/reports', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ csrf, sent_ms: Date.now(), reports: queue }),
        redirect: 'manual',
      });
      signedOut = response.type === 'opaqueredirect' || response.status === 403;
      if (response.ok) {
        /** @type {{answers: Answer[]}} */
        const { answers } = await response.json();
        write(after(read(), answers));
        const problem = answers.find((answer) => answer.problem);
        const late = answers.find((answer) => answer.filed === 'late');
        refuse(problem?.sentence ?? late?.sentence ?? '');
        if (read().length > 0) window.setTimeout(send, 0);
        else if (!dirty) refresh();
      }
    } catch {
      // No network after all: the queue stays.
    } finally {
      sending = false;
      draw();
    }
  };

  page.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.hasAttribute('data-report')) return;
    event.preventDefault();
    const fields = /** @type {Array<[string, string]>} */ ([...new FormData(form)]);
    write([...read(), reportOf(fields, Date.now())]);
    // The same form sent again later is another report.
    const key = form.elements.namedItem('key');
    if (key instanceof HTMLInputElement) key.value = freshKey();
    dirty = false;
    form.closest('details')?.removeAttribute('open');
    apply();
    send();
  });
  page.addEventListener('input', () => (dirty = true));
  // What somebody is writing is not drawn over.
  document.body.addEventListener('htmx:beforeRequest', (event) => {
    const target = /** @type {CustomEvent} */ (event).detail?.elt;
    if (target === page && dirty) event.preventDefault();
  });
  document.body.addEventListener('htmx:afterSwap', () => {
    apply();
    page.querySelectorAll('[data-sign]').forEach(openSign);
  });

  page.querySelectorAll('[data-sign]').forEach(openSign);
  apply();
  draw();
  send();
  window.addEventListener('online', send);
  window.addEventListener('offline', draw);
  window.setInterval(send, RETRY_MS);
  watchPosition(page);
  leave(store);
}

/** Lets a finger sign; the strokes go into the form's hidden field. @param {Element} box */
function openSign(box) {
  const canvas = box.querySelector('canvas');
  const field = box.closest('form')?.elements.namedItem('strokes');
  const pen = canvas?.getContext('2d');
  if (!(box instanceof HTMLElement) || !canvas || !pen || !(field instanceof HTMLInputElement))
    return;
  if (!box.hidden) return;
  box.hidden = false;
  /** @type {Array<Array<[number, number]>>} */
  let strokes = [];
  let drawing = false;
  pen.lineWidth = 3;
  pen.lineCap = 'round';
  /** @param {PointerEvent} event @returns {[number, number]} */
  const point = (event) => {
    const frame = canvas.getBoundingClientRect();
    const clamp = (/** @type {number} */ n, /** @type {number} */ most) =>
      Math.round(Math.min(Math.max(n, 0), most));
    return [
      clamp(((event.clientX - frame.left) / frame.width) * 600, 600),
      clamp(((event.clientY - frame.top) / frame.height) * 200, 200),
    ];
  };
  canvas.addEventListener('pointerdown', (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    strokes.push([point(event)]);
  });
  canvas.addEventListener('pointermove', (event) => {
    const stroke = strokes[strokes.length - 1];
    if (!drawing || !stroke) return;
    const [from, to] = [stroke[stroke.length - 1], point(event)];
    if (!from) return;
    stroke.push(to);
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
  });
  canvas.addEventListener('pointerup', () => {
    drawing = false;
    field.value = JSON.stringify(strokes);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  box.querySelector('[data-sign-clear]')?.addEventListener('click', () => {
    strokes = [];
    field.value = '[]';
    pen.clearRect(0, 0, canvas.width, canvas.height);
  });
}

/** Tells where the vehicle is while a turn of duty runs. @param {HTMLElement} page */
function watchPosition(page) {
  const shift = page.dataset.shift;
  const every = Number(page.dataset.positionS ?? '15') * 1000;
  if (!shift || !('geolocation' in navigator)) return;
  /** @type {Array<{at_ms: number, lat: number, lng: number, accuracy_m: number}>} */
  let seen = [];
  let last = 0;
  navigator.geolocation.watchPosition(
    (found) => {
      if (Date.now() - last < every) return;
      last = Date.now();
      const { latitude: lat, longitude: lng, accuracy } = found.coords;
      seen.push({ at_ms: last, lat, lng, accuracy_m: Math.round(accuracy) });
      // A day without a network keeps the newest hours.
      seen = seen.slice(-2_000);
    },
    () => {},
    { enableHighAccuracy: true, maximumAge: 5_000 },
  );
  window.setInterval(async () => {
    if (seen.length === 0 || !navigator.onLine) return;
    const positions = seen;
    seen = [];
    const csrf = document.querySelector('meta[name="csrf"]')?.getAttribute('content') ?? '';
    try {
      const response = await fetch('/crew/positions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ csrf, shift, sent_ms: Date.now(), positions }),
        redirect: 'manual',
      });
      if (!response.ok) seen = [...positions, ...seen];
    } catch {
      seen = [...positions, ...seen];
    }
  }, every);
}

/** The page stays in the phone for a reload without a network; signing out takes it away. @param {string} store */
function leave(store) {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('/crew/worker.js', { scope: '/crew' }).catch(() => {});
  document.addEventListener('submit', async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.action.endsWith('/sign-out')) return;
    // What is not sent yet stays in this phone until the same person signs in again.
    if (!localStorage.getItem(store)) localStorage.removeItem(store);
    for (const name of await caches.keys()) if (name.startsWith('crew')) caches.delete(name);
  });
}

if (typeof document !== 'undefined') {
  const page = document.querySelector('[data-crew]');
  if (page instanceof HTMLElement) start(page);
}
