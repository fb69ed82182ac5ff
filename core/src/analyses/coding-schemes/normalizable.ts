/** Whether the one-unit posterior of a homogeneous activation exists. */
import { dot, type Engine, load, matrix, matrixRow, scoped, view } from "@finitude/engine";
import {
	featureSource,
	type HiddenUnit,
	type IntegrationRule,
	pointExponents,
	type Tilt,
} from "../../tilted-unit/index.ts";

/** From so many directions the bound is climbed, the best ones of all points. */
const CLIMBS = 16;

/** Each step goes to the best direction of the piece at hand: a few reach a maximum. */
const MOST_STEPS = 100;

/**
 * max over |w| = 1 of (g/N) (Delta.phi(w))^2: the law p_0(w) exp((g/2N) (Delta.phi)^2) of a unit with phi(c h) = c phi(h) is
 * normalizable only below 1 (section "One unit" of docs/analyses/coding-schemes.md). Climbed from the best directions of a rule;
 * a maximum that none of them reaches is missed, so that the result is a lower bound.
 */
export function largestGain(engine: Engine, unit: HiddenUnit, tilt: Tilt, rule: IntegrationRule): number {
	const r = unit.dimension;
	const source = featureSource(engine, unit, rule, { stored: 0 });
	const exponents = pointExponents(engine, source, tilt);
	const starts: { readonly gain: number; readonly point: Float64Array }[] = [];
	let first = 0;
	for (const { points, count } of rule.chunks(2 ** 12)) {
		for (let s = 0; s < count; s++) {
			const point = Float64Array.from({ length: r }, (_, k) => points[k * count + s]!);
			const square = dot(point, point);
			if (square === 0) continue;
			const gain = (2 * exponents[first + s]!) / square;
			if (starts.length < CLIMBS || gain > starts.at(-1)!.gain) {
				starts.push({ gain, point });
				starts.sort((a, b) => b.gain - a.gain);
				if (starts.length > CLIMBS) starts.pop();
			}
		}
		first += count;
	}
	return starts.reduce(
		(most, { point, gain }) => Math.max(most, climbed(engine, unit, tilt, point, gain)),
		0,
	);
}

/** On the piece of w the field t.phi is linear, t.phi(w) = slope.w: its best direction is the slope's, or the opposite one. */
function climbed(engine: Engine, unit: HiddenUnit, tilt: Tilt, start: Float64Array, from: number): number {
	const field = matrixRow(tilt.fields!, 0);
	let [point, gain] = [start, from];
	for (let step = 0; step < MOST_STEPS; step++) {
		const { slopes } = activationAt(engine, unit, point);
		const slope = new Float64Array(unit.dimension);
		for (let a = 0; a < unit.points; a++) {
			const row = matrixRow(unit.inputs, a);
			for (let k = 0; k < slope.length; k++) slope[k]! += field[a]! * slopes[a]! * row[k]!;
		}
		const toward = dot(slope, point) < 0 ? slope.map((x) => -x) : slope;
		const length = Math.sqrt(dot(toward, toward));
		if (length === 0) break;
		const next = toward.map((x) => x / length);
		const found = 2 * dot(field, activationAt(engine, unit, next).values) ** 2;
		if (!(found > gain * (1 + 1e-12))) break;
		[point, gain] = [next, found];
	}
	return gain;
}

function activationAt(
	engine: Engine,
	{ inputs, activation, points }: HiddenUnit,
	w: Float64Array,
): { values: Float64Array; slopes: Float64Array } {
	return scoped(engine, () => {
		const [h, value, slope] = [engine.allocate(points), engine.allocate(points), engine.allocate(points)];
		engine.gemm(1, load(engine, inputs), load(engine, matrix(w.length, 1, w)), 0, view(h, points, 1));
		activation.valueAndDerivative(engine, h, value, slope);
		return { values: value.data.slice(), slopes: slope.data.slice() };
	});
}
