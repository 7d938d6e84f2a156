// @ts-check
/// <reference lib="webworker" />
// Keeps the crew's page for a reload without a network: the page as it was last drawn, and the
// style sheets and scripts it names, whose addresses carry the hash of their content. Only /crew is
// kept; nothing else of the platform stays in a phone.

const NAME = 'crew-1';
const PATIENCE_MS = 4_000;
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.method !== 'GET') return;
  if (pathname.startsWith('/static/')) event.respondWith(kept(request));
  else if (pathname === '/crew') event.respondWith(fresh(request));
});

/** @param {Request} request */
async function kept(request) {
  const cache = await caches.open(NAME);
  const found = await cache.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

/** @param {Request} request */
async function fresh(request) {
  const cache = await caches.open(NAME);
  try {
    const late = new Promise((_, refuse) => setTimeout(() => refuse(new Error('late')), PATIENCE_MS));
    const response = /** @type {Response} */ (await Promise.race([fetch(request), late]));
    // A redirect to the sign-in page is not the crew's page.
    if (response.ok && !response.redirected) await cache.put('/crew', response.clone());
    return response;
  } catch (error) {
    const found = await cache.match('/crew');
    if (found) return found;
    throw error;
  }
}
