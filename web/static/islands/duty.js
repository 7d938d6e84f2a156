// @ts-check
// The duty screen: one fixed picture of 1920x1080 scaled to the window, a new page when the city's
// date changes, and sound for new unacknowledged alerts once a person has switched it on.
// Its parts refresh by their own htmx triggers; this island fetches none.
//
// Page: <html class="duty">; button [data-sound data-on="声音已开" data-off="点这里打开声音"] with the
// word in [data-sound-word]; each waiting alert carries data-unacknowledged="id" and, when it is of
// the high level, data-level="danger".

const WIDTH = 1920;
const HEIGHT = 1080;
const STORE = 'baize-sound';

/**
 * The largest picture that fits, centred.
 * @param {number} width @param {number} height
 * @returns {{scale: number, x: number, y: number}}
 */
export function fitted(width, height) {
  const scale = Math.min(width / WIDTH, height / HEIGHT);
  return {
    scale,
    x: Math.round((width - WIDTH * scale) / 2),
    y: Math.round((height - HEIGHT * scale) / 2),
  };
}

/**
 * @param {Set<string>} known changed to what is there now
 * @param {string[]} now
 * @returns {string[]} what was not known before
 */
export function fresh(known, now) {
  const found = now.filter((id) => !known.has(id));
  known.clear();
  now.forEach((id) => known.add(id));
  return found;
}

/** @param {{ms: number, offsetMin: number}} now @returns {string} the city's day */
export function dayOf(now) {
  return new Date(now.ms + now.offsetMin * 60_000).toISOString().slice(0, 10);
}

function scaleToWindow() {
  const fit = () => {
    const { scale, x, y } = fitted(window.innerWidth, window.innerHeight);
    document.body.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  };
  window.addEventListener('resize', fit);
  fit();
}

function reloadEachDay() {
  /** @returns {{ms: number, offsetMin: number} | undefined} */
  const now = () => /** @type {any} */ (globalThis).baizeNow?.();
  let day = '';
  window.setInterval(async () => {
    const read = now();
    if (!read) return;
    const today = dayOf(read);
    day ||= today;
    if (today === day) return;
    try {
      // A reload while the server is away would leave an error page on the wall until morning.
      const answer = await fetch(location.href, { method: 'HEAD', cache: 'no-store' });
      if (answer.ok) location.reload();
    } catch {
      /* asked again in five seconds */
    }
  }, 5_000);
}

/** @param {AudioContext} context @param {boolean} urgent two notes for the high level, one else */
function beep(context, urgent) {
  const notes = urgent ? [880, 660, 880] : [660];
  notes.forEach((frequency, at) => {
    const from = context.currentTime + at * 0.22;
    const tone = new OscillatorNode(context, { type: 'sine', frequency });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.setValueAtTime(0, from);
    loudness.gain.linearRampToValueAtTime(0.25, from + 0.02);
    loudness.gain.linearRampToValueAtTime(0, from + 0.18);
    tone.connect(loudness).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.2);
  });
}

/** @param {Element} button */
function attendSound(button) {
  /** @type {AudioContext | null} */
  let context = null;
  let wanted = false;
  try {
    wanted = localStorage.getItem(STORE) === 'on';
  } catch {
    /* storage forbidden: asked for at each load */
  }
  const draw = () => {
    const on = wanted && context?.state === 'running';
    button.setAttribute('data-sound', on ? 'on' : 'off');
    button.setAttribute('aria-pressed', String(Boolean(on)));
    const word = button.getAttribute(on ? 'data-on' : 'data-off');
    const holder =
      button.querySelector('[data-sound-word]') ?? (button.firstElementChild ? null : button);
    if (word && holder && holder.textContent !== word) holder.textContent = word;
  };
  const open = () => {
    if (!context) {
      context = new AudioContext();
      context.onstatechange = draw;
    }
    return context.resume();
  };
  button.addEventListener('click', async () => {
    const on = wanted && context?.state === 'running';
    wanted = !on;
    try {
      localStorage.setItem(STORE, wanted ? 'on' : 'off');
    } catch {
      /* holds for this page only */
    }
    if (wanted) {
      await open();
      if (context) beep(context, false);
    } else {
      await context?.suspend();
    }
    draw();
  });
  const known = new Set();
  const waiting = () => [...document.querySelectorAll('[data-unacknowledged]')];
  const idOf = (/** @type {Element} */ alert) => alert.getAttribute('data-unacknowledged') ?? '';
  fresh(known, waiting().map(idOf));
  document.body.addEventListener('htmx:afterSettle', () => {
    const alerts = waiting();
    const found = fresh(known, alerts.map(idOf));
    if (found.length === 0 || !wanted || context?.state !== 'running') return;
    const urgent = alerts.some(
      (alert) => found.includes(idOf(alert)) && alert.getAttribute('data-level') === 'danger',
    );
    beep(context, urgent);
  });
  // After the nightly reload the browser may let sound go on without a new click; the word tells.
  if (wanted) void open().then(draw, draw);
  draw();
}

function start() {
  if (document.documentElement.classList.contains('duty')) {
    scaleToWindow();
    reloadEachDay();
  }
  const button = document.querySelector('[data-sound]');
  if (button) attendSound(button);
}

if (typeof document !== 'undefined') start();
