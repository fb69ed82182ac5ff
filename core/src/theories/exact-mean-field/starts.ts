/** Where Newton's method starts, and what is tried when it does not arrive. */
import { type Engine, type Matrix, matrix, plusDiagonal } from "@finitude/engine";
import type { NeuronLaw } from "./neurons.ts";
import { type SaddleSolution, solveSaddle } from "./newton.ts";
import { forceOf, type SaddleProblem } from "./saddle-equations.ts";

/** Where a continuation begins, in units of the problem's own width or noise, and the usual ratio of its steps. */
interface Continuation {
	readonly first: number;
	readonly ratio: number;
	readonly at: (problem: SaddleProblem, factor: number) => SaddleProblem;
}

/** From 16 times the width. */
const IN_WIDTH: Continuation = {
	first: 16,
	ratio: 2,
	at: (problem, factor) => ({ ...problem, width: factor * problem.width }),
};

/** From 4096 times the noise. */
const IN_NOISE: Continuation = {
	first: 4096,
	ratio: 8,
	at: (problem, factor) => ({ ...problem, noiseVariance: factor * problem.noiseVariance }),
};

/** A step that fails is tried with the root of its ratio, down to this one. */
const SMALLEST_RATIO = 1.1;

/** Steps of a continuation, those that fail among them. */
const MOST_STAGES = 30;

/**
 * The saddle from a guess of Q. Where Newton's method does not arrive from the averaged start, it follows the solution from a
 * network of 16 times the width, then from 4096 times the noise; c stays what it is.
 *
 * @param guess of Q, P x P: positive definite with the noise
 * @param accuracy of the residual where Newton's method arrives at once; rounding where not given
 * @returns undefined where no start exists
 */
export function findSaddle(
	engine: Engine,
	law: NeuronLaw,
	problem: SaddleProblem,
	guess: Matrix,
	accuracy?: number,
): SaddleSolution | undefined {
	const direct = solveFrom(engine, law, problem, guess, accuracy);
	if (direct?.converged) return direct;
	const wide = follow(engine, law, problem, guess, IN_WIDTH);
	if (wide?.converged) return plusSteps(wide, direct);
	const loud = follow(engine, law, problem, guess, IN_NOISE);
	if (loud?.converged) return plusSteps(loud, direct);
	return direct;
}

function plusSteps(solution: SaddleSolution, earlier: SaddleSolution | undefined): SaddleSolution {
	return { ...solution, iterations: solution.iterations + (earlier?.iterations ?? 0) };
}

/** The solution at factor 1, each factor from the solution before it; undefined where the steps became too small. */
function follow(
	engine: Engine,
	law: NeuronLaw,
	problem: SaddleProblem,
	guess: Matrix,
	{ first, ratio: usual, at }: Continuation,
): SaddleSolution | undefined {
	let last = solveFrom(engine, law, at(problem, first), guess);
	let iterations = last?.iterations ?? 0;
	let factor = first;
	let ratio = usual;
	for (let stage = 0; last?.converged && factor > 1; stage++) {
		if (stage === MOST_STAGES || ratio < SMALLEST_RATIO) return undefined;
		const target = Math.max(1, factor / ratio);
		const [from, to] = [at(problem, factor), at(problem, target)];
		// With Q + kappa I as it was, A and the neurons' density stay where they exist when the noise falls.
		const start = plusDiagonal(last.point.kernel, from.noiseVariance - to.noiseVariance);
		const next = solveSaddle(engine, law, to, start);
		iterations += next?.iterations ?? 0;
		if (!next?.converged) {
			ratio = Math.sqrt(ratio);
			continue;
		}
		last = next;
		factor = target;
		ratio = Math.min(usual, ratio * ratio);
	}
	return last && { ...last, iterations };
}

function solveFrom(
	engine: Engine,
	law: NeuronLaw,
	problem: SaddleProblem,
	guess: Matrix,
	accuracy?: number,
): SaddleSolution | undefined {
	const start = startingKernel(engine, law, problem, guess);
	return start && solveSaddle(engine, law, problem, start, accuracy);
}

/** The start of Newton's method; undefined where the guess does not give one. */
export function startingKernel(
	engine: Engine,
	law: NeuronLaw,
	problem: SaddleProblem,
	guess: Matrix,
): Matrix | undefined {
	const force = forceOf(engine, problem, guess);
	if (force === undefined) return undefined;
	const neurons = law.at(force.dual);
	if (neurons === undefined) return relaxedKernel(engine, law, problem, force.dual);
	const start = guess.data.map((x, k) => 0.5 * (x + problem.readoutVariance * neurons.moment.data[k]!));
	return matrix(guess.rows, guess.rows, start);
}

/** b = 1 - phi^T A phi is at least this at every node: where the relaxation begins, and on its way. */
const [FIRST_MARGIN, LEAST_MARGIN] = [0.2, 0.05];

/** The part of A(Q(A)) - A that a step of the relaxation takes. */
const FRACTION = 0.05;

/** The relaxation ends when A(Q(A)) differs from A by this fraction of it. */
const CLOSE = 0.02;

/** 0.95^400 = 1e-9: what a steady relaxation leaves after that is no start problem. */
const MOST_ROUNDS = 400;

/**
 * For homogeneous activations, where the guess gives a density that cannot be normalized: A is scaled until it can, and then
 * moved slowly toward A(Q(A)) within the domain.
 */
function relaxedKernel(
	engine: Engine,
	law: NeuronLaw,
	problem: SaddleProblem,
	inadmissible: Matrix,
): Matrix | undefined {
	const P = inadmissible.rows;
	const along = (a: Float64Array, step: Float64Array, length: number) =>
		matrix(
			P,
			P,
			a.map((x, k) => x + length * step[k]!),
		);
	const largestForm = (dual: Matrix) => 2 * law.exponents(dual).reduce((most, x) => Math.max(most, x), 0);
	const shrink = (1 - FIRST_MARGIN) / largestForm(inadmissible);
	let dual = matrix(
		P,
		P,
		inadmissible.data.map((x) => shrink * x),
	);
	let kernel: Matrix | undefined;
	for (let round = 0; round < MOST_ROUNDS; round++) {
		const neurons = law.at(dual);
		if (neurons === undefined) return kernel;
		kernel = matrix(
			P,
			P,
			neurons.moment.data.map((x) => problem.readoutVariance * x),
		);
		const force = forceOf(engine, problem, kernel);
		if (force === undefined) return undefined;
		const step = force.dual.data.map((x, k) => x - dual.data[k]!);
		if (largest(step) <= CLOSE * largest(dual.data)) break;
		let length = FRACTION;
		while (1 - largestForm(along(dual.data, step, length)) < LEAST_MARGIN && length > 1e-6) length /= 2;
		dual = along(dual.data, step, length);
	}
	return kernel;
}

function largest(x: Float64Array): number {
	return x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
