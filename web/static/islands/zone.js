// @ts-check
// Corners of a zone, clicked on the server's picture into a textarea of "lng,lat" lines. Typing the
// lines says the same: the picture follows the text, never the other way round alone.
//
// Page: <svg data-zone-map data-west data-north data-a-lng data-a-lat> with <g data-zone-draft>,
// <textarea data-zone-corners>, and hidden buttons [data-zone-undo], [data-zone-clear].

/** @typedef {{west: number, north: number, aLng: number, aLat: number}} Frame degrees and units */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Corners of the lines that can be read; a line that is being typed is left out.
 * @param {string} text
 * @returns {[number, number][]}
 */
export function corners(text) {
  /** @type {[number, number][]} */
  const found = [];
  for (const line of text.split('\n')) {
    const parts = line.split(/[,，\s]+/).filter(Boolean);
    const [lng, lat] = parts.map(Number);
    if (parts.length !== 2 || lng === undefined || lat === undefined) continue;
    if (Number.isFinite(lng) && Number.isFinite(lat)) found.push([lng, lat]);
  }
  return found;
}

/**
 * Where a place of the picture is on earth.
 * @param {Frame} frame @param {number} x @param {number} y
 * @returns {[number, number]}
 */
export function place({ west, north, aLng, aLat }, x, y) {
  return [west + x / aLng, north - y / aLat];
}

/**
 * Where a place on earth is in the picture.
 * @param {Frame} frame @param {[number, number]} at
 * @returns {[number, number]}
 */
export function spot({ west, north, aLng, aLat }, [lng, lat]) {
  return [(lng - west) * aLng, (north - lat) * aLat];
}

/**
 * The text with one corner more.
 * @param {string} text @param {[number, number]} at
 */
export function added(text, [lng, lat]) {
  const before = text.trimEnd();
  return `${before}${before ? '\n' : ''}${lng.toFixed(4)},${lat.toFixed(4)}`;
}

/**
 * The text without its last line that says something.
 * @param {string} text
 */
export function undone(text) {
  return text.trimEnd().split('\n').slice(0, -1).join('\n');
}

/** @param {SVGSVGElement} map @param {HTMLTextAreaElement} field */
function open(map, field) {
  const number = (/** @type {string} */ name) => Number(map.dataset[name]);
  const frame = {
    west: number('west'),
    north: number('north'),
    aLng: number('aLng'),
    aLat: number('aLat'),
  };
  const draft = map.querySelector('[data-zone-draft]');
  map.setAttribute('data-zone-open', '');

  const draw = () => {
    const spots = corners(field.value).map((at) => spot(frame, at));
    const polygon = document.createElementNS(SVG, 'polygon');
    polygon.setAttribute('points', spots.map((at) => at.map((one) => one.toFixed(1))).join(' '));
    const marks = spots.map(([x, y]) => {
      const mark = document.createElementNS(SVG, 'circle');
      mark.setAttribute('cx', x.toFixed(1));
      mark.setAttribute('cy', y.toFixed(1));
      mark.setAttribute('r', '4');
      return mark;
    });
    draft?.replaceChildren(polygon, ...marks);
  };
  /** @param {string} text */
  const write = (text) => {
    field.value = text;
    // Whoever keeps drafts of forms hears of it as of typing.
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };

  map.addEventListener('click', (event) => {
    const matrix = map.getScreenCTM();
    if (!matrix) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    write(added(field.value, place(frame, x, y)));
  });
  field.addEventListener('input', draw);
  /** @param {string} name @param {() => string} after */
  const button = (name, after) => {
    const one = document.querySelector(`[${name}]`);
    if (!(one instanceof HTMLElement)) return;
    one.hidden = false;
    one.addEventListener('click', () => write(after()));
  };
  button('data-zone-undo', () => undone(field.value));
  button('data-zone-clear', () => '');
  draw();
}

if (typeof document !== 'undefined') {
  const map = document.querySelector('[data-zone-map]');
  const field = document.querySelector('[data-zone-corners]');
  if (map instanceof SVGSVGElement && field instanceof HTMLTextAreaElement) open(map, field);
}
