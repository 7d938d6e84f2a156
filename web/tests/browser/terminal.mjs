// @ts-check
// A terminal at a theatre's door, written from docs/terminal-protocol.md and nothing else: its key,
// its chain, its two requests. Left out: queueing, the face, the clock that drifts.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** @typedef {{operation: string | null, practitioner: string, role: string}} Who */

/** @param {string} base */
export function newTerminal(base) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const boot = randomBytes(4).toString('hex');
  const started = performance.now();
  let device = '';
  let seq = 0;
  let prev = '0'.repeat(64);
  let offsetMs = 0;

  /** @param {string} path @param {unknown} body */
  const post = async (path, body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(base + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const said = await answer.json();
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(said)}`);
    offsetMs = said.city_offset_ms;
    return said;
  };

  /**
   * Signs one event, sends it, and says when the answer had arrived (machine time).
   * @param {string} kind
   * @param {object} more
   */
  const send = async (kind, more) => {
    const event = {
      v: 1,
      kind,
      device,
      seq: (seq += 1),
      prev,
      boot,
      at_device_ms: Date.now() + offsetMs,
      at_mono_ms: Math.round(performance.now() - started),
      config_hash: createHash('sha256').update('browser story').digest('hex'),
      firmware: 'browser-story-1',
      place: { source: 'none' },
      ...more,
    };
    const bytes = Buffer.from(JSON.stringify(event));
    prev = createHash('sha256').update(bytes).digest('hex');
    const sig = sign(null, bytes, privateKey).toString('base64url');
    const envelope = { bytes: bytes.toString('base64url'), sig };
    const said = await post(`/api/v1/terminals/${device}/events`, { events: [envelope] });
    const answeredAt = Date.now();
    const [answer] = said.answers;
    if (answer?.answer !== 'recorded') throw new Error(`${kind}: ${JSON.stringify(answer)}`);
    return answeredAt;
  };

  return {
    /** @param {string} code */
    async enrol(code) {
      const { x } = publicKey.export({ format: 'jwk' });
      device = (await post('/api/v1/terminals/enrol', { code, public_key: x })).device;
      await send('started', {});
      return device;
    },
    /** @param {Who} who @param {'in' | 'out'} direction */
    check: (who, direction) => send('check', { ...who, direction, method: 'badge_pin' }),
  };
}
