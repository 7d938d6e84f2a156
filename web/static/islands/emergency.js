// @ts-check
// Keys of the emergency desk: F2 takes a call, F4 goes to the redirection, F6 to the experts, Space
// ticks the current step of the card, the arrows go through the cases. Every key has a button.
//
// Page: a[data-key="F2"], select[data-redirect], select[data-expert] with a[data-expert-call],
// button[data-tick], .em-list a; button[data-print] prints.

/**
 * @param {{key: string, ctrl: boolean, alt: boolean, inField: boolean, onControl: boolean}} press
 * @returns {'call' | 'redirect' | 'expert' | 'tick' | 'next' | 'previous' | null}
 */
export function meaning({ key, ctrl, alt, inField, onControl }) {
  if (ctrl || alt) return null;
  if (key === 'F2') return 'call';
  if (key === 'F4') return 'redirect';
  if (key === 'F6') return 'expert';
  if (inField) return null;
  // Space on a button presses that button.
  if (key === ' ') return onControl ? null : 'tick';
  if (key === 'ArrowDown') return 'next';
  if (key === 'ArrowUp') return 'previous';
  return null;
}

/** @param {string} selector @returns {boolean} whether something was there to take the focus */
function focus(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) return false;
  found.closest('details')?.setAttribute('open', '');
  found.focus();
  return true;
}

/** @param {number} step @returns {boolean} */
function walk(step) {
  const links = [...document.querySelectorAll('.em-list a')];
  const at = links.findIndex((link) => link.getAttribute('aria-current') === 'true');
  const next = links[at + step];
  if (!(next instanceof HTMLAnchorElement)) return false;
  location.assign(next.href);
  return true;
}

/** @param {string} what @returns {boolean} */
function act(what) {
  if (what === 'redirect') return focus('[data-redirect]');
  if (what === 'expert') return focus('[data-expert]');
  if (what === 'next') return walk(1);
  if (what === 'previous') return walk(-1);
  const target = document.querySelector(what === 'call' ? '[data-key="F2"]' : '[data-tick]');
  if (!(target instanceof HTMLElement)) return false;
  target.click();
  return true;
}

function start() {
  document.addEventListener('keydown', (event) => {
    const target = event.target instanceof HTMLElement ? event.target : null;
    const what = meaning({
      key: event.key,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
      inField: Boolean(target?.closest('input, textarea, select')),
      onControl: Boolean(target?.closest('button, a, summary')),
    });
    if (what && act(what)) event.preventDefault();
  });
  document.addEventListener('change', (event) => {
    const list = event.target instanceof HTMLSelectElement ? event.target : null;
    if (!list?.hasAttribute('data-expert')) return;
    document.querySelector('[data-expert-call]')?.setAttribute('href', `tel:${list.value}`);
  });
  for (const button of document.querySelectorAll('[data-print]'))
    button.addEventListener('click', () => window.print());
}

if (typeof document !== 'undefined') start();
