/** What is asked, from the options and a problem: what neither gives has a default or is an error. */
import { type Engine, type Matrix, matrix } from "@finitude/engine";
import type { Activation } from "../../activations/activation.ts";
import { findActivation } from "../../activations/registry.ts";
import { InputError } from "../../errors.ts";
import { dualOf } from "../../kernels/dual-of.ts";
import type { AveragedFunction } from "../../kernels/normal-rule.ts";
import { priorKernels } from "../../kernels/prior-kernels.ts";
import { quadratureKernel } from "../../kernels/quadrature.ts";
import { parseMatrix } from "../../problem/parse-matrix.ts";
import type { Problem } from "../../problem/problem.ts";
import { networkDefaults } from "./network-defaults.ts";
import type { ResidualScalingOptions } from "./options.ts";
import type { PairCovariance, ResidualBranch } from "./pair-recursion.ts";

/** The depths of the default run; of activations without closed forms, which take seconds for ten blocks, fewer. */
const DEPTHS = [5, 10, 20, 50, 100, 200, 500, 1000];
const FEW_DEPTHS = [5, 10, 20];

export interface ResidualQuestion {
	/** With every default that this quantity uses filled in. */
	readonly options: ResidualScalingOptions;
	/** C^(0), n x n. */
	readonly firstCovariance: Matrix;
	/** Of the two inputs whose response is asked for. */
	readonly pair: PairCovariance;
	readonly branch: ResidualBranch;
}

/** @throws InputError where something is missing, contradicts itself or is no covariance. */
export function residualQuestion(
	engine: Engine,
	given: ResidualScalingOptions,
	problem: Problem | undefined,
): ResidualQuestion {
	const fromNetwork = problem && networkDefaults(problem.network);
	const options = {
		...given,
		activation: given.activation ?? fromNetwork?.activation ?? "erf",
		weightVariance: given.weightVariance ?? fromNetwork?.weightVariance ?? 1,
		biasVariance: given.biasVariance ?? fromNetwork?.biasVariance ?? 0,
		readoutVariance: given.readoutVariance ?? fromNetwork?.readoutVariance ?? 1,
	};
	const { activation, weightVariance, biasVariance } = options;
	const phi = findActivation(activation, "options.activation");
	const firstCovariance = covarianceOf(engine, given, problem);
	return {
		options: {
			...options,
			...depthAndScale(given, fromNetwork, phi.dual === undefined ? FEW_DEPTHS : DEPTHS),
		},
		firstCovariance,
		pair: pairOf(firstCovariance, given),
		branch: {
			dual: dualOf(activation),
			slopeKernel: phi.dual === undefined ? slopeKernelOf(phi) : undefined,
			weightVariance,
			biasVariance,
		},
	};
}

/** E[phi'(h_a) phi'(h_b)] by quadrature. */
function slopeKernelOf({ name, derivative }: Activation): ResidualBranch["slopeKernel"] {
	const slope: AveragedFunction = {
		name,
		evaluate(_engine, h, out) {
			const [x, y] = [h.data, out.data];
			for (let i = 0; i < x.length; i++) y[i] = derivative(x[i]!);
		},
	};
	return (engine, pairs) => quadratureKernel(engine, slope, pairs);
}

/** `depth` and `residualScale` where the quantity uses them. */
function depthAndScale(
	{ quantity, depth, residualScale }: ResidualScalingOptions,
	fromNetwork: { readonly depth?: number; readonly residualScale?: number } = {},
	depths: number[],
): Pick<ResidualScalingOptions, "depth" | "residualScale"> {
	if (quantity === "continuumScale") return {};
	if (quantity === undefined) return { depth: depth ?? depths };
	const blocks = depth ?? fromNetwork.depth;
	if (typeof blocks !== "number") {
		throw new InputError({
			where: "options.depth",
			wanted: `the number of residual blocks, for quantity ${quantity}`,
			got: blocks === undefined ? "nothing" : "a list",
		});
	}
	if (quantity === "optimalScale") return { depth: blocks };
	const scale = residualScale ?? fromNetwork.residualScale;
	if (scale === undefined) {
		throw new InputError({
			where: "options.residualScale",
			wanted: "a finite number of at least 0, for quantity kernels",
			got: "nothing",
		});
	}
	return { depth: blocks, residualScale: scale };
}

/** C^(0) from one of its three sources. */
function covarianceOf(
	engine: Engine,
	{ firstCovariance, variance, covariance }: ResidualScalingOptions,
	problem: Problem | undefined,
): Matrix {
	const sources = [
		...(firstCovariance === undefined ? [] : ["firstCovariance"]),
		...(variance === undefined && covariance === undefined ? [] : ["variance and covariance"]),
		...(problem === undefined ? [] : ["a problem"]),
	];
	if (sources.length !== 1) {
		throw new InputError({
			where: "options.firstCovariance",
			wanted: "one first covariance: this matrix, variance and covariance, or a problem",
			got: sources.length === 0 ? "nothing" : sources.join(" and "),
		});
	}
	if (problem !== undefined) return covarianceOfData(engine, problem);
	if (firstCovariance !== undefined) return parsedCovariance(firstCovariance);
	if (variance === undefined || covariance === undefined) {
		throw new InputError({
			where: `options.${variance === undefined ? "variance" : "covariance"}`,
			wanted: "variance and covariance together",
			got: "one of them",
		});
	}
	return matrix(2, 2, Float64Array.of(variance, covariance, covariance, variance));
}

/** s_1^2 X X^T / d + s_b^2 of the first layer. */
function covarianceOfData(engine: Engine, { trainInputs, network }: Problem): Matrix {
	const first = { ...network, layers: network.layers.slice(0, 1) };
	return priorKernels(engine, { trainInputs, network: first }).preactivation[0]![0]!.train;
}

function parsedCovariance(rows: readonly (readonly number[])[]): Matrix {
	const where = "options.firstCovariance";
	const parsed = parseMatrix(rows, where);
	const { rows: n, columns, data } = parsed;
	if (n !== columns) {
		throw new InputError({ where, wanted: "a square matrix", got: `${n} x ${columns}` });
	}
	for (let i = 0; i < n; i++) {
		if (!(data[i * n + i]! > 0)) {
			throw new InputError({
				where: `${where}[${i}][${i}]`,
				wanted: "a variance above 0",
				got: `${data[i * n + i]}`,
			});
		}
		for (let j = 0; j < i; j++) {
			const [lower, upper] = [data[i * n + j]!, data[j * n + i]!];
			if (lower !== upper) {
				throw new InputError({
					where: `${where}[${i}][${j}]`,
					wanted: `a symmetric matrix, here ${upper}`,
					got: `${lower}`,
				});
			}
			if (Math.abs(lower) > Math.sqrt(data[i * n + i]!) * Math.sqrt(data[j * n + j]!)) {
				throw new InputError({
					where: `${where}[${i}][${j}]`,
					wanted: "a covariance of at most the geometric mean of both variances in absolute value",
					got: `${lower}`,
				});
			}
		}
	}
	return parsed;
}

/** The two inputs of `pair`, checked. */
function pairOf(
	{ rows: n, data }: Matrix,
	{ pair: [i, j], quantity, covariance }: ResidualScalingOptions,
): PairCovariance {
	if (i === j || Math.max(i, j) >= n) {
		throw new InputError({
			where: "options.pair",
			wanted: `two different rows of the ${n} of the first covariance, counted from 0`,
			got: `[${i}, ${j}]`,
		});
	}
	const [first, second, cross] = [data[i * n + i]!, data[j * n + j]!, data[i * n + j]!];
	if (!(Math.min(first, second) > 0)) {
		throw new InputError({
			where: "options.pair",
			wanted: "two inputs whose pre-activations have variances above 0",
			got: `${first} and ${second}`,
			advice: "Choose other inputs, or give the first layer biases.",
		});
	}
	const scale = Math.sqrt(first) * Math.sqrt(second);
	if (Math.abs(cross) < scale || (quantity === "kernels" && covariance === undefined)) {
		return { first, second, cross };
	}
	const limit = first === second ? `q = ${first}` : `sqrt(q_a q_b) = ${scale}`;
	const where = covariance === undefined ? "options.pair" : "options.covariance";
	throw new InputError({
		where,
		wanted: "a covariance smaller in absolute value than the variance",
		got: `c = ${cross}, ${limit}`,
		sentence: `${where}: covariance must be smaller in absolute value than variance (got c = ${cross}, ${limit}).`,
	});
}
