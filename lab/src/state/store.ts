/** The page's one state, its history, and how controls change it. */

import type { Json, LabState } from "@finitude/core/permalink";
import { decodePermalink, encodePermalink } from "@finitude/core/permalink";
import { signal } from "@preact/signals";
import { createAddressHistory } from "./address-history.ts";
import { defaultState } from "./default-state.ts";
import { type Path, valueAt, withValueAt } from "./paths.ts";

export const state = signal<LabState>(defaultState);

/** Why the address could not be read; the default state is shown then. */
export const addressFault = signal<string | undefined>(undefined);

const history = createAddressHistory({
	push: (hash) => window.history.pushState(null, "", `#${hash}`),
	replace: (hash) => window.history.replaceState(null, "", `#${hash}`),
});

/** A new state, from the control of that name. */
export function change(next: LabState, control: string): void {
	state.value = next;
	history.write(encodePermalink(next), control, performance.now());
}

/** The experiment's field at that path. */
export function field(path: Path): Json | undefined {
	return valueAt(state.value.experiment, path);
}

/** Sets the experiment's field at that path. */
export function setField(path: Path, value: Json): void {
	const { experiment } = state.value;
	change({ ...state.value, experiment: withValueAt(experiment, path, value) }, path.join("."));
}

/** Takes the state of the address, now and whenever the back button or an edited address changes it. */
export function followAddress(): void {
	const read = () => {
		history.settle();
		try {
			state.value = decodePermalink(window.location.hash) ?? defaultState;
			addressFault.value = undefined;
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			state.value = defaultState;
			addressFault.value = error.message;
		}
	};
	window.addEventListener("popstate", read);
	read();
}
