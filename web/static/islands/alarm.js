// @ts-check
// Sound on what nobody has answered, and only on that. A browser lets a page sound after a click,
// so the watch begins with one; whether the sound is on stands on the button. M mutes for a minute.
//
// Page: <span data-alarm="0"> 0 is silence, 1 a call, more is louder and faster; it may be swapped.
// <button data-alarm-switch data-on="…" data-off="…" data-muted="…"><span></span></button>

const STORE = 'baize-alarm';
const MUTE_MS = 60_000;

/**
 * How a level sounds.
 * @param {number} level
 * @returns {{everyMs: number, gain: number, tones: number[]} | null}
 */
export function sounding(level) {
  if (!Number.isFinite(level) || level <= 0) return null;
  if (level === 1) return { everyMs: 2_400, gain: 0.12, tones: [660, 880] };
  if (level === 2) return { everyMs: 1_600, gain: 0.22, tones: [660, 880, 660] };
  return { everyMs: 1_000, gain: 0.35, tones: [880, 1_175, 880, 1_175] };
}

function start() {
  const button = document.querySelector('[data-alarm-switch]');
  if (!(button instanceof HTMLButtonElement)) return;
  const label = button.querySelector('span') ?? button;
  /** @type {AudioContext | null} */
  let audio = null;
  let mutedUntil = 0;

  const running = () => audio?.state === 'running';
  const draw = () => {
    const muted = performance.now() < mutedUntil;
    const word = !running() ? 'data-off' : muted ? 'data-muted' : 'data-on';
    label.textContent = button.getAttribute(word) ?? '';
    button.setAttribute('aria-pressed', String(running() && !muted));
    button.classList.toggle('btn-primary', !running());
  };
  const wake = async () => {
    audio ??= new AudioContext();
    await audio.resume();
    try {
      localStorage.setItem(STORE, 'on');
    } catch {
      /* the watch works without a memory */
    }
    draw();
  };
  /** @param {{gain: number, tones: number[]}} sound */
  const play = ({ gain, tones }) => {
    if (!audio) return;
    tones.forEach((tone, index) => {
      const at = /** @type {AudioContext} */ (audio).currentTime + index * 0.2;
      const voice = /** @type {AudioContext} */ (audio).createOscillator();
      const volume = /** @type {AudioContext} */ (audio).createGain();
      voice.frequency.value = tone;
      volume.gain.setValueAtTime(gain, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.18);
      voice.connect(volume).connect(/** @type {AudioContext} */ (audio).destination);
      voice.start(at);
      voice.stop(at + 0.19);
    });
  };
  const round = () => {
    const level = Number(document.querySelector('[data-alarm]')?.getAttribute('data-alarm') ?? 0);
    const sound = sounding(level);
    const muted = performance.now() < mutedUntil;
    if (sound && running() && !muted) play(sound);
    draw();
    document.documentElement.toggleAttribute('data-ringing', Boolean(sound));
    window.setTimeout(round, sound?.everyMs ?? 500);
  };

  button.addEventListener('click', () => {
    if (running()) mutedUntil = performance.now() < mutedUntil ? 0 : performance.now() + MUTE_MS;
    void wake();
  });
  document.addEventListener('keydown', (event) => {
    const field = event.target instanceof HTMLElement && event.target.closest('input, textarea, select');
    if (field || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'm' || event.key === 'M') {
      mutedUntil = performance.now() + MUTE_MS;
      draw();
    }
  });
  // Whoever had it on yesterday starts with any click.
  if (localStorage.getItem(STORE) === 'on')
    document.addEventListener('pointerdown', () => void wake(), { once: true });
  round();
}

if (typeof document !== 'undefined') start();
