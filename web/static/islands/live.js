// @ts-check
// One live stream a browser, shared by its tabs. A lock elects the tab that opens /live; it tells
// the others over a BroadcastChannel. Each change becomes a `live:<kind>` event on the body, which
// htmx elements wait for with hx-trigger="live:checkin from:body". Fetching is theirs; the clock is
// drawn by clock.js, which hears `live:clock`.
//
// Page: [data-live-state] with data-on, data-off, data-wait (word in [data-live-word] or itself),
// [data-live-age data-text="{s} 秒前更新"], <meta name="live-position" content="n"> when the page
// knows the position it was drawn at.

/** @typedef {{position: number, kind: string, institution?: string}} Change */
/** @typedef {{city_ms: number, offset_min: number, speed?: number}} Clock */
/**
 * What tabs tell each other.
 * @typedef {{type: 'change', change: Change} | {type: 'clock', clock: Clock}
 *   | {type: 'open', open: boolean, position: number} | {type: 'hello'}} Message
 */
/** @typedef {{position: number, count: number, institutions: string[]}} Gathered */
/** @typedef {'on' | 'off' | 'wait'} State */

const NAME = 'baize-live';
const KINDS = [
  'checkin', 'alert', 'operation', 'terminal', 'institution', 'emergency', 'oncall', 'stock',
  'enquiry', 'transfer', 'phone_call', 'vehicle', 'oversight', 'campaign',
];
const GATHER_MS = 150;
/** The server speaks every 15 s; after three silences the stream counts as dead. */
const SILENCE_MS = 46_000;
const PATIENCE_MS = 10_000;

/**
 * @param {number} after last position seen, 0 when none
 * @returns {string}
 */
export function streamUrl(after) {
  return after > 0 ? `/live?after=${after}` : '/live';
}

/**
 * @param {{open: boolean, online: boolean, silentMs: number, closedMs: number}} seen
 * @returns {State}
 */
export function stateOf({ open, online, silentMs, closedMs }) {
  if (open && silentMs < SILENCE_MS) return 'on';
  if (!online || open) return 'off';
  return closedMs < PATIENCE_MS ? 'wait' : 'off';
}

/**
 * Pause before the n-th attempt to reopen a stream that the server closed.
 * @param {number} attempt
 * @returns {number}
 */
export function pauseMs(attempt) {
  return Math.min(2_000 * 2 ** attempt, 60_000);
}

/**
 * Gathers changes of one kind and hands them on together, so that a burst makes one request.
 * @param {(kind: string, detail: Gathered) => void} hand
 * @param {(run: () => void, ms: number) => unknown} later
 * @returns {(change: Change) => void}
 */
export function gatherer(hand, later) {
  /** @type {Map<string, Gathered>} */
  const waiting = new Map();
  return (change) => {
    let found = waiting.get(change.kind);
    if (!found) {
      found = { position: 0, count: 0, institutions: [] };
      waiting.set(change.kind, found);
      later(() => {
        const detail = waiting.get(change.kind);
        waiting.delete(change.kind);
        if (detail) hand(change.kind, detail);
      }, GATHER_MS);
    }
    found.position = Math.max(found.position, change.position);
    found.count += 1;
    if (change.institution && !found.institutions.includes(change.institution)) {
      found.institutions.push(change.institution);
    }
  };
}

function start() {
  const drawnAt =
    Number(document.querySelector('meta[name="live-position"]')?.getAttribute('content')) || 0;
  let position = drawnAt;
  let open = false;
  let heardAt = performance.now();
  let closedAt = performance.now();
  /** @type {EventSource | null} */
  let source = null;
  let attempt = 0;
  let reopening = 0;
  const shared = 'locks' in navigator && 'BroadcastChannel' in window;
  const channel = shared ? new BroadcastChannel(NAME) : null;

  /** @param {string} name @param {unknown} detail */
  const say = (name, detail) =>
    document.body.dispatchEvent(new CustomEvent(`live:${name}`, { bubbles: true, detail }));
  const gather = gatherer(say, (run, ms) => window.setTimeout(run, ms));
  const refreshAll = () => KINDS.forEach((kind) => gather({ kind, position }));

  /** @param {boolean} now */
  const setOpen = (now) => {
    if (open && !now) closedAt = performance.now();
    open = now;
    draw();
  };
  /** @param {Message} message */
  const hear = (message) => {
    if (message.type !== 'open' || message.open) heardAt = performance.now();
    if (message.type === 'change' && message.change.position > position) {
      position = message.change.position;
      gather(message.change);
    } else if (message.type === 'clock') {
      say('clock', message.clock);
    } else if (message.type === 'open') {
      // The leader was ahead of this page when it was drawn: what came between is fetched once.
      if (position > 0 && message.position > position) {
        position = message.position;
        refreshAll();
      }
      position = Math.max(position, message.position);
      setOpen(message.open);
    }
  };
  /** @param {Message} message */
  const tell = (message) => {
    hear(message);
    channel?.postMessage(message);
  };

  const close = () => {
    window.clearTimeout(reopening);
    source?.close();
    source = null;
  };
  const connect = () => {
    close();
    const stream = new EventSource(streamUrl(position));
    source = stream;
    stream.onopen = () => {
      attempt = 0;
      tell({ type: 'open', open: true, position });
    };
    stream.addEventListener('change', (event) => {
      const change = parsed(event.data);
      if (change) tell({ type: 'change', change: /** @type {Change} */ (change) });
    });
    stream.addEventListener('clock', (event) => {
      const clock = parsed(event.data);
      if (clock) tell({ type: 'clock', clock: /** @type {Clock} */ (clock) });
    });
    stream.onerror = () => {
      if (source !== stream) return;
      tell({ type: 'open', open: false, position });
      // The browser reconnects by itself unless the server refused.
      if (stream.readyState === EventSource.CLOSED) {
        reopening = window.setTimeout(connect, pauseMs(attempt));
        attempt += 1;
      }
    };
  };

  const draw = () => {
    const now = performance.now();
    const state = stateOf({
      open,
      online: navigator.onLine !== false,
      silentMs: now - heardAt,
      closedMs: now - closedAt,
    });
    for (const place of document.querySelectorAll('[data-live-state]')) show(place, state);
    const seconds = String(Math.floor((now - heardAt) / 1000));
    for (const place of document.querySelectorAll('[data-live-age]')) {
      write(place, (place.getAttribute('data-text') ?? '{s}').replace('{s}', seconds));
    }
  };

  if (channel) {
    let leading = false;
    channel.onmessage = (event) => {
      const message = /** @type {Message} */ (event.data);
      if (message.type !== 'hello') hear(message);
      else if (leading) channel.postMessage({ type: 'open', open, position });
    };
    channel.postMessage({ type: 'hello' });
    // Held until this tab goes away; then the next tab in the queue leads.
    void navigator.locks.request(NAME, () => {
      leading = true;
      connect();
      return new Promise(() => {});
    });
  } else {
    // Without a secure context there is no lock: each tab has a stream, hidden tabs give theirs
    // up, because a browser opens only six connections to one server.
    connect();
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) close();
      else if (!source) connect();
    });
  }
  // A page out of the back-forward cache has missed everything.
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) refreshAll();
  });
  window.addEventListener('online', () => {
    if (source) connect();
  });
  window.setInterval(() => {
    if (source && open && performance.now() - heardAt > SILENCE_MS) connect();
    draw();
  }, 1000);
  draw();
}

/** @param {string} text @returns {unknown} null when it is not JSON */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {Element} place @param {State} state */
function show(place, state) {
  if (place.getAttribute('data-live-state') !== state) place.setAttribute('data-live-state', state);
  const word = place.getAttribute(`data-${state}`);
  const holder =
    place.querySelector('[data-live-word]') ?? (place.firstElementChild ? null : place);
  if (word !== null && holder) write(holder, word);
}

/** @param {Element} place @param {string} text */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

if (typeof document !== 'undefined') start();
