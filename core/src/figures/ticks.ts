import type { ValueRange } from "./value-range.ts";

/** "2.5e−4": an exponent without a plus sign, with the true minus sign. */
function exponential(value: number, digits?: number): string {
	return value.toExponential(digits).replaceAll("-", "−").replace("+", "");
}

/** Two significant digits: "0.034", "0.20", "3.4e−5". */
export function formatDistance(value: number): string {
	if (value === 0) return "0";
	if (value < 0.001 || value >= 1000) return exponential(value, 1);
	return value < 100 ? value.toPrecision(2) : value.toFixed(0);
}

/**
 * How to write the ticks of a linear axis: undefined for Plot's own way, exponents when all values are so small or so large that plain
 * digits would not fit beside the axis.
 */
export function tickFormat(range: ValueRange): ((tick: number) => string) | undefined {
	const largest = Math.max(Math.abs(range.low), Math.abs(range.high));
	if (largest >= 0.005 && largest < 1e5) return undefined;
	return (tick) => (tick === 0 ? "0" : exponential(Number(tick.toPrecision(6))));
}

/** Round numbers from 1 to `count`, about ten of them: points are counted, so no tick stands between two. */
export function countTicks(count: number, most = 10): number[] {
	let step = 1;
	for (const factor of [1, 2, 5, 10]) {
		const power = 10 ** Math.floor(Math.log10(Math.max(1, count / most)));
		step = factor * power;
		if (count / step <= most) break;
	}
	return Array.from({ length: Math.floor(count / step) }, (_, i) => (i + 1) * step);
}

/**
 * Powers of ten inside the range; with 2 and 5 times them when they are fewer than four.
 * @param most powers of ten alone where there would be more ticks than this, as long as two are left
 */
export function logTicks(low: number, high: number, most = Number.POSITIVE_INFINITY): number[] {
	const exponents: number[] = [];
	for (let exponent = Math.floor(Math.log10(low)); 10 ** exponent <= high; exponent++)
		exponents.push(exponent);
	const factors = exponents.length > 3 ? [1] : [1, 2, 5];
	const ticks = exponents
		.flatMap((exponent) => factors.map((factor) => Number(`${factor}e${exponent}`)))
		.filter((tick) => tick >= low && tick <= high);
	const powers = exponents.map((exponent) => Number(`1e${exponent}`)).filter((tick) => ticks.includes(tick));
	return ticks.length > most && powers.length > 1 ? powers : ticks;
}

/** Ticks of a log axis: plain digits near 1, exponents elsewhere. */
export function formatLogTick(tick: number): string {
	return tick < 0.001 || tick >= 1000 ? exponential(tick) : `${tick}`;
}
