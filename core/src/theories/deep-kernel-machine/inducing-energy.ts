/** The free energy -L with inducing inputs, and its gradient: kernels at the inducing inputs, spread to the training points. */
import { type Engine, type Matrix, plus } from "@finitude/engine";
import {
	type FreeEnergy,
	inputPull,
	type KernelState,
	type LayerKernels,
	type LayerModel,
	layerKernels,
} from "../equations-of-state/free-energy.ts";
import { inputCotangent } from "../equations-of-state/input-layer.ts";
import { layerPull } from "../equations-of-state/layer-pull.ts";
import {
	type CollapsedOutput,
	collapsedCotangents,
	collapsedOutput,
	collapsedValue,
	type InducingOutput,
} from "./collapsed-output.ts";
import { type ConditionalLayer, conditionalCotangents, conditionalLayer } from "./conditional-layer.ts";
import { type InputRows, inputSpread, inputSpreadCotangent } from "./input-spread.ts";
import type { SpreadKernel, SpreadMap } from "./spread-map.ts";

export interface InducingModel {
	/** At the inducing inputs. */
	readonly layers: LayerModel;
	readonly inputs: InputRows;
	/** One for each layer. */
	readonly maps: readonly SpreadMap[];
	readonly output: InducingOutput;
}

/** All kernels of one state. */
export interface InducingKernels {
	/** At the inducing inputs. */
	readonly inducing: LayerKernels;
	/** K_l, l = 1..L, where a training point takes part. */
	readonly spread: readonly SpreadKernel[];
	/** Of layers 2..L. */
	readonly conditionals: readonly ConditionalLayer[];
	/** Q_f where a training point takes part. */
	readonly outputSpread: SpreadKernel;
	readonly collapsed: CollapsedOutput;
}

/** Equations (1), (3) and (4). Undefined where a kernel of the inducing inputs is not positive definite. */
export function inducingKernels(
	engine: Engine,
	{ layers, inputs, maps, output }: InducingModel,
	factors: readonly Matrix[],
): InducingKernels | undefined {
	const inducing = layerKernels(engine, layers, factors);
	if (inducing === undefined) return undefined;
	const spread = [inputSpread(engine, inputs, factors[0]!)];
	const conditionals: ConditionalLayer[] = [];
	let above = maps[0]!.forward(engine, inducing.sites[0]!.variances, spread[0]!);
	for (let l = 1; l < maps.length; l++) {
		const conditional = conditionalLayer(engine, factorsOf(layers, inducing, factors, l), above);
		conditionals.push(conditional);
		spread.push(conditional.kernel);
		above = maps[l]!.forward(engine, inducing.sites[l]!.variances, conditional.kernel);
	}
	const collapsed = collapsedOutput(engine, output, inducing.output, above.cross);
	return collapsed && { inducing, spread, conditionals, outputSpread: above, collapsed };
}

/** -L and its gradient in the coordinates of `FreeEnergy`. Undefined where a kernel is not positive definite. */
export function inducingFreeEnergy(
	engine: Engine,
	model: InducingModel,
	state: KernelState,
): FreeEnergy | undefined {
	const { layers, inputs, maps, output } = model;
	const kernels = inducingKernels(engine, model, state.factors);
	if (kernels === undefined) return undefined;
	const { inducing, spread, conditionals, outputSpread, collapsed } = kernels;
	let value = collapsedValue(output, collapsed, outputSpread.diagonal);
	let { kernel: cotangent, spread: carried } = collapsedCotangents(engine, output, collapsed);
	const gradients: Matrix[] = [];
	for (let l = maps.length - 1; l >= 0; l--) {
		const relative = state.factors[l]!;
		const weight = layers.weights[l]!;
		const logDeterminant = state.logDeterminants[l]!;
		const at = inducing.sites[l]!;
		const outer = maps[l]!.backward(engine, at.variances, spread[l]!, carried);
		if (l === 0) {
			const below = layers.maps[0]!.backward(engine, at, cotangent);
			addTo(below.diagonal, outer.inducing, 1);
			const pull = plus(
				inputCotangent(engine, layers.maps[0]!.layer, layers.inputs, below),
				inputSpreadCotangent(engine, inputs, outer),
			);
			const { gradient, divergence } = inputPull(engine, relative, logDeterminant, weight, pull);
			value += (weight / 2) * divergence;
			gradients.unshift(gradient);
			break;
		}
		const pull = layers.maps[l]!.cotangent(engine, at, cotangent);
		addTo(pull.data, outer.inducing, pull.columns + 1);
		const factors = factorsOf(layers, inducing, state.factors, l);
		const { prior: spreadPrior, ...gained } = conditionalCotangents(
			engine,
			factors,
			conditionals[l - 1]!,
			outer,
		);
		const { C: prior, range } = factors;
		const factor = inducing.factors[l - 1]!;
		const pulled = layerPull(
			engine,
			{ relative, prior, factor, range, pull, weight, logDeterminant, gained },
			false,
		);
		value += (weight / 2) * pulled.divergence;
		gradients.unshift(pulled.gradient);
		cotangent = pulled.cotangent;
		carried = spreadPrior;
	}
	return { value, gradients };
}

/** Adds numbers to every `stride`-th entry. */
function addTo(data: Float64Array, numbers: Float64Array, stride: number): void {
	numbers.forEach((x, i) => {
		data[stride * i]! += x;
	});
}

function factorsOf(
	{ ranges, jitters }: LayerModel,
	{ priorFactors }: LayerKernels,
	factors: readonly Matrix[],
	l: number,
) {
	return { T: factors[l]!, C: priorFactors[l - 1]!, range: ranges[l - 1], jitter: jitters[l - 1]! };
}
