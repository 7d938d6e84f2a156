// @ts-check
// A self-inspection sheet: what is asked follows from what was answered, and answers survive a cut
// network. They are kept in this browser with the moment they were given and sent when the network
// is back; the server keeps whichever answer is the newer one.
//
// Page: <form data-sheet="campaign/unit/place" data-waiting="…"> with radios a_<item>, notes
// n_<item>; [data-item], [data-when-item], [data-when-is]; [data-sheet-state] says what waits.

/** @typedef {{answers: Record<string, string>, at: number}} Draft */

/**
 * Whether an item is asked, given the answers so far.
 * @param {string | null} item the item it waits for
 * @param {string | null} is
 * @param {Record<string, string>} answers
 * @returns {boolean}
 */
export function isAsked(item, is, answers) {
  return !item || answers[`a_${item}`] === is;
}

/**
 * A draft as text; null for what cannot be one.
 * @param {string | null} text
 * @returns {Draft | null}
 */
export function readDraft(text) {
  if (!text) return null;
  try {
    const draft = JSON.parse(text);
    if (typeof draft?.at !== 'number' || typeof draft.answers !== 'object') return null;
    return draft;
  } catch {
    return null;
  }
}

/** @param {HTMLFormElement} form @returns {Record<string, string>} */
function answersOf(form) {
  /** @type {Record<string, string>} */
  const answers = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && /^[an]_/.test(name) && value) answers[name] = value;
  }
  return answers;
}

/** @param {HTMLFormElement} form @param {Record<string, string>} answers */
function fill(form, answers) {
  for (const [name, value] of Object.entries(answers)) {
    const fields = form.elements.namedItem(name);
    if (fields instanceof RadioNodeList) fields.value = value;
    else if (fields instanceof HTMLTextAreaElement) fields.value = value;
  }
}

/** @param {HTMLFormElement} form */
function watch(form) {
  const key = `sheet:${form.dataset.sheet}`;
  const state = form.querySelector('[data-sheet-state]');
  const at = /** @type {HTMLInputElement} */ (form.elements.namedItem('at'));
  /** The city's time, never the computer's; clock.js keeps it. */
  const now = () => Math.round(/** @type {any} */ (globalThis).baizeNow().ms);
  const say = (/** @type {string} */ text) => {
    if (state) state.textContent = text;
  };
  const show = () => {
    const answers = answersOf(form);
    for (const item of form.querySelectorAll('[data-when-item]')) {
      const { whenItem, whenIs } = /** @type {HTMLElement} */ (item).dataset;
      item.toggleAttribute('hidden', !isAsked(whenItem ?? null, whenIs ?? null, answers));
    }
  };
  const draft = readDraft(localStorage.getItem(key));
  if (draft) {
    fill(form, draft.answers);
    at.value = String(draft.at);
    say(form.dataset.waiting ?? '');
  }
  show();
  form.addEventListener('change', () => {
    at.value = String(now());
    localStorage.setItem(key, JSON.stringify({ answers: answersOf(form), at: now() }));
    show();
  });
  form.addEventListener('submit', (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    say(form.dataset.waiting ?? '');
  });
  window.addEventListener('online', () => {
    if (!localStorage.getItem(key)) return;
    const keep = form.querySelector('button[value="keep"]');
    if (keep instanceof HTMLButtonElement) form.requestSubmit(keep);
  });
  // A page that the server drew after keeping the answers has them: the draft is done.
  if (new URLSearchParams(location.search).get('done')) {
    localStorage.removeItem(key);
    say('');
  }
}

if (typeof document !== 'undefined') {
  for (const form of document.querySelectorAll('form[data-sheet]')) {
    if (form instanceof HTMLFormElement) watch(form);
  }
}
