// @ts-check
// Keys of the dispatcher's board: J and K go through the bookings, Enter sends the recommended
// vehicle, a digit another one (its reason is asked for), H hands to 120, N takes a call, Esc
// leaves a preview; `/` goes to the command line (keys.js). Every key has a link or a button.
// Dragging a booking onto a vehicle shows what would change.
//
// Page: a[data-row], [data-accept], details[data-digit], a[data-key="N"], a[data-key="H"],
// a[data-leave], [data-drag="booking"], [data-drop="shift"].

/**
 * @param {{key: string, ctrl: boolean, alt: boolean, composing: boolean, inField: boolean,
 *   onControl: boolean, letters: boolean}} press
 * @returns {'next' | 'previous' | 'accept' | 'to120' | 'call' | 'leave' | number | null}
 */
export function meaning({ key, ctrl, alt, composing, inField, onControl, letters }) {
  if (ctrl || alt || composing || inField) return null;
  // Enter on a link or a button belongs to it.
  if (key === 'Enter') return onControl ? null : 'accept';
  if (key === 'Escape') return 'leave';
  if (!letters) return null;
  if (/^[1-9]$/.test(key)) return Number(key);
  switch (key.toLowerCase()) {
    case 'j':
      return 'next';
    case 'k':
      return 'previous';
    case 'h':
      return 'to120';
    case 'n':
      return 'call';
    default:
      return null;
  }
}

/**
 * The address that shows what would change if a booking went to a shift.
 * @param {string} here @param {string} booking @param {string} shift
 * @returns {string}
 */
export function givenAddress(here, booking, shift) {
  const query = new URLSearchParams(here);
  for (const gone of ['done', 'vehicle', 'minutes', 'say']) query.delete(gone);
  query.set('booking', booking);
  query.set('ask', 'give');
  query.set('shift', shift);
  return `/transfer/board?${query}`;
}

/** @param {string} selector @returns {boolean} */
function click(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) return false;
  found.click();
  return true;
}

/** @param {number} step @returns {boolean} */
function walk(step) {
  const links = [...document.querySelectorAll('a[data-row]')];
  const at = links.findIndex((link) => link.getAttribute('aria-current') === 'true');
  const next = links[at < 0 ? 0 : at + step];
  if (!(next instanceof HTMLAnchorElement)) return false;
  next.click();
  return true;
}

/** @param {number} digit @returns {boolean} */
function choose(digit) {
  const other = document.querySelector(`details[data-digit="${digit}"]`);
  if (!(other instanceof HTMLDetailsElement)) return digit === 1 && click('button[data-accept]');
  other.open = true;
  const reason = other.querySelector('input[name="reason"]');
  if (reason instanceof HTMLElement) reason.focus();
  return true;
}

/** @param {ReturnType<typeof meaning>} what @returns {boolean} */
function act(what) {
  if (typeof what === 'number') return choose(what);
  if (what === 'next') return walk(1);
  if (what === 'previous') return walk(-1);
  if (what === 'accept') return click('button[data-accept]');
  if (what === 'to120') return click('a[data-key="H"]');
  if (what === 'call') return click('a[data-key="N"]');
  if (what === 'leave') return click('a[data-leave]');
  return false;
}

function drag() {
  let booking = '';
  document.addEventListener('dragstart', (event) => {
    const from = event.target instanceof Element ? event.target.closest('[data-drag]') : null;
    booking = from?.getAttribute('data-drag') ?? '';
    event.dataTransfer?.setData('text/plain', booking);
  });
  /** @param {Event} event */
  const lane = (event) =>
    event.target instanceof Element ? event.target.closest('[data-drop]') : null;
  document.addEventListener('dragover', (event) => {
    const over = lane(event);
    for (const other of document.querySelectorAll('[data-drop].over'))
      other.classList.toggle('over', other === over);
    if (!over || !booking) return;
    over.classList.add('over');
    event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    const shift = lane(event)?.getAttribute('data-drop');
    if (!shift || !booking) return;
    event.preventDefault();
    location.assign(givenAddress(location.search, booking, shift));
  });
}

function start() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    const what = meaning({
      key: event.key,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
      composing: event.isComposing,
      inField: Boolean(target?.closest('input, textarea, select')),
      onControl: Boolean(target?.closest('button, a, summary')),
      letters: !document.documentElement.hasAttribute('data-keys-off'),
    });
    if (what !== null && act(what)) event.preventDefault();
  });
  // What somebody is typing is not swapped away under their hands.
  document.body.addEventListener('htmx:oobBeforeSwap', (event) => {
    const detail = /** @type {CustomEvent} */ (event).detail;
    const target = detail.target;
    const field = document.activeElement;
    const open = target instanceof Element && target.querySelector('details[open]');
    const typing = field instanceof HTMLElement && field.matches('input, select, textarea');
    if (target instanceof Element && ((typing && target.contains(field)) || open))
      detail.shouldSwap = false;
  });
  document.querySelector('tr.on')?.scrollIntoView({ block: 'nearest' });
  document.querySelector('.db-name.on')?.scrollIntoView({ block: 'nearest' });
  const preview = document.querySelector('#db-preview-title');
  if (preview instanceof HTMLElement) preview.focus();
  drag();
}

if (typeof document !== 'undefined') start();
