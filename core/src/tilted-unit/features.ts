import { type Block, type Engine, load, scoped, type View, view } from "@finitude/engine";
import type { HiddenUnit } from "./hidden-unit.ts";
import type { IntegrationRule } from "./integration-rule.ts";

/** The unit's features at some of a rule's points, in the engine's memory. Valid during one call only. */
export interface FeatureChunk {
	/** phi, (M n) x count, row-major: row i n + a is point a at position i. */
	readonly features: View;
	/** h, likewise; absent where only the features were kept. */
	readonly preactivations?: View;
	/** The rule's weights, one a column. */
	readonly weights: Block;
	readonly count: number;
}

/** Where averages over a unit come from: its features at the points of one rule, any number of passes. */
export interface FeatureSource {
	readonly unit: HiddenUnit;
	readonly rule: IntegrationRule;
	/** Calls `visit` on every chunk in a fixed order. */
	forEach(visit: (chunk: FeatureChunk) => void): void;
}

/** A chunk outside the engine. */
interface Stored {
	readonly features: Float64Array;
	readonly weights: Float64Array;
}

export interface FeatureOptions {
	/**
	 * Keep the features of the first pass when they are at most this many numbers (default 2^25, 256 MiB): later passes then only
	 * copy. 0 evaluates them anew each time.
	 */
	readonly stored?: number;
	/** phi from h, row-major and apart; the unit's activation in every entry where it is not given. */
	readonly evaluate?: FeatureMap;
	/** Of phi where `evaluate` makes more rows of them than h has, M n. */
	readonly rows?: number;
}

/** Fills `features` from the pre-activations; both are row-major and fill their blocks. What it allocates is released. */
export type FeatureMap = (engine: Engine, preactivations: View, features: View) => void;

function activationOf({ activation }: HiddenUnit): FeatureMap {
	return (engine, h, phi) => activation.evaluate(engine, h.block, phi.block);
}

/** Numbers in a chunk of features: 1 MiB, which stays in a core's second-level cache beside one like it. */
const CHUNK_NUMBERS = 2 ** 17;

/** Points in a chunk at least, so that matrix products stay efficient. */
const LEAST_POINTS = 64;

/**
 * Evaluates h = U w and phi(h) chunk by chunk.
 *
 */
export function featureSource(
	engine: Engine,
	unit: HiddenUnit,
	rule: IntegrationRule,
	{ stored = 2 ** 25, evaluate = activationOf(unit), rows = unit.inputs.rows }: FeatureOptions = {},
): FeatureSource {
	if (rule.dimension !== unit.dimension) {
		throw new RangeError(
			`featureSource: wanted a rule in ${unit.dimension} dimensions, those of the unit; got ${rule.dimension}.`,
		);
	}
	const size = Math.max(LEAST_POINTS, Math.floor(CHUNK_NUMBERS / rows));
	const keep = rows * rule.count <= stored;
	let kept: Stored[] | undefined;
	return {
		unit,
		rule,
		forEach(visit) {
			scoped(engine, () => {
				const features = engine.allocate(rows * size);
				const weights = engine.allocate(size);
				const show = (count: number, h?: View) =>
					visit({
						features: view(features.slice(0, rows * count), rows, count),
						...(h && { preactivations: h }),
						weights: weights.slice(0, count),
						count,
					});
				if (kept) {
					for (const chunk of kept) {
						features.data.set(chunk.features);
						weights.data.set(chunk.weights);
						show(chunk.weights.length);
					}
					return;
				}
				const fresh: Stored[] = [];
				const inputs = load(engine, unit.inputs);
				const points = engine.allocate(unit.dimension * size);
				const preactivations = engine.allocate(unit.inputs.rows * size);
				for (const chunk of rule.chunks(size)) {
					const { count } = chunk;
					points.data.set(chunk.points);
					weights.data.set(chunk.weights);
					const H = view(preactivations.slice(0, unit.inputs.rows * count), unit.inputs.rows, count);
					const Phi = view(features.slice(0, rows * count), rows, count);
					engine.gemm(1, inputs, view(points, unit.dimension, count), 0, H);
					scoped(engine, () => evaluate(engine, H, Phi));
					if (keep) fresh.push({ features: Phi.block.data.slice(), weights: chunk.weights.slice() });
					show(count, H);
				}
				if (keep) kept = fresh;
			});
		},
	};
}

/** The features of one position of a chunk: n x count, or the first `points` of them. */
export function positionOf(
	{ features }: FeatureChunk,
	unit: HiddenUnit,
	position: number,
	points = unit.points,
): View {
	return { ...features, offset: features.offset + position * unit.points * features.columns, rows: points };
}
