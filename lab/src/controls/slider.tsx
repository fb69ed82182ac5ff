import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface SliderProps {
	readonly label: string;
	/** As in formulas: "N", "κ". */
	readonly symbol: ComponentChildren;
	readonly value: number;
	readonly min: number;
	readonly max: number;
	/** Of a linear slider. A logarithmic one has equal ratios between its steps, rounded to two digits. */
	readonly step?: number;
	readonly logarithmic?: boolean;
	/** Whole numbers only. */
	readonly whole?: boolean;
	readonly onChange: (value: number) => void;
}

/** Steps of a logarithmic slider from end to end. */
const LOG_STEPS = 60;

/** A label with its symbol, the value as a number field, and the same value as a slider. */
export function Slider({
	label,
	symbol,
	value,
	min,
	max,
	step = 1,
	logarithmic = false,
	whole = false,
	onChange,
}: SliderProps) {
	const id = useId();
	const toPosition = (x: number) =>
		logarithmic ? (LOG_STEPS * Math.log(Math.max(x, min) / min)) / Math.log(max / min) : x;
	const toValue = (position: number) => {
		if (!logarithmic) return position;
		const x = min * (max / min) ** (position / LOG_STEPS);
		return whole ? Math.round(x) : Number(x.toPrecision(2));
	};
	const move = (position: number) => {
		const next = toValue(position);
		// A step of a logarithmic slider may be less than one: move by one whole number all the same.
		const moved = whole && next === value ? value + Math.sign(position - toPosition(value)) : next;
		onChange(Math.min(max, Math.max(min, moved)));
	};
	return (
		<div class="field">
			<label for={id}>
				{label} <var>{symbol}</var>
			</label>
			<input
				class="number"
				type="number"
				aria-label={`${label}, as a number`}
				min={whole ? min : undefined}
				step={whole ? 1 : "any"}
				value={value}
				onChange={({ currentTarget }) => {
					if (currentTarget.value !== "") onChange(currentTarget.valueAsNumber);
				}}
			/>
			<input
				id={id}
				type="range"
				min={logarithmic ? 0 : min}
				max={logarithmic ? LOG_STEPS : max}
				step={logarithmic ? 1 : step}
				value={toPosition(value)}
				aria-valuetext={`${value}`}
				onInput={({ currentTarget }) => move(currentTarget.valueAsNumber)}
			/>
		</div>
	);
}
