// @ts-check
// What every signed-in page needs around htmx: the CSRF header, focus after a swap, errors in
// place, and the few small things that markup alone cannot do. Keys are in keys.js, the live feed
// in live.js.
//
// Page: <meta name="csrf" content="…">; [data-request-error data-text="…" data-offline-text="…"]
// shows a failed request; [data-focus] marks what to focus in a swapped part when it is not the
// first heading; [data-print] prints; [data-check-all] in a table's head selects its rows, with
// [data-selected data-text="已选 {n} 家"] and [data-with-selection] in the same [data-selection].

/** @typedef {{requestConfig?: {triggeringEvent?: Event}, target?: Element}} Info */

/**
 * Only a click, a key or a sent form moves the focus; live refreshes, page loads and typing do not.
 * @param {{type: string, isTrusted: boolean} | null | undefined} event
 * @returns {boolean}
 */
export function fromPerson(event) {
  return Boolean(
    event && event.isTrusted && ['click', 'submit', 'keydown', 'keyup'].includes(event.type),
  );
}

/**
 * What a form refused for its content looks like is a page fragment like any other.
 * @param {number} status
 * @returns {boolean}
 */
export function answersWithFragment(status) {
  return status === 409 || status === 422;
}

/** @param {Event} event @returns {any} */
const detail = (event) => /** @type {CustomEvent} */ (event).detail;

/** @param {Element} part */
function focusIn(part) {
  const place =
    part.querySelector('[role="alert"], [aria-invalid="true"]') ??
    (part.matches('[data-focus], h1, h2, h3')
      ? part
      : part.querySelector('[data-focus], h1, h2, h3'));
  if (!(place instanceof HTMLElement)) return;
  if (!place.matches('a[href], button, input, select, textarea, [tabindex]')) place.tabIndex = -1;
  place.focus();
}

/** @param {string} name attribute that holds the sentence, empty to clear */
function sayError(name) {
  for (const place of document.querySelectorAll('[data-request-error]')) {
    const text = name ? (place.getAttribute(name) ?? place.getAttribute('data-text') ?? '') : '';
    if (place.textContent !== text) place.textContent = text;
  }
}

/** @param {Element} selection the pane that holds table and actions */
function drawSelection(selection) {
  const rows = /** @type {HTMLInputElement[]} */ ([
    ...selection.querySelectorAll('tbody input[type="checkbox"]'),
  ]);
  const chosen = rows.filter((row) => row.checked).length;
  rows.forEach((row) => row.closest('tr')?.classList.toggle('on', row.checked));
  const all = selection.querySelector('[data-check-all]');
  if (all instanceof HTMLInputElement) {
    all.checked = chosen > 0 && chosen === rows.length;
    all.indeterminate = chosen > 0 && chosen < rows.length;
  }
  for (const place of selection.querySelectorAll('[data-selected]')) {
    place.textContent = chosen
      ? (place.getAttribute('data-text') ?? '{n}').replace('{n}', String(chosen))
      : '';
  }
  for (const place of selection.querySelectorAll('[data-with-selection]')) {
    place.toggleAttribute('hidden', chosen === 0);
  }
}

function start() {
  const body = document.body;
  body.addEventListener('htmx:configRequest', (event) => {
    const token = document.querySelector('meta[name="csrf"]')?.getAttribute('content');
    if (token) detail(event).headers['x-csrf-token'] = token;
  });
  body.addEventListener('htmx:beforeSwap', (event) => {
    const answer = detail(event);
    if (answersWithFragment(answer.xhr.status)) {
      answer.shouldSwap = true;
      answer.isError = false;
    } else if (answer.xhr.status === 401) {
      // The session is over: the page itself leads to the sign-in and back.
      location.reload();
    }
  });
  body.addEventListener('htmx:afterSettle', (event) => {
    /** @type {Info} */
    const info = detail(event);
    if (!fromPerson(info.requestConfig?.triggeringEvent)) return;
    sayError('');
    // With outerHTML the old target is gone; the new one carries its id.
    const part = info.target?.isConnected
      ? info.target
      : document.getElementById(info.target?.id ?? '');
    if (part) focusIn(part);
  });
  body.addEventListener('htmx:responseError', (event) => {
    if (fromPerson(detail(event).requestConfig?.triggeringEvent)) sayError('data-text');
  });
  for (const name of ['htmx:sendError', 'htmx:timeout']) {
    body.addEventListener(name, (event) => {
      if (fromPerson(detail(event).requestConfig?.triggeringEvent)) sayError('data-offline-text');
    });
  }
  body.addEventListener('click', (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest('[data-print]')) window.print();
    // A menu closes when something else is clicked.
    for (const menu of document.querySelectorAll(
      'details.bz-menu[open], details.bz-user-menu[open]',
    )) {
      if (!menu.contains(target)) menu.removeAttribute('open');
    }
  });
  body.addEventListener('change', (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.type !== 'checkbox') return;
    const selection = box.closest('[data-selection]');
    if (!selection || !box.closest('table')) return;
    if (box.hasAttribute('data-check-all')) {
      for (const row of selection.querySelectorAll('tbody input[type="checkbox"]')) {
        /** @type {HTMLInputElement} */ (row).checked = box.checked;
      }
    }
    drawSelection(selection);
  });
  document.querySelectorAll('[data-selection]').forEach(drawSelection);
  body.addEventListener('htmx:afterSettle', () => {
    document.querySelectorAll('[data-selection]').forEach(drawSelection);
  });
}

if (typeof document !== 'undefined') start();
