// @ts-check
// A map of one city: districts and points on an OpenLayers canvas (global `ol`, loaded before).
// Shapes differ per status, not only colours. The keyboard way to the same points is the list that
// the server draws beside the map; this island adds none.
//
// Page: <div class="bz-map" data-boundaries="url" data-missing="…" data-boundaries-missing="…"
// data-zoom-in="放大" data-zoom-out="缩小" [data-dark] [data-scale="1.35"]> with inside it
// <script type="application/json" data-map>{"points":[…],"focus":"320613","box":[w,s,e,n]}</script>
// The script may be swapped; points are redrawn and the view stays where the person put it.

/**
 * @typedef {{at: [number, number], s?: string, t?: string, n?: string, href?: string,
 *   ring?: boolean, b?: boolean}} Point `t` label, `n` name shown at the pointer, `b` bold
 * @typedef {{points: Point[], focus?: string, box?: [number, number, number, number],
 *   names?: Record<string, string>, lines?: [number, number][][]}} Data `names`: of districts by
 *   code; others stay nameless; `lines`: sketches of ways, dashed
 */

const LIGHT = {
  land: '#fbfcfc',
  other: '#eef2f2',
  edge: '#a9b6bc',
  name: '#5c6872',
  halo: '#ffffff',
  ink: '#17212a',
  mark: '#f0b429',
  rim: '#6b4a00',
  danger: '#ab2a1c',
  warn: '#875100',
  live: '#0b5c70',
  off: '#84919a',
};
const DARK = {
  land: '#1a252b',
  other: '#121a1f',
  edge: '#3a4b54',
  name: '#a9b7be',
  halo: '#0e1519',
  ink: '#e6edf0',
  mark: '#f0b429',
  rim: '#0e1519',
  danger: '#ff8a75',
  warn: '#f3bc55',
  live: '#58b9cf',
  off: '#8fa0a8',
};
/** The most urgent lies on top. */
const ORDER = [
  'open', 'off', 'stop', 'hosp', 'hosp-on', 'veh-idle', 'veh', 'live', 'warn', 'danger',
];

/**
 * The data of a script element, cleaned: what is not a point is left out.
 * @param {string | null} text
 * @returns {Data}
 */
export function parseData(text) {
  /** @type {any} */
  let data = null;
  try {
    data = JSON.parse(text ?? '');
  } catch {
    /* an empty map is drawn */
  }
  const points = Array.isArray(data?.points) ? data.points : [];
  return {
    points: points.filter(
      (/** @type {any} */ point) => Array.isArray(point?.at) && point.at.every(Number.isFinite),
    ),
    focus: data?.focus,
    box: Array.isArray(data?.box) && data.box.length === 4 ? data.box : undefined,
    names: data?.names,
    lines: Array.isArray(data?.lines) ? data.lines : [],
  };
}

/**
 * Points lead to pages of this server only.
 * @param {string | undefined} href
 * @returns {string | null}
 */
export function ownAddress(href) {
  return href && /^\/(?![/\\])/.test(href) ? href : null;
}

/** @param {string | undefined} status @returns {number} */
export function rank(status) {
  return Math.max(0, ORDER.indexOf(status ?? 'open'));
}

/**
 * Styles for land and points. `ol` has no types here.
 * @param {any} ol @param {boolean} dark @param {number} scale
 */
function styles(ol, dark, scale) {
  const { Style, Fill, Stroke, Circle, RegularShape, Text } = ol.style;
  const colour = dark ? DARK : LIGHT;
  const family =
    getComputedStyle(document.documentElement).getPropertyValue('--bz-font').trim() || 'sans-serif';
  const font = `${Math.round(12 * scale)}px ${family}`;
  /** @param {string} color */
  const fill = (color) => new Fill({ color });
  /** @param {string} color @param {number} width @param {number[]} [lineDash] */
  const line = (color, width, lineDash) =>
    new Stroke({ color, width: width * Math.min(scale, 1.25), lineDash });
  /** @param {number} points @param {number} radius @param {number} angle @param {string} color */
  const polygon = (points, radius, angle, color) =>
    new RegularShape({
      points,
      radius: radius * scale,
      angle,
      fill: fill(color),
      stroke: line(colour.halo, 1.5),
    });
  /** @param {number} radius @param {string} color @param {any} stroke */
  const disc = (radius, color, stroke) =>
    new Circle({ radius: radius * scale, fill: fill(color), stroke });
  /** @param {string} inside @param {string} rim a hospital */
  const square = (inside, rim) =>
    new RegularShape({
      points: 4,
      radius: 9 * scale,
      angle: Math.PI / 4,
      fill: fill(inside),
      stroke: line(rim, 2),
    });
  /** @type {Record<string, any>} */
  const images = {
    open: disc(5, colour.mark, line(colour.rim, 1.25)),
    live: disc(6.5, colour.live, line(colour.halo, 2)),
    danger: polygon(4, 10, 0, colour.danger),
    warn: polygon(3, 9, 0, colour.warn),
    off: disc(5, colour.halo, line(colour.off, 1.75, [3, 2])),
    stop: polygon(4, 7, Math.PI / 4, colour.off),
    hosp: square(colour.halo, colour.live),
    'hosp-on': square(colour.live, colour.live),
    veh: polygon(3, 8, 0, colour.live),
    'veh-idle': new RegularShape({
      points: 3,
      radius: 8 * scale,
      angle: 0,
      fill: fill(colour.halo),
      stroke: line(colour.live, 1.75),
    }),
  };
  const marks = Object.fromEntries(
    Object.entries(images).map(([status, image]) => [
      status,
      new Style({ image, zIndex: rank(status) }),
    ]),
  );
  const ring = new Style({
    image: new Circle({ radius: 15 * scale, stroke: line(colour.ink, 1.5) }),
    zIndex: 9,
  });
  /** @param {boolean} own */
  const land = (own) =>
    new Style({
      fill: fill(own ? colour.land : colour.other),
      stroke: line(colour.edge, own ? 1.5 : 1),
    });
  return {
    way: new Style({ stroke: line(colour.live, 2, [6, 5]) }),
    land: { own: land(true), other: land(false) },
    /** @param {Point} point */
    mark: (point) => {
      const style = marks[point.s ?? 'open'] ?? marks.open;
      return point.ring ? [ring, style] : style;
    },
    /** @param {string} text @param {boolean} bold @param {boolean} left of its point */
    label: (text, bold, left) =>
      new Style({
        zIndex: 5,
        text: new Text({
          text,
          font: (bold ? '600 ' : '') + font,
          offsetX: (left ? -14 : 14) * scale,
          textAlign: left ? 'right' : 'left',
          fill: fill(colour.ink),
          stroke: line(colour.halo, 4),
        }),
      }),
    /** @param {string} text @param {any} geometry */
    district: (text, geometry) =>
      new Style({
        geometry,
        text: new Text({
          text,
          font,
          fill: fill(colour.name),
          stroke: line(colour.halo, 3),
        }),
      }),
  };
}

/** @param {any} ol @param {HTMLElement} holder */
function layersOf(ol, holder) {
  const drawn = styles(
    ol,
    holder.hasAttribute('data-dark'),
    Number(holder.getAttribute('data-scale')) || 1,
  );
  const land = new ol.source.Vector();
  const points = new ol.source.Vector();
  const ways = new ol.source.Vector();
  /** @type {Data} */
  let data = { points: [] };
  // A label goes to the left where another marked point stands close at the right.
  /** @param {any} feature @param {number} resolution */
  const crowded = (feature, resolution) => {
    const [x, y] = feature.getGeometry().getCoordinates();
    return points.getFeatures().some((/** @type {any} */ other) => {
      if (!other.get('point').t) return false;
      const [otherX, otherY] = other.getGeometry().getCoordinates();
      const right = (otherX - x) / resolution;
      return right > 0 && right < 60 && Math.abs(otherY - y) / resolution < 16;
    });
  };
  const layers = [
    new ol.layer.Vector({
      source: land,
      style: (/** @type {any} */ district) => {
        const own = !data.focus || district.get('code') === data.focus;
        return own ? drawn.land.own : drawn.land.other;
      },
    }),
    new ol.layer.Vector({
      source: points,
      updateWhileInteracting: true,
      style: (/** @type {any} */ feature) => drawn.mark(feature.get('point')),
    }),
    new ol.layer.Vector({
      source: land,
      style: (/** @type {any} */ district) => {
        const at = district.get('at');
        const place = at ? new ol.geom.Point(ol.proj.fromLonLat(at)) : undefined;
        return drawn.district(data.names?.[district.get('code')] ?? '', place);
      },
    }),
    new ol.layer.Vector({ source: ways, style: drawn.way }),
    // Labels that would lie on one another give way, the more urgent one stays.
    new ol.layer.Vector({
      source: points,
      declutter: true,
      renderOrder: (/** @type {any} */ one, /** @type {any} */ other) =>
        rank(other.get('point').s) - rank(one.get('point').s),
      style: (/** @type {any} */ feature, /** @type {number} */ resolution) => {
        const point = feature.get('point');
        if (!point.t) return undefined;
        return drawn.label(point.t, Boolean(point.b), crowded(feature, resolution));
      },
    }),
  ];
  return {
    layers,
    land,
    points,
    /** @param {Data} now */
    setData: (now) => {
      data = now;
      points.clear(true);
      ways.clear(true);
      ways.addFeatures(
        (now.lines ?? []).map((line) => {
          const path = line.map((at) => ol.proj.fromLonLat(at));
          return new ol.Feature(new ol.geom.LineString(path));
        }),
      );
      points.addFeatures(
        now.points.map((point) => {
          const feature = new ol.Feature(new ol.geom.Point(ol.proj.fromLonLat(point.at)));
          feature.set('point', point);
          return feature;
        }),
      );
      land.changed();
    },
  };
}

/** @param {any} ol */
function interactions(ol) {
  const { platformModifierKeyOnly, primaryAction } = ol.events.condition;
  const touch = matchMedia('(pointer: coarse)').matches;
  // A map in a page must not catch its scrolling: the wheel needs Ctrl, a finger a second one.
  return ol.interaction.defaults
    .defaults({
      mouseWheelZoom: false,
      dragPan: false,
      altShiftDragRotate: false,
      pinchRotate: false,
    })
    .extend([
      new ol.interaction.MouseWheelZoom({ condition: platformModifierKeyOnly }),
      new ol.interaction.DragPan({
        condition: /** @this {any} @param {any} event */ function (event) {
          return touch ? this.getPointerCount() === 2 : primaryAction(event);
        },
      }),
    ]);
}

/** @param {any} map @param {any} pointLayer @param {HTMLElement} canvas */
function follow(map, pointLayer, canvas) {
  /** @param {any} event @returns {Point | null} */
  const under = (event) =>
    map.forEachFeatureAtPixel(event.pixel, (/** @type {any} */ feature) => feature.get('point'), {
      hitTolerance: 6,
      layerFilter: (/** @type {any} */ layer) => layer === pointLayer,
    }) ?? null;
  map.on('click', (/** @type {any} */ event) => {
    const address = ownAddress(under(event)?.href);
    if (address) location.assign(address);
  });
  map.on('pointermove', (/** @type {any} */ event) => {
    if (event.dragging) return;
    const point = under(event);
    canvas.style.cursor = ownAddress(point?.href) ? 'pointer' : '';
    const name = point?.n ?? point?.t ?? '';
    if (canvas.title !== name) canvas.title = name;
  });
}

/** @param {HTMLElement} holder */
function open(holder) {
  holder.setAttribute('data-map-open', '');
  const ol = /** @type {any} */ (globalThis).ol;
  if (!ol) {
    const sentence = document.createElement('p');
    sentence.className = 'bz-map-missing';
    sentence.textContent = holder.getAttribute('data-missing') ?? '';
    holder.prepend(sentence);
    return;
  }
  const canvas = document.createElement('div');
  canvas.className = 'bz-map-canvas';
  holder.prepend(canvas);
  const { layers, land, points, setData } = layersOf(ol, holder);
  const view = new ol.View({
    center: ol.proj.fromLonLat([105, 35]),
    zoom: 4,
    enableRotation: false,
  });
  const controls = holder.hasAttribute('data-still')
    ? []
    : [
        new ol.control.Zoom({
          zoomInTipLabel: holder.getAttribute('data-zoom-in') ?? '',
          zoomOutTipLabel: holder.getAttribute('data-zoom-out') ?? '',
        }),
        new ol.control.ScaleLine({ minWidth: 60 }),
      ];
  const map = new ol.Map({
    target: canvas,
    layers,
    view,
    controls,
    interactions: interactions(ol),
  });
  if (matchMedia('(pointer: coarse)').matches) map.getViewport().style.touchAction = 'pan-x pan-y';
  follow(map, layers[1], canvas);

  let shown = '';
  /** @type {Data} */
  let data = { points: [] };
  const read = () => {
    const text = holder.querySelector('script[data-map]')?.textContent ?? '';
    if (text === shown) return;
    shown = text;
    data = parseData(text);
    setData(data);
  };
  const fit = () => {
    const focus = land
      .getFeatures()
      .find((/** @type {any} */ district) => district.get('code') === data.focus);
    const extent = data.box
      ? ol.proj.transformExtent(data.box, 'EPSG:4326', 'EPSG:3857')
      : (focus?.getGeometry().getExtent() ?? (land.isEmpty() ? points : land).getExtent());
    // An empty source has an extent of infinities.
    if (extent?.every(Number.isFinite))
      view.fit(extent, { padding: [12, 12, 12, 12], maxZoom: 15 });
  };
  read();
  fit();
  new MutationObserver((changes) => {
    if (changes.some((change) => !canvas.contains(change.target))) read();
  }).observe(holder, { childList: true, subtree: true, characterData: true });
  void boundaries(holder, ol, land).then(() => {
    fit();
    map.once('postrender', fit);
  });
}

/** @param {HTMLElement} holder @param {any} ol @param {any} land */
async function boundaries(holder, ol, land) {
  const address = holder.getAttribute('data-boundaries');
  if (!address) return;
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(String(answer.status));
    const format = new ol.format.GeoJSON();
    land.addFeatures(format.readFeatures(await answer.json(), { featureProjection: 'EPSG:3857' }));
  } catch {
    // The points are worth showing without the borders; the caption says that they are missing.
    const caption = holder.querySelector('.bz-mapcap');
    const sentence = holder.getAttribute('data-boundaries-missing');
    if (caption && sentence) caption.textContent = sentence;
  }
}

function start() {
  const openAll = () => {
    for (const script of document.querySelectorAll('.bz-map script[data-map]')) {
      const holder = script.closest('.bz-map');
      if (holder instanceof HTMLElement && !holder.hasAttribute('data-map-open')) open(holder);
    }
  };
  openAll();
  document.body.addEventListener('htmx:afterSettle', openAll);
}

if (typeof document !== 'undefined') start();
