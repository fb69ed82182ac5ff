/** One linear layer with two outputs, or with two positions and one output: the readout, drawn through its 2 x 2 Gram matrix. */
import { type Block, gram } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { createNodeDraw } from "../scale-mixture/lattice-law.ts";
import { twoOutputLikelihood } from "../scale-mixture/two-output-likelihood.ts";
import {
	createWishartPosterior,
	LARGEST_RESIDUAL,
	type ScaleFactorLikelihood,
	type WishartPosterior,
} from "../scale-mixture/wishart-posterior.ts";
import { diagonalizeModes } from "../theories/kernel-rescaling/modes.ts";
import { allocateView } from "./block-operations.ts";
import { createReadout, smallerForm } from "./readout.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { createScalarFunctions } from "./scalar-functions.ts";
import { createUniform } from "./scale-factors.ts";
import type { UpperLayers } from "./upper-layers.ts";

/** Where Laplace's lattice fits the posterior 2e5 are enough. A million take some seconds. */
const MOST_NODES = 1_000_000;

/**
 * The two columns of the readout a (N x 2: outputs, or positions) enter f through Q = a^T a / N ~ Wishart_2(N, I/N) alone, and
 * a = sqrt(N) O F^T with Q = F F^T and O uniform among the N x 2 matrices with orthonormal columns.
 *
 * @returns throws InputError where no affordable lattice resolves the posterior of Q
 */
export function createPairedReadout(space: SamplingSpace, readout: Block): UpperLayers {
	const { engine, network, problem } = space;
	const scalar = createScalarFunctions(engine);
	const uniform = createUniform(space);
	const { width } = network.layers[0]!;
	const posteriorOf = createWishartPosterior(scalar, width, MOST_NODES);
	const likelihoodOf = problem.trainTargets.columns === 2 ? twoOutputs(space, scalar) : twoPositions(space);
	const normals = engine.allocate(2 * width);
	const constant = -(problem.trainTargets.data.length / 2) * scalar.log(2 * Math.PI);
	return {
		given(targets) {
			const { likelihood, shift } = likelihoodOf(targets);
			const law = requireResolved(posteriorOf(likelihood));
			const drawNode = createNodeDraw(law.probabilities);
			return {
				step: law.step,
				residual: law.residual,
				nodes: law.probabilities.length,
				logEvidence: law.logTotal + constant + shift,
				draw(stream) {
					const { first, lower, second } = law.factorAt(drawNode(uniform(stream)));
					engine.fillNormal(stream, normals);
					const [o, p] = orthonormalColumns(normals.data, width);
					const a = readout.data;
					for (let i = 0; i < width; i++) {
						a[2 * i] = Math.sqrt(width) * first * o[i]!;
						a[2 * i + 1] = Math.sqrt(width) * (lower * o[i]! + second * p[i]!);
					}
				},
			};
		},
	};
}

/** @throws InputError when there is no law, or one whose step is too coarse */
export function requireResolved(law: WishartPosterior | undefined): WishartPosterior {
	if (law && law.residual <= LARGEST_RESIDUAL) return law;
	throw new InputError({
		where: "sampling.sampler",
		wanted: "a posterior of the matrix of scales that a lattice resolves",
		got: "exact",
		sentence: `exact: no lattice of ${MOST_NODES} nodes or fewer resolves the posterior of the 2 x 2 matrix of scales. Use gibbs, or raise noiseVariance.`,
	});
}

/** A likelihood of Q and what it leaves out, the constant of 2 pi apart. */
type LikelihoodOf = (targets: Float64Array) => { likelihood: ScaleFactorLikelihood; shift: number };

/** Covariance Q (x) K over outputs and points. */
function twoOutputs(
	{ engine, network, inputs, problem }: SamplingSpace,
	scalar: ReturnType<typeof createScalarFunctions>,
): LikelihoodOf {
	const { readoutScale, layers } = network;
	const kernel = gram(engine, inputs.train, { alpha: readoutScale * layers[0]!.width });
	const { biasVariance } = problem.network.readout;
	const modes = diagonalizeModes(engine, kernel, problem.noiseVariance, biasVariance);
	return (targets) => {
		const column = (k: number) => modes.project(targets.filter((_, i) => i % 2 === k));
		return {
			likelihood: twoOutputLikelihood(scalar, modes, [column(0), column(1)]),
			shift: -modes.logDeterminantShift,
		};
	};
}

/**
 * Covariance sum_ij Q_ij K_ij, K_ij between positions i and j: c N Z Z^T with Z = [F_11 X_1 + F_21 X_2, F_22 X_2], a readout of
 * twice as many features as a patch has inputs. Reads the targets of the potential.
 */
function twoPositions({ engine, network, inputs, problem, potential }: SamplingSpace): LikelihoodOf {
	const { noiseVariance, network: settings } = problem;
	const points = problem.trainInputs.rows;
	const { columns } = inputs.train;
	const x = inputs.train.data;
	const amplitude = Math.sqrt(network.readoutScale * network.layers[0]!.width);
	const bias = Math.sqrt(settings.readout.biasVariance);
	const rows = 2 * columns + (bias > 0 ? 1 : 0);
	const features = allocateView(engine, rows, points);
	const readout = createReadout(engine, smallerForm(rows, points), {
		features,
		targets: potential.targets,
		scale: 1,
		noiseVariance,
	});
	features.block.data.fill(bias, 2 * columns * points);
	const likelihood: ScaleFactorLikelihood = ({ first, lower, second }) => {
		const z = features.block.data;
		for (let p = 0; p < points; p++) {
			for (let k = 0; k < columns; k++) {
				const [one, two] = [x[p * columns + k]!, x[(points + p) * columns + k]!];
				z[k * points + p] = amplitude * (first * one + lower * two);
				z[(columns + k) * points + p] = amplitude * second * two;
			}
		}
		return -readout.energy();
	};
	return () => ({ likelihood, shift: 0 });
}

/** Gram-Schmidt on the two columns of an N x 2 matrix of normals: uniform among pairs of orthonormal vectors. */
function orthonormalColumns(normals: Float64Array, width: number): readonly [Float64Array, Float64Array] {
	const column = (k: number) => normals.filter((_, i) => i % 2 === k);
	const scaled = (x: Float64Array) => {
		const norm = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
		return x.map((value) => value / norm);
	};
	const first = scaled(column(0));
	const second = column(1);
	let along = 0;
	for (let i = 0; i < width; i++) along += first[i]! * second[i]!;
	return [first, scaled(second.map((value, i) => value - along * first[i]!))];
}
