import type { Path } from "../state/paths.ts";
import { field, setField } from "../state/store.ts";
import { Slider, type SliderProps } from "./slider.tsx";

/** A slider of one number of the experiment. */
export function FieldSlider({
	path,
	fallback,
	...slider
}: Omit<SliderProps, "value" | "onChange"> & {
	readonly path: Path;
	/** What the experiment means when it leaves the field out. */
	readonly fallback: number;
}) {
	const value = field(path);
	return (
		<Slider
			{...slider}
			value={typeof value === "number" ? value : fallback}
			onChange={(next) => setField(path, next)}
		/>
	);
}
