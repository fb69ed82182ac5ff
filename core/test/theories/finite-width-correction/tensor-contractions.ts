/** The finite-width correction by plain loops over the tensor of four indices: the reference for its contracted form. */
import { type Engine, matrix, multiply } from "@finitude/engine";
import { priorKernels } from "../../../src/kernels/prior-kernels.ts";
import { layerWidth } from "../../../src/network/network.ts";
import type { Problem } from "../../../src/problem/problem.ts";
import { posteriorOperators } from "../../../src/theories/finite-width-correction/posterior-operators.ts";
import { featureSource, hiddenUnit, type IntegrationRule } from "../../../src/tilted-unit/index.ts";

/** V_(ab)(cd) over all n points, by a rule: (sig2^2 / N) Cov(k_ab, k_cd). */
function kernelCovariance(engine: Engine, problem: Problem, rule: IntegrationRule) {
	const unit = hiddenUnit(engine, problem);
	const { points: n, positions: M } = unit;
	const G = new Float64Array(n * n);
	const V = new Float64Array(n ** 4);
	featureSource(engine, unit, rule).forEach(({ features, weights, count }) => {
		const [phi, w] = [features.block.data, weights.data];
		const k = new Float64Array(n * n);
		for (let s = 0; s < count; s++) {
			k.fill(0);
			for (let i = 0; i < M; i++) {
				for (let a = 0; a < n; a++) {
					for (let b = 0; b < n; b++)
						k[a * n + b]! += (phi[(i * n + a) * count + s]! * phi[(i * n + b) * count + s]!) / M;
				}
			}
			for (let p = 0; p < n * n; p++) {
				G[p]! += w[s]! * k[p]!;
				for (let q = 0; q < n * n; q++) V[p * n * n + q]! += w[s]! * k[p]! * k[q]!;
			}
		}
	});
	const width = layerWidth(problem.network.layers[0]!);
	const scale = problem.network.readout.weightVariance ** 2 / width;
	return {
		n,
		at: (a: number, b: number, c: number, d: number) =>
			scale * (V[(a * n + b) * n * n + c * n + d]! - G[a * n + b]! * G[c * n + d]!),
	};
}

/** Equations (20)-(24), and for one output the terms of (18), term by term. Standard scaling. */
export function tensorCorrection(engine: Engine, problem: Problem, rule: IntegrationRule) {
	const { n, at: V } = kernelCovariance(engine, problem, rule);
	const P = problem.trainInputs.rows;
	const D = problem.trainTargets.columns;
	const prior = priorKernels(engine, problem);
	const { weights: g, projection } = posteriorOperators(
		engine,
		prior.output,
		problem.trainTargets,
		problem.noiseVariance,
	);
	const Q = matrix(
		P,
		P,
		projection.data.slice(0, P * P).map((x) => x / problem.noiseVariance),
	);
	const psi = (s: number, e: number) =>
		(e < P ? projection.data[s * P + e]! : 0) + (e === s && s >= P ? 1 : 0);
	const GG = multiply(engine, g, g, { transposeB: true });
	const S = (a: number, b: number) => GG.data[a * P + b]! - D * Q.data[a * P + b]!;
	const sum = (sizes: number[], term: (...indices: number[]) => number): number => {
		let total = 0;
		const visit = (chosen: number[]) => {
			if (chosen.length === sizes.length) total += term(...chosen);
			else for (let k = 0; k < sizes[chosen.length]!; k++) visit([...chosen, k]);
		};
		visit([]);
		return total;
	};
	const q = (a: number, b: number) => Q.data[a * P + b]!;
	const w = (a: number, k: number) => g.data[a * D + k]!;
	const delta = matrix(
		n,
		n,
		Float64Array.from({ length: n * n }, (_, p) =>
			sum([P, P], (c, d) => 0.5 * V(Math.floor(p / n), p % n, c, d) * S(c, d)),
		),
	);
	const mean = matrix(n, D);
	for (let s = 0; s < n; s++) {
		for (let k = 0; k < D; k++) {
			mean.data[s * D + k] =
				sum([n, P], (e, a) => psi(s, e) * delta.data[e * n + a]! * w(a, k)) -
				sum([n, P, P, P], (e, a, b, c) => psi(s, e) * V(e, a, b, c) * q(a, b) * w(c, k));
		}
	}
	/** Cov(f^k_s, f^l_t) less its infinite-width value. */
	const covariance = (s: number, t: number, k: number, l: number) =>
		sum(
			[n, n],
			(e, f) =>
				psi(s, e) *
				psi(t, f) *
				((k === l ? delta.data[e * n + f]! : 0) +
					sum([P, P], (a, b) => V(e, a, f, b) * (w(a, k) * w(b, l) - (k === l ? q(a, b) : 0)))),
		);
	const U = (a: number, b: number, c: number, d: number) => V(a, b, c, d) + V(a, c, b, d) + V(a, d, b, c);
	const all = [P, P, P, P];
	return {
		mean,
		covariance,
		kernelShift: matrix(
			P,
			P,
			Float64Array.from({ length: P * P }, (_, p) => delta.data[Math.floor(p / P) * n + (p % P)]!),
		),
		logEvidence:
			sum(all, (a, b, c, d) => (V(a, b, c, d) * (S(a, b) * S(c, d))) / 8) -
			sum([...all, D], (a, b, c, d, k) => 0.5 * w(a, k) * V(a, b, c, d) * q(b, c) * w(d, k)) +
			sum(all, (a, b, c, d) => (D / 4) * V(a, b, c, d) * q(b, c) * q(d, a)),
		evidenceTerms: {
			GGGG: sum(all, (a, b, c, d) => (U(a, b, c, d) * w(a, 0) * w(b, 0) * w(c, 0) * w(d, 0)) / 24),
			QGG: sum(all, (a, b, c, d) => (-U(a, b, c, d) * q(a, b) * w(c, 0) * w(d, 0)) / 4),
			QQ: sum(all, (a, b, c, d) => (U(a, b, c, d) * q(a, b) * q(c, d)) / 8),
		},
	};
}
