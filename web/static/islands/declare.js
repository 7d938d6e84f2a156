// @ts-check
// Fills in what is usual when a procedure is chosen, so that a declaration takes half a minute:
// minutes, anaesthesia, and whether a volume is needed. Never overwrites what was typed.

/**
 * @param {{usual?: string, anaesthesia?: string}} choice what the catalogue says
 * @param {{minutes: string, anaesthesia: string}} typed what the form says now
 * @param {{minutes: string, anaesthesia: string}} filled what this island filled in before
 * @returns {{minutes: string, anaesthesia: string}} what the form should say
 */
export function suggest(choice, typed, filled) {
  const keep = (/** @type {string} */ now, /** @type {string} */ ours) => now !== '' && now !== ours;
  return {
    minutes: keep(typed.minutes, filled.minutes) ? typed.minutes : (choice.usual ?? ''),
    anaesthesia: keep(typed.anaesthesia, filled.anaesthesia)
      ? typed.anaesthesia
      : (choice.anaesthesia ?? ''),
  };
}

function start() {
  const byId = (/** @type {string} */ id) => document.getElementById(id);
  const procedure = byId('procedure');
  const minutes = byId('planned_min');
  const anaesthesia = byId('anaesthesia');
  const volume = byId('volume_ml');
  if (
    !(procedure instanceof HTMLSelectElement) ||
    !(minutes instanceof HTMLInputElement) ||
    !(anaesthesia instanceof HTMLSelectElement) ||
    !(volume instanceof HTMLInputElement)
  )
    return;
  let filled = { minutes: '', anaesthesia: '' };
  const chosen = () => {
    const option = procedure.selectedOptions[0];
    volume.required = option?.hasAttribute('data-volume') ?? false;
    if (!option?.value) return;
    const typed = { minutes: minutes.value, anaesthesia: anaesthesia.value };
    filled = suggest(option.dataset, typed, filled);
    minutes.value = filled.minutes;
    anaesthesia.value = filled.anaesthesia;
  };
  procedure.addEventListener('change', chosen);
  chosen();
}

if (typeof document !== 'undefined') start();
