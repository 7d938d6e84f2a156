// @ts-check
// The call-taker's keys. Enter goes to the next field, Y and F answer the question that has the
// focus and go on to the next, 1 to 3 choose a time, F9 books, F12 hands over to 120, Esc keeps the
// draft and goes back. Everything keyed has a button too. The draft itself lies on the server: the
// form posts itself after each pause, and once more before the page is left.
//
// Page: form#tc[data-back] with [data-f="F9"] and [data-f="F12"], .bz-q around radios yes and no,
// radios named slot, and a drawing [data-small-map] whose clicks fill the hidden points of an end.

// Islands import nothing from each other: every address carries the hash of its own content.

/** Whether letters typed here belong to the element that has the focus. @param {HTMLElement} at */
const writes = (at) =>
  at.isContentEditable ||
  at.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=button])');

/**
 * What a key means on this screen.
 * @param {{key: string, modified: boolean, composing: boolean, letters: boolean, question: boolean}} press
 *   `letters`: the focus is in a field that takes letters; `question`: it is on a question
 * @returns {'yes' | 'no' | 'book' | '120' | 'leave' | 'next' | '1' | '2' | '3' | null}
 */
export function meaning({ key, modified, composing, letters, question }) {
  if (composing || modified) return null;
  if (key === 'F9') return 'book';
  if (key === 'F12') return '120';
  if (key === 'Escape') return 'leave';
  if (key === 'Enter') return 'next';
  if (letters) return null;
  if (question && (key === 'y' || key === 'Y')) return 'yes';
  if (question && (key === 'f' || key === 'F')) return 'no';
  if (key === '1' || key === '2' || key === '3') return key;
  return null;
}

/**
 * Where a click on the drawing lies.
 * @param {{x: number, y: number, width: number, height: number}} at
 * @param {{north: number, south: number, west: number, east: number}} box
 * @returns {{lat: string, lng: string}}
 */
export function pointAt({ x, y, width, height }, { north, south, west, east }) {
  const lat = north - ((north - south) * y) / height;
  const lng = west + ((east - west) * x) / width;
  return { lat: lat.toFixed(5), lng: lng.toFixed(5) };
}

/** @param {HTMLElement} at */
function nextAfter(at) {
  const form = at.closest('form');
  const all = [...(form?.querySelectorAll('input, select, textarea, button') ?? [])].filter(
    (one) =>
      one instanceof HTMLElement &&
      one.offsetParent !== null &&
      !(one instanceof HTMLInputElement && one.type === 'hidden'),
  );
  /** @type {HTMLElement[]} */
  const fields = /** @type {HTMLElement[]} */ (all);
  // A group of radios is one stop.
  const name = at instanceof HTMLInputElement && at.type === 'radio' ? at.name : '';
  for (const one of fields.slice(fields.indexOf(at) + 1)) {
    if (one instanceof HTMLInputElement && one.type === 'radio') {
      if (one.name === name) continue;
      const group = [...fields].filter(
        (other) => other instanceof HTMLInputElement && other.name === one.name,
      );
      return (
        group.find((other) => other instanceof HTMLInputElement && other.checked) ?? one
      );
    }
    return one;
  }
  return at;
}

/** @param {HTMLElement} row @param {string} value */
function answer(row, value) {
  const radio = row.querySelector(`input[value="${value}"]`);
  if (!(radio instanceof HTMLInputElement)) return;
  radio.checked = true;
  radio.focus();
  radio.dispatchEvent(new Event('change', { bubbles: true }));
  const to = nextAfter(radio);
  to.focus();
}

/** @param {HTMLFormElement} form */
function keep(form) {
  const gate = form.getAttribute('hx-post');
  if (!gate) return Promise.resolve();
  const body = new URLSearchParams();
  for (const [key, value] of new FormData(form)) body.append(key, String(value));
  // It outlives the page that sends it.
  return fetch(gate, { method: 'POST', body, keepalive: true }).then(
    () => {},
    () => {},
  );
}

/** @param {HTMLFormElement} form @param {string} key */
function press(form, key) {
  const button = form.querySelector(`[data-f="${key}"]`);
  if (button instanceof HTMLButtonElement) form.requestSubmit(button);
}

/** @param {HTMLFormElement} form */
function listen(form) {
  let leaving = false;
  form.addEventListener('submit', () => {
    leaving = true;
  });
  document.addEventListener(
    'keydown',
    (event) => {
      const at = document.activeElement instanceof HTMLElement ? document.activeElement : form;
      const row = at.closest('.bz-q');
      const does = meaning({
        key: event.key,
        modified: event.ctrlKey || event.altKey || event.metaKey,
        composing: event.isComposing,
        letters: writes(at),
        question: row !== null && at.tagName === 'INPUT',
      });
      if (does === null) return;
      if (does === 'next') {
        // A button is pressed by Enter, a text grows by it.
        if (at.tagName === 'BUTTON' || at.tagName === 'TEXTAREA' || at.tagName === 'A') return;
        if (at.tagName === 'SUMMARY' || !form.contains(at)) return;
        event.preventDefault();
        nextAfter(at).focus();
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      if (does === 'book') press(form, 'F9');
      else if (does === '120') press(form, 'F12');
      else if (does === 'leave') {
        leaving = true;
        keep(form).then(() => window.location.assign(form.dataset.back ?? '/'));
      } else if (does === 'yes' || does === 'no') {
        if (row instanceof HTMLElement) answer(row, does);
      } else {
        const slot = form.querySelector(`#slot-${does}`);
        if (slot instanceof HTMLInputElement) {
          slot.checked = true;
          slot.dispatchEvent(new Event('change', { bubbles: true }));
        }
      }
    },
    true,
  );
  window.addEventListener('pagehide', () => {
    if (!leaving) keep(form);
  });
  // Whoever types another place means another point than the one on the map.
  for (const name of ['from', 'to']) {
    form.querySelector(`[name="${name}"]`)?.addEventListener('input', () => {
      for (const axis of ['lat', 'lng']) {
        const hidden = form.querySelector(`[name="${name}_${axis}"]`);
        if (hidden instanceof HTMLInputElement) hidden.value = '';
      }
      form.querySelector(`[data-pin="${name}"]`)?.setAttribute('hidden', '');
    });
  }
}

/** @param {SVGSVGElement} map */
function clicks(map) {
  map.addEventListener('click', (event) => {
    const form = map.closest('form');
    const end = form?.querySelector('[name="map_end"]:checked');
    if (!form || !(end instanceof HTMLInputElement)) return;
    const box = map.getBoundingClientRect();
    const edge = (/** @type {string} */ name) => Number(map.getAttribute(`data-${name}`));
    const at = pointAt(
      {
        x: event.clientX - box.left,
        y: event.clientY - box.top,
        width: box.width,
        height: box.height,
      },
      { north: edge('north'), south: edge('south'), west: edge('west'), east: edge('east') },
    );
    for (const [axis, value] of Object.entries(at)) {
      const hidden = form.querySelector(`[name="${end.value}_${axis}"]`);
      if (hidden instanceof HTMLInputElement) hidden.value = value;
    }
    const pin = map.querySelector(`[data-pin="${end.value}"]`);
    const x = ((event.clientX - box.left) / box.width) * 560;
    const y = ((event.clientY - box.top) / box.height) * 400;
    pin?.setAttribute('transform', `translate(${x} ${y})`);
    pin?.removeAttribute('hidden');
    const typed = form.querySelector(`[name="${end.value}"]`);
    if (typed instanceof HTMLInputElement && typed.value === '') typed.value = map.dataset.place ?? '';
    form.dispatchEvent(new Event('change', { bubbles: true }));
  });
}

if (typeof document !== 'undefined') {
  const form = document.querySelector('form#tc');
  if (form instanceof HTMLFormElement) {
    listen(form);
    form.dataset.keysReady = '';
  }
  const map = document.querySelector('[data-small-map]');
  if (map instanceof SVGSVGElement) clicks(map);
}
