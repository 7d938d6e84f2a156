// @ts-check
// Fills in where the phone is, when somebody asks for it by a click; without a script the page's
// own fields do the same.
//
// Page: a hidden [data-nearest] within a form with fields lat and lng, holding a button and a
// [role="status"]. It appears where the phone can tell its place. data-wait, data-denied,
// data-failed and data-done are what it says; with data-submit it sends the form.

/** How long a phone may look for satellites. */
const WITHIN_MS = 15_000;
/** A place is good for a minute. */
const FRESH_MS = 60_000;

/**
 * Six digits are ten centimetres: more would only look exact.
 * @param {number} degrees
 * @returns {string}
 */
export const degreesText = (degrees) => degrees.toFixed(6);

/**
 * @param {number} code of a GeolocationPositionError
 * @returns {'denied' | 'failed'}
 */
export const refusalWord = (code) => (code === 1 ? 'denied' : 'failed');

/** @param {HTMLElement} part */
function wire(part) {
  const form = part.closest('form');
  const button = part.querySelector('button');
  const status = part.querySelector('[role="status"]');
  if (!form || !button || !status) return;
  /** @param {string} word */
  const say = (word) => (status.textContent = part.dataset[word] ?? '');
  /** @param {string} name @param {number} degrees */
  const fill = (name, degrees) => {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = degreesText(degrees);
  };
  button.addEventListener('click', () => {
    say('wait');
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        fill('lat', coords.latitude);
        fill('lng', coords.longitude);
        say('done');
        if ('submit' in part.dataset) form.requestSubmit();
      },
      (error) => say(refusalWord(error.code)),
      { enableHighAccuracy: true, timeout: WITHIN_MS, maximumAge: FRESH_MS },
    );
  });
  part.hidden = false;
}

if (typeof document !== 'undefined' && 'geolocation' in navigator)
  for (const part of document.querySelectorAll('[data-nearest]'))
    if (part instanceof HTMLElement) wire(part);
