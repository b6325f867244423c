let pressed = false;

if (typeof document !== 'undefined') {
	document.addEventListener('pointerdown', () => (pressed = true), { capture: true, passive: true });
	for (const end of ['pointerup', 'pointercancel']) {
		document.addEventListener(end, () => (pressed = false), { capture: true, passive: true });
	}
}

/**
 * Runs at once, or after the press that goes on. A message that appears as a field is left moves what stands below it; if
 * it was left by pressing a button there, the button must not slip away from under the finger.
 */
export function afterPress(run: () => void): void {
	if (!pressed) return run();
	document.addEventListener('pointerup', () => setTimeout(run), { once: true });
}
