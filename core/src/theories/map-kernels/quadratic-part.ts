/** The part of phi^T M phi that is quadratic in the pre-activations: its share of a contraction has a closed form. */
import { dot, type Engine, type Matrix } from "@finitude/engine";
import { dualOf } from "../../kernels/dual-of.ts";
import { type KernelBlocks, mapBlocks } from "../../kernels/kernel-blocks.ts";
import { backwardResponse } from "./backward-response.ts";
import { exactContraction, trimmed } from "./exact-contraction.ts";
import { forwardResponse } from "./forward-response.ts";

/** What t = phi^T M phi and h^T A h have in common, h ~ N(0, C). */
export interface QuadraticPart {
	/** A = J^T M, P x P: h^T A h - tr(A C) is the part of t in the second Hermite order of h. */
	readonly form: Matrix;
	/** <t> - tr(A C): t - h^T A h less this has mean 0. */
	readonly offset: number;
	/** Cov(phi_a phi_b, h^T A h) = J [2 C A C], exactly. */
	readonly contraction: KernelBlocks;
	/** <phi_a phi_b>. */
	readonly kernel: KernelBlocks;
}

/**
 * h^T A h with the A for which t - h^T A h has the least variance: a shift of C by dC changes <t> by tr(A dC), the backward
 * response, and a tilt exp(epsilon h^T A h) shifts C by 2 epsilon C A C, to which <phi phi^T> answers by the forward response.
 *
 * @param covariance C, with `test.covariance` where the test points' block is wanted
 * @param conjugate M, P x P, symmetric
 */
export function quadraticPart(
	engine: Engine,
	activation: string,
	covariance: KernelBlocks,
	conjugate: Matrix,
	testCovariance: boolean,
): QuadraticPart {
	const map = { activation, prefactor: 1 };
	const wanted = trimmed(covariance, testCovariance);
	const form = backwardResponse(engine, map, covariance.train, conjugate);
	const shift = exactContraction(engine, "linear", wanted, form, testCovariance);
	const kernel = mapBlocks(engine, dualOf(activation), wanted);
	return {
		form,
		offset: dot(kernel.train.data, conjugate.data) - dot(covariance.train.data, form.data),
		contraction: forwardResponse(engine, map, wanted, shift),
		kernel,
	};
}
