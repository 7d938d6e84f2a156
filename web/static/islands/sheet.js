// @ts-check
// Self-inspection. What is asked follows from what was answered, and answers survive a cut network:
// each is kept in this browser with the moment it was given and sent when the network is there. The
// server keeps whichever answer is the newer one and says whose answer stands, so that two people
// who fill in one sheet both see it. Photos go up one by one, and wait in the open page.
//
// Page: <form data-sheet="campaign/unit/place" data-account="…"> with, for each [data-item], radios
// a_<item> and x_<item>, texts n_<item> and m_<item>, a day u_<item>, a file input [data-photo],
// and [data-stands], [data-files], [data-file-state]; sentences in data attributes of the form.
// The list of a unit's sheets has [data-sheets-waiting data-account="…"] and sends what waits.

/** @typedef {{answer: string, note: string, fix: string, measure: string, due: string}} Values */
/** @typedef {Values & {at: number, refused?: string}} Edit an answer that is not yet sent */
/** @typedef {Record<string, Edit>} Queue by item */
/** @typedef {Values & {item: string, at: number, by: string, mine: boolean}} Stands */
/** @typedef {{standing: Stands[], progress: string, submitted: boolean, locked: boolean}} Told */
/** @typedef {{item: string, edit: Edit}} Entry */
/** @typedef {{stands: Stands, edit: Edit}} Beaten an answer of ours that came too late */
/** @typedef {{href: string, image: boolean, word: string}} FileShown */
/** @typedef {'offline' | 'sign_in' | {title: string, status: number}} Failed */

const PREFIX = 'baize-sheet:';
/** A request stays small, so that it passes over a bad network. */
const BATCH = 20;
const TYPED_MS = 700;
const RETRY_MS = 5_000;
const LOOK_MS = 15_000;
/** A page that nobody touches must not keep its session alive. */
const TOUCHED_MS = 10 * 60_000;

/**
 * Whether an item is asked, given the answers so far.
 * @param {string | null} item the item it waits for
 * @param {string | null} is
 * @param {Record<string, string>} answers
 * @returns {boolean}
 */
export function isAsked(item, is, answers) {
  return !item || answers[item] === is;
}

/**
 * A queue as text; an empty one for what cannot be one.
 * @param {string | null} text
 * @returns {Queue}
 */
export function readQueue(text) {
  /** @type {Queue} */
  const queue = {};
  try {
    for (const [item, edit] of Object.entries(JSON.parse(text ?? '{}') ?? {})) {
      const { answer, note, fix, measure, due, at } = /** @type {Edit} */ (edit);
      const texts = [answer, note, fix, measure, due].every((one) => typeof one === 'string');
      if (texts && Number.isFinite(at)) queue[item] = /** @type {Edit} */ (edit);
    }
  } catch {
    return {};
  }
  return queue;
}

/**
 * What can be sent now, oldest first: whatever has an answer and was not refused as it is.
 * @param {Queue} queue
 * @param {number} most
 * @returns {Entry[]}
 */
export function ready(queue, most) {
  return Object.entries(queue)
    .filter(([, edit]) => edit.answer && !edit.refused)
    .map(([item, edit]) => ({ item, edit }))
    .sort((a, b) => a.edit.at - b.edit.at)
    .slice(0, most);
}

/**
 * The queue after the server took what was sent, and the answers of others that are newer.
 * What was changed again meanwhile stays.
 * @param {Queue} queue
 * @param {Entry[]} sent
 * @param {Stands[]} standing
 * @returns {{queue: Queue, newer: Beaten[]}}
 */
export function settled(queue, sent, standing) {
  const left = { ...queue };
  /** @type {Beaten[]} */
  const newer = [];
  for (const { item, edit } of sent) {
    if (left[item]?.at === edit.at) delete left[item];
    const stands = standing.find((one) => one.item === item);
    const other = stands && (stands.answer !== edit.answer || stands.note !== edit.note.trim());
    if (stands && other && stands.at > edit.at) newer.push({ stands, edit });
  }
  return { queue: left, newer };
}

/** The city's time, never the computer's. */
function cityNow() {
  const now = /** @type {{baizeNow?: () => {ms: number} | undefined}} */ (globalThis).baizeNow?.();
  const drawn = document.querySelector('meta[name="city-clock"]')?.getAttribute('content');
  return Math.round(now?.ms ?? Number((drawn ?? '0').split(';')[0]));
}

/** @param {string} sheet "campaign/unit/place" @param {string} what */
function address(sheet, what) {
  const [id = '', , place = ''] = sheet.split('/');
  return `/campaigns/${id}/sheets/${place}/${what}`;
}

const csrf = () => document.querySelector('meta[name="csrf"]')?.getAttribute('content') ?? '';

/**
 * @param {string} url
 * @param {RequestInit} init
 * @returns {Promise<{told: any} | {failed: Failed}>}
 */
async function ask(url, init) {
  try {
    const answer = await fetch(url, { method: 'POST', redirect: 'manual', ...init });
    if (answer.type === 'opaqueredirect') return { failed: 'sign_in' };
    const body = await answer.json().catch(() => ({}));
    if (answer.ok) return { told: body };
    if (answer.status === 403 || answer.status === 401) return { failed: 'sign_in' };
    return { failed: { title: String(body.title ?? answer.status), status: answer.status } };
  } catch {
    return { failed: 'offline' };
  }
}

/**
 * @param {string} sheet
 * @param {Entry[]} entries
 * @returns {Promise<{told: Told} | {failed: Failed}>}
 */
function sendAnswers(sheet, entries) {
  const edits = entries.map(({ item, edit }) => {
    const { answer, note, fix, measure, due, at } = edit;
    return { item, answer, note, fix, measure, due, at };
  });
  const institution = sheet.split('/')[1] ?? '';
  const body = JSON.stringify({ csrf: csrf(), institution, edits });
  const headers = { 'Content-Type': 'application/json' };
  return ask(address(sheet, 'answers'), { body, headers });
}

/** @param {HTMLFormElement} form @param {string} name @param {string} value */
function put(form, name, value) {
  const field = form.elements.namedItem(name);
  if (field instanceof RadioNodeList) {
    for (const one of field) {
      if (one instanceof HTMLInputElement) one.checked = one.value === value;
    }
  } else if (field instanceof HTMLInputElement && field.type === 'radio') {
    field.checked = field.value === value;
  } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
    field.value = value;
  }
}

/** @param {HTMLFormElement} form @param {string} item @returns {Values} */
function valuesOf(form, item) {
  const data = new FormData(form);
  const get = (/** @type {string} */ mark) => String(data.get(`${mark}_${item}`) ?? '');
  return { answer: get('a'), note: get('n'), fix: get('x'), measure: get('m'), due: get('u') };
}

class Sheet {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.sheet = form.dataset.sheet ?? '';
    this.key = `${PREFIX}${form.dataset.account}:${this.sheet}`;
    this.queue = readQueue(localStorage.getItem(this.key));
    /** @type {{item: string, file: File}[]} photos that wait for the network */
    this.photos = [];
    this.sending = false;
    this.uploading = false;
    this.most = BATCH;
    this.through = false;
    this.touchedAt = performance.now();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  begin() {
    for (const [item, edit] of Object.entries(this.queue)) {
      // What was refused gets another chance: the page was loaded again.
      delete edit.refused;
      this.fill(item, edit);
    }
    this.show();
    this.form.addEventListener('input', (event) => this.changed(event, TYPED_MS));
    this.form.addEventListener('change', (event) => this.changed(event, 0));
    this.form.addEventListener('submit', (event) => void this.submit(event));
    window.addEventListener('online', () => this.soon(0));
    window.addEventListener('offline', () => this.say());
    document.body.addEventListener('live:campaign', () => this.soon(0));
    document.addEventListener('visibilitychange', () => this.soon(0));
    window.addEventListener('beforeunload', (event) => {
      if (this.photos.length > 0) event.preventDefault();
    });
    setInterval(() => {
      const touched = performance.now() - this.touchedAt < TOUCHED_MS;
      if (touched && document.visibilityState === 'visible') this.soon(0);
    }, LOOK_MS);
    for (const kind of ['pointerdown', 'keydown']) {
      document.addEventListener(kind, () => (this.touchedAt = performance.now()));
    }
    this.soon(0);
  }

  /** @param {string} item @returns {HTMLElement | null} */
  cell(item) {
    return this.form.querySelector(`[data-item="${CSS.escape(item)}"]`);
  }

  /** @param {string} item @param {Values} values */
  fill(item, values) {
    for (const [mark, value] of [
      ['a', values.answer],
      ['n', values.note],
      ['x', values.fix],
      ['m', values.measure],
      ['u', values.due],
    ]) {
      put(this.form, `${mark}_${item}`, value ?? '');
    }
  }

  /** @param {string} name of a sentence @param {Record<string, string>} values */
  words(name, values = {}) {
    const text = this.form.dataset[name] ?? '';
    return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '');
  }

  /** Asks what the answers so far call for. */
  show() {
    /** @type {Record<string, string>} */
    const answers = {};
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === 'string' && name.startsWith('a_')) answers[name.slice(2)] = value;
    }
    for (const cell of this.form.querySelectorAll('[data-when-item]')) {
      const { whenItem, whenIs } = /** @type {HTMLElement} */ (cell).dataset;
      cell.toggleAttribute('hidden', !isAsked(whenItem ?? null, whenIs ?? null, answers));
    }
  }

  keep() {
    if (Object.keys(this.queue).length === 0) localStorage.removeItem(this.key);
    else localStorage.setItem(this.key, JSON.stringify(this.queue));
  }

  /** @param {Event} event @param {number} later */
  changed(event, later) {
    const field = event.target;
    if (!(field instanceof HTMLElement)) return;
    const item = /** @type {HTMLElement | null} */ (field.closest('[data-item]'))?.dataset.item;
    if (!item) return;
    if (field instanceof HTMLInputElement && field.type === 'file') {
      if (event.type === 'change') this.take(item, field);
      return;
    }
    this.queue[item] = { ...valuesOf(this.form, item), at: cityNow() };
    this.keep();
    this.show();
    this.say();
    this.soon(later);
  }

  /** @param {number} later */
  soon(later) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(), later);
  }

  /** @param {Failed} [failed] */
  say(failed) {
    const state = this.form.querySelector('[data-sheet-state]');
    if (!state) return;
    const waiting = Object.keys(this.queue).length;
    const parts = [];
    if (failed === 'sign_in') parts.push(this.words('signIn'));
    else if (failed === 'offline' || !navigator.onLine) parts.push(this.words('offline'));
    else if (failed) parts.push(failed.title);
    if (waiting > 0) parts.push(this.words('waiting', { n: String(waiting) }));
    else if (parts.length === 0) parts.push(this.words('sent'));
    state.textContent = parts.join('·');
  }

  /**
   * Sends what waits, and looks what others have answered.
   * @returns {Promise<'sent' | 'again' | 'stopped'>}
   */
  async send() {
    if (this.sending) return 'again';
    this.sending = true;
    const entries = ready(this.queue, this.most);
    const answer = await sendAnswers(this.sheet, entries);
    this.sending = false;
    if ('failed' in answer) return this.failed(answer.failed, entries);
    this.most = BATCH;
    const after = settled(this.queue, entries, answer.told.standing);
    this.queue = after.queue;
    this.keep();
    this.adopt(answer.told, after.newer);
    this.say();
    if (ready(this.queue, 1).length > 0) this.soon(0);
    void this.upload();
    return 'sent';
  }

  /** @param {Failed} failed @param {Entry[]} entries @returns {'again' | 'stopped'} */
  failed(failed, entries) {
    const [first] = entries;
    if (typeof failed === 'object' && failed.status === 422 && first) {
      // One answer that cannot be kept must not hold up the others.
      if (entries.length > 1) this.most = 1;
      else this.refuse(first, failed.title);
      this.soon(0);
      return 'again';
    }
    if (failed !== 'sign_in') this.soon(RETRY_MS);
    this.say(failed);
    return 'stopped';
  }

  /** @param {Entry} entry @param {string} title */
  refuse({ item, edit }, title) {
    const kept = this.queue[item];
    if (kept?.at === edit.at) kept.refused = title;
    this.keep();
    this.note(item, `${this.words('refused')}: ${title}`, true);
  }

  /** @param {string} item @param {string} text @param {boolean} fresh */
  note(item, text, fresh) {
    const place = this.cell(item)?.querySelector('[data-stands]');
    if (!place) return;
    place.textContent = text;
    place.classList.toggle('is-new', fresh);
  }

  /**
   * Takes over what stands, except where this person is just answering.
   * @param {Told} told
   * @param {Beaten[]} newer
   */
  adopt(told, newer) {
    for (const stands of told.standing) {
      const cell = this.cell(stands.item);
      if (!cell || this.queue[stands.item]) continue;
      const fresh = Number(cell.dataset.at ?? 0) < stands.at;
      if (!fresh) continue;
      cell.dataset.at = String(stands.at);
      if (cell.contains(document.activeElement) && stands.mine) {
        this.note(stands.item, stands.by, false);
        continue;
      }
      this.fill(stands.item, stands);
      const beaten = newer.find((one) => one.stands === stands);
      const { note = '', measure = '' } = beaten?.edit ?? {};
      // What was typed in vain is still there to be read and copied.
      const values = { by: stands.by, note: [note, measure].filter(Boolean).join('；') };
      const text = beaten ? 'newer' : 'stands';
      const line = stands.mine ? stands.by : this.words(text, values);
      this.note(stands.item, line, !stands.mine);
    }
    const progress = document.querySelector('[data-sheet-progress]');
    if (progress) progress.textContent = told.progress;
    if (!told.submitted) document.querySelector('[data-sheet-in]')?.remove();
    this.show();
  }

  /** @param {string} item @param {string} text */
  fileState(item, text) {
    const place = this.cell(item)?.querySelector('[data-file-state]');
    if (place) place.textContent = text;
  }

  /** @param {string} item @param {HTMLInputElement} input */
  take(item, input) {
    for (const file of input.files ?? []) {
      const most = file.type === 'application/pdf' ? 'documentMax' : 'photoMax';
      if (file.size > Number(this.form.dataset[most])) {
        this.fileState(item, this.words('tooLarge'));
        continue;
      }
      this.photos.push({ item, file });
    }
    // It goes up by itself; the form must not send it once more.
    input.value = '';
    void this.upload();
  }

  async upload() {
    const [next] = this.photos;
    if (!next || this.uploading) return;
    this.uploading = true;
    this.fileState(next.item, this.words('sending'));
    const body = new FormData();
    body.set('csrf', csrf());
    body.set('institution', this.sheet.split('/')[1] ?? '');
    body.set('item', next.item);
    body.set('file', next.file);
    const answer = await ask(address(this.sheet, 'evidence'), { body });
    this.uploading = false;
    if ('failed' in answer) {
      const { failed } = answer;
      if (typeof failed === 'string') {
        this.fileState(next.item, this.words(failed === 'sign_in' ? 'signIn' : 'fileWaits'));
        return;
      }
      this.fileState(next.item, failed.title);
    } else {
      this.fileState(next.item, '');
      this.files(next.item, answer.told.files);
    }
    this.photos.shift();
    void this.upload();
  }

  /** @param {string} item @param {FileShown[]} files */
  files(item, files) {
    const lines = files.map((file) => {
      const link = document.createElement('a');
      link.href = file.href;
      if (file.image) {
        link.target = '_blank';
        const image = document.createElement('img');
        image.src = `${file.href}&thumb=1`;
        image.alt = file.word;
        [image.width, image.height] = [64, 64];
        link.append(image);
      } else {
        link.append(file.word);
      }
      const line = document.createElement('li');
      line.append(link);
      const remove = document.createElement('button');
      [remove.className, remove.name, remove.value] = ['cp-remove', 'remove', file.id];
      remove.textContent = '×';
      remove.ariaLabel = this.form.dataset.remove ?? '';
      line.append(remove);
      return line;
    });
    this.cell(item)?.querySelector('[data-files]')?.replaceChildren(...lines);
  }

  /** @param {SubmitEvent} event */
  async submit(event) {
    if (this.through) return;
    event.preventDefault();
    const { submitter } = event;
    clearTimeout(this.timer);
    do {
      while (this.sending) await new Promise((done) => setTimeout(done, 50));
      if ((await this.send()) === 'stopped') return;
    } while (ready(this.queue, 1).length > 0);
    if (this.photos.length > 0) return this.say();
    put(this.form, 'sent', '1');
    this.through = true;
    this.form.requestSubmit(submitter);
  }
}

/** Sends what waits from sheets that are not open. @param {HTMLElement} place */
async function sendWaiting(place) {
  const prefix = `${PREFIX}${place.dataset.account}:`;
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  let left = 0;
  for (const key of keys) {
    const queue = readQueue(localStorage.getItem(key));
    const entries = ready(queue, BATCH);
    const answer = await sendAnswers(key.slice(prefix.length), entries);
    const after = 'told' in answer ? settled(queue, entries, answer.told.standing).queue : queue;
    if (Object.keys(after).length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(after));
    left += Object.keys(after).length;
  }
  place.hidden = left === 0;
  place.textContent = (place.dataset.text ?? '').replace('{n}', String(left));
}

if (typeof document !== 'undefined') {
  for (const form of document.querySelectorAll('form[data-sheet]')) {
    if (form instanceof HTMLFormElement) new Sheet(form).begin();
  }
  const place = document.querySelector('[data-sheets-waiting]');
  if (place instanceof HTMLElement) {
    void sendWaiting(place);
    window.addEventListener('online', () => void sendWaiting(place));
  }
}
