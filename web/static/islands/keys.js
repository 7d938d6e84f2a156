// @ts-check
// Keys of the desk. `/` goes to the search box, J and K walk a list, Enter opens (the browser does
// that, the row's link has the focus), Ctrl+Enter sends the form, Esc goes back. No key deletes.
// Single-letter keys sleep while a field has focus and can be switched off (localStorage
// baize-keys=off). Every keyed action has a link or a button too.
//
// Page: [data-keys="search"] or .bz-find input; [data-keys="list"] around tr or li rows whose first
// link (or [data-open]) is opened; <body data-back="/url">;
// [data-keys-switch data-on="…" data-off="…"].

const STORE = 'baize-keys';

/**
 * @param {{tag: string, type: string, editable: boolean}} at what has the focus
 * @returns {boolean} whether letters belong to it
 */
export function takesLetters({ tag, type, editable }) {
  if (editable || tag === 'TEXTAREA' || tag === 'SELECT') return true;
  return (
    tag === 'INPUT' && !['checkbox', 'radio', 'button', 'submit', 'reset', 'image'].includes(type)
  );
}

/**
 * What a key means here.
 * @param {{key: string, ctrl: boolean, alt: boolean, composing: boolean, inField: boolean,
 *   letters: boolean}} press
 * @returns {'search' | 'next' | 'previous' | 'send' | 'back' | 'leave' | null}
 */
export function meaning({ key, ctrl, alt, composing, inField, letters }) {
  // Enter and Esc inside an input method choose or drop characters.
  if (composing || alt) return null;
  if (key === 'Enter') return ctrl ? 'send' : null;
  if (key === 'Escape' && !ctrl) return inField ? 'leave' : 'back';
  if (ctrl || inField || !letters) return null;
  if (key === '/') return 'search';
  if (key === 'j' || key === 'J') return 'next';
  if (key === 'k' || key === 'K') return 'previous';
  return null;
}

/**
 * @param {number} at -1 when no row has the focus
 * @param {number} step
 * @param {number} count
 * @returns {number} -1 when there are no rows
 */
export function rowAfter(at, step, count) {
  if (count === 0) return -1;
  if (at < 0) return step > 0 ? 0 : count - 1;
  return Math.min(Math.max(at + step, 0), count - 1);
}

/** @param {Element} list @returns {HTMLElement[]} the link of each row */
function linksOf(list) {
  const rows = list.querySelectorAll('tbody > tr, :scope > li, :scope > tr, ol > li, ul > li');
  return /** @type {HTMLElement[]} */ (
    [...rows]
      .map((row) => row.querySelector('[data-open]') ?? row.querySelector('a[href], button'))
      .filter((link) => link instanceof HTMLElement)
  );
}

/** @param {number} step */
function walk(step) {
  const lists = [...document.querySelectorAll('[data-keys="list"]')];
  const list = lists.find((one) => one.contains(document.activeElement)) ?? lists[0];
  if (!list) return false;
  const links = linksOf(list);
  const at = links.findIndex((link) =>
    (link.closest('tr, li') ?? link).contains(document.activeElement),
  );
  const next = links[rowAfter(at, step, links.length)];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return Boolean(next);
}

/** @param {Element | null} field */
function send(field) {
  const form = field?.closest('form');
  if (!form || form.getAttribute('method')?.toLowerCase() === 'dialog') return false;
  const button = form.querySelector(
    'button[type="submit"]:not([disabled]), button:not([type]):not([disabled])',
  );
  form.requestSubmit(/** @type {HTMLElement | null} */ (button));
  return true;
}

function back() {
  const menu = document.querySelector('details.bz-menu[open], details.bz-user-menu[open]');
  if (menu) {
    menu.removeAttribute('open');
    menu.querySelector('summary')?.focus();
    return true;
  }
  const address = document.querySelector('[data-back]')?.getAttribute('data-back');
  if (!address || !address.startsWith('/') || address.startsWith('//')) return false;
  location.assign(address);
  return true;
}

function start() {
  let letters = true;
  try {
    letters = localStorage.getItem(STORE) !== 'off';
  } catch {
    /* storage forbidden: the keys stay on */
  }
  const drawSwitch = () => {
    for (const place of document.querySelectorAll('[data-keys-switch]')) {
      place.setAttribute('aria-pressed', String(letters));
      const word = place.getAttribute(letters ? 'data-on' : 'data-off');
      if (word) place.textContent = word;
    }
    document.documentElement.toggleAttribute('data-keys-off', !letters);
  };
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || !event.target.closest('[data-keys-switch]')) return;
    letters = !letters;
    try {
      localStorage.setItem(STORE, letters ? 'on' : 'off');
    } catch {
      /* holds for this page only */
    }
    drawSwitch();
  });
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return;
    const field = document.activeElement;
    const inField =
      field instanceof HTMLElement &&
      takesLetters({
        tag: field.tagName,
        type: field.getAttribute('type') ?? 'text',
        editable: field.isContentEditable,
      });
    const what = meaning({
      key: event.key,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
      composing: event.isComposing || event.keyCode === 229,
      inField,
      letters,
    });
    const box = /** @type {HTMLElement | null} */ (
      document.querySelector('[data-keys="search"], .bz-find input')
    );
    let done = false;
    if (what === 'search') {
      box?.focus();
      done = Boolean(box);
    } else if (what === 'next') done = walk(1);
    else if (what === 'previous') done = walk(-1);
    else if (what === 'send') done = send(field);
    else if (what === 'back') done = back();
    else if (what === 'leave' && field instanceof HTMLElement) {
      field.blur();
      done = true;
    }
    if (done) event.preventDefault();
  });
  // A refetched list drops the focused row; the same record gets the focus back.
  /** @type {string | null} */
  let opened = null;
  document.body.addEventListener('htmx:beforeSwap', () => {
    const held = document.activeElement?.closest('[data-keys="list"]');
    opened = held ? (document.activeElement?.getAttribute('href') ?? null) : null;
  });
  document.body.addEventListener('htmx:afterSwap', () => {
    if (!opened || document.activeElement !== document.body) return;
    const links = [...document.querySelectorAll('[data-keys="list"]')].flatMap(linksOf);
    links.find((link) => link.getAttribute('href') === opened)?.focus({ preventScroll: true });
  });
  drawSwitch();
}

if (typeof document !== 'undefined') start();
