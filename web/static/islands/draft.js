// @ts-check
// Keeps what was typed in this browser until the server has it. Passwords, files and what is
// marked data-private="no-store" are never kept. A form that cannot be sent waits for the network;
// its hidden request_key makes sending twice harmless.
//
// Page: <form data-draft="key" data-offline-text="…"> with the account in the key;
// [data-draft-state data-text="草稿 {time} 已存" data-restored-text="已恢复 {time} 的草稿"];
// [data-draft-clear] in the form throws the draft away; <meta name="draft-done" content="key …">
// when the server has it, content="*" on signing out.

/** @typedef {{time: string, sent: boolean, values: Record<string, string[]>}} Draft */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

const PREFIX = 'baize-draft:';
const REQUEST_KEY = 'request_key';
const SAVE_MS = 400;
const RETRY_MS = 10_000;
const NEVER = ['password', 'file', 'hidden', 'submit', 'button', 'image', 'reset'];

/**
 * @param {{name: string, type: string, noStore: boolean}} field
 * @returns {boolean}
 */
export function mayKeep({ name, type, noStore }) {
  return name !== '' && !noStore && !NEVER.includes(type);
}

/**
 * @param {{ms: number, offsetMin: number} | undefined} now
 * @returns {string} HH:MM of the city, empty when the page has no clock
 */
export function timeText(now) {
  return now ? new Date(now.ms + now.offsetMin * 60_000).toISOString().slice(11, 16) : '';
}

/**
 * Which drafts a page says are done.
 * @param {string} content
 * @param {string[]} kept keys of the drafts in this browser
 * @returns {string[]}
 */
export function doneKeys(content, kept) {
  const names = content.split(/\s+/).filter(Boolean);
  return names.includes('*') ? kept : kept.filter((key) => names.includes(key));
}

/** @param {HTMLFormElement} form @returns {Field[]} */
function fieldsOf(form) {
  return /** @type {Field[]} */ (
    [...form.elements].filter(
      (field) =>
        (field instanceof HTMLInputElement ||
          field instanceof HTMLSelectElement ||
          field instanceof HTMLTextAreaElement) &&
        mayKeep({
          name: field.name,
          type: field.type,
          noStore: Boolean(field.closest('[data-private="no-store"]')),
        }),
    )
  );
}

/** @param {Field} field */
const isTick = (field) =>
  field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio');

/** @param {HTMLFormElement} form @returns {Record<string, string[]>} */
function valuesOf(form) {
  /** @type {Record<string, string[]>} */
  const values = {};
  for (const field of fieldsOf(form)) {
    const list = (values[field.name] ??= []);
    if (isTick(field)) {
      if (/** @type {HTMLInputElement} */ (field).checked) list.push(field.value);
    } else {
      list.push(field.value);
    }
  }
  return values;
}

/** @param {Field} field @returns {boolean} nobody, neither person nor browser, has changed it */
function untouched(field) {
  if (field instanceof HTMLSelectElement) {
    const options = [...field.options];
    const given = options.findIndex((option) => option.defaultSelected);
    return field.selectedIndex === Math.max(given, 0);
  }
  if (isTick(field)) {
    const box = /** @type {HTMLInputElement} */ (field);
    return box.checked === box.defaultChecked;
  }
  return field.value === field.defaultValue;
}

/** @param {HTMLFormElement} form @param {Draft} draft @returns {Field[]} the fields that changed */
function restore(form, draft) {
  /** @type {Record<string, number>} */
  const seen = {};
  const changed = [];
  for (const field of fieldsOf(form)) {
    const list = draft.values[field.name];
    if (!list) continue;
    if (isTick(field)) {
      const box = /** @type {HTMLInputElement} */ (field);
      const wanted = list.includes(box.value);
      if (untouched(box) && box.checked !== wanted) {
        box.checked = wanted;
        changed.push(box);
      }
      continue;
    }
    const at = seen[field.name] ?? 0;
    seen[field.name] = at + 1;
    const wanted = list[at];
    if (wanted === undefined || wanted === '' || field.value === wanted || !untouched(field))
      continue;
    field.value = wanted;
    if (field.value === wanted) changed.push(field);
  }
  return changed;
}

/** @param {string} key @returns {Draft | null} */
function load(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(PREFIX + key) ?? 'null');
    return draft && typeof draft.values === 'object' && draft.values ? draft : null;
  } catch {
    return null;
  }
}

/** @param {string} key @param {Draft} draft @returns {boolean} */
function keep(key, draft) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(draft));
    return true;
  } catch {
    // Full or forbidden storage: the page then says nothing about a draft.
    return false;
  }
}

/** The page says what the server has; forms that stay on the page begin anew. */
function clearDone() {
  for (const meta of document.querySelectorAll('meta[name="draft-done"]')) {
    const kept = keptKeys();
    for (const key of doneKeys(meta.getAttribute('content') ?? '', kept))
      localStorage.removeItem(PREFIX + key);
    const forms = [...document.querySelectorAll('form[data-draft-attended]')];
    const keys = forms.map((form) => form.getAttribute('data-draft') ?? '');
    const done = doneKeys(meta.getAttribute('content') ?? '', keys);
    forms
      .filter((_, at) => done.includes(keys[at]))
      .forEach((form) => form.dispatchEvent(new Event('draft:done')));
    meta.remove();
  }
}

/** @returns {string[]} */
function keptKeys() {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => name.slice(PREFIX.length));
  } catch {
    return [];
  }
}

/** @param {string} key @param {string} text */
function say(key, text) {
  for (const place of document.querySelectorAll('[data-draft-state]')) {
    const meant = place.getAttribute('data-draft-state');
    if (!meant || meant === key) place.textContent = text;
  }
}

/** @param {string} attribute @param {string} time */
function sentence(attribute, time) {
  const place = document.querySelector(`[data-draft-state][${attribute}]`);
  return (place?.getAttribute(attribute) ?? '').replace('{time}', time).replace('  ', ' ');
}

/**
 * Any answer at all means that the server can be reached; this file is the cheapest to ask for.
 * @returns {Promise<boolean>}
 */
async function reachable() {
  if (navigator.onLine === false) return false;
  try {
    await fetch(import.meta.url, { method: 'HEAD', cache: 'no-store' });
    return true;
  } catch {
    return false;
  }
}

/** @param {HTMLFormElement} form */
function attend(form) {
  form.setAttribute('data-draft-attended', '');
  const key = form.getAttribute('data-draft') ?? '';
  const requestKey = /** @type {HTMLInputElement | null} */ (
    form.querySelector(`input[name="${REQUEST_KEY}"]`)
  );
  const byHtmx = form.matches('[hx-post], [hx-put], [data-hx-post], [data-hx-put]');
  // Read as an attribute: a field named "method" would hide the property.
  const posts = form.getAttribute('method')?.toLowerCase() === 'post';
  const now = () => timeText(/** @type {any} */ (globalThis).baizeNow?.());
  let dirty = false;
  let sent = false;
  let waiting = 0;
  /** @type {HTMLElement | null} */
  let pressed = null;
  let passing = false;

  const save = () => {
    window.clearTimeout(waiting);
    if (!form.isConnected || (!dirty && !sent)) return;
    const time = now();
    const values = valuesOf(form);
    // A form that was sent once keeps its key: the first sending may have arrived after all.
    if (sent && requestKey) values[REQUEST_KEY] = [requestKey.value];
    if (keep(key, { time, sent, values }) && !sent) say(key, sentence('data-text', time));
  };
  const edited = () => {
    dirty = true;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(save, SAVE_MS);
  };

  const draft = load(key);
  if (draft) {
    const changed = restore(form, draft);
    const [oldKey] = draft.values[REQUEST_KEY] ?? [];
    if (draft.sent && requestKey && oldKey) {
      requestKey.value = oldKey;
      sent = true;
    }
    if (changed.length > 0) {
      dirty = true;
      say(key, sentence('data-restored-text', draft.time));
      // One event, so that what hangs on the form (gate, hints) asks the server once.
      changed[changed.length - 1].dispatchEvent(new Event('change', { bubbles: true }));
    }
  }
  form.addEventListener('input', edited);
  form.addEventListener('change', edited);
  form.addEventListener('click', (event) => {
    if (!(/** @type {Element} */ (event.target).closest('[data-draft-clear]'))) return;
    window.clearTimeout(waiting);
    localStorage.removeItem(PREFIX + key);
    form.reset();
    dirty = false;
    say(key, '');
  });
  form.addEventListener('draft:done', () => {
    window.clearTimeout(waiting);
    dirty = false;
    sent = false;
    say(key, '');
  });
  window.addEventListener('pagehide', () => {
    if (dirty) save();
  });

  let retry = 0;
  const again = async () => {
    window.clearTimeout(retry);
    if (!form.isConnected) return;
    if (await reachable()) {
      passing = true;
      form.removeAttribute('data-waiting');
      form.requestSubmit(pressed);
    } else {
      retry = window.setTimeout(again, RETRY_MS);
    }
  };
  const wait = () => {
    say(key, form.getAttribute('data-offline-text') ?? '');
    form.setAttribute('data-waiting', '');
    window.clearTimeout(retry);
    retry = window.setTimeout(again, RETRY_MS);
    window.addEventListener('online', again, { once: true });
  };

  if (byHtmx) {
    form.addEventListener('htmx:beforeRequest', () => {
      sent = true;
      dirty = true;
      save();
    });
    for (const name of ['htmx:sendError', 'htmx:timeout']) form.addEventListener(name, wait);
    return;
  }
  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    if (!posts) return;
    sent = true;
    save();
    if (passing) return;
    // Native sending that fails leaves the page; so ask first whether anyone is there.
    event.preventDefault();
    pressed = event.submitter;
    void reachable().then((there) => {
      if (!there) return wait();
      passing = true;
      form.requestSubmit(pressed);
    });
  });
  window.addEventListener('pageshow', () => {
    passing = false;
  });
}

function start() {
  const attendAll = () => {
    clearDone();
    for (const form of document.querySelectorAll('form[data-draft]:not([data-draft-attended])')) {
      attend(/** @type {HTMLFormElement} */ (form));
    }
  };
  attendAll();
  document.body.addEventListener('htmx:afterSettle', attendAll);
}

if (typeof document !== 'undefined') start();
