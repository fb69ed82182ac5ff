/** Writes states into the address: one entry of the browser's history per change, and one for a whole pull of a slider. */

/** Changes of one control closer together than this are one step of the back button. */
const PAUSE_MS = 1000;

/** What of the browser's window this needs. */
export interface AddressBar {
	push(hash: string): void;
	replace(hash: string): void;
}

export interface AddressHistory {
	/** @param control What was changed; @param now in milliseconds from any fixed point. */
	write(hash: string, control: string, now: number): void;
	/** After the back button: the next change is a step of its own. */
	settle(): void;
}

export function createAddressHistory(bar: AddressBar): AddressHistory {
	let last: { readonly control: string; readonly at: number } | undefined;
	return {
		write(hash, control, now) {
			const continues = last?.control === control && now - last.at < PAUSE_MS;
			if (continues) bar.replace(hash);
			else bar.push(hash);
			last = { control, at: now };
		},
		settle() {
			last = undefined;
		},
	};
}
