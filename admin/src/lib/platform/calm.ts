/**
 * Calls `act` at once, then at most once in `ms`: however many calls come meanwhile, the last of them is followed by one. For
 * reading again after messages, of which a bulk write may send hundreds.
 */
export function calm(act: () => unknown, ms = 1000): () => void {
	let timer: ReturnType<typeof setTimeout> | null = null;
	let again = false;
	return function call(): void {
		if (timer) {
			again = true;
			return;
		}
		again = false;
		void act();
		timer = setTimeout(() => {
			timer = null;
			if (again) call();
		}, ms);
	};
}
