/** A mixture of Gaussians over the first-layer weights of one unit, in coordinates where its prior is N(0, I). */

/** One Gaussian N(mean, L L^T) of a mixture; plain data. */
export interface MixtureComponent {
	/** Its share of the mixture, > 0. */
	readonly share: number;
	/** r numbers. */
	readonly mean: Float64Array;
	/** L: r x r row-major, lower triangular, with a positive diagonal. */
	readonly factor: Float64Array;
	/** log share - log det L. */
	readonly logConstant: number;
}

export type UnitMixture = readonly MixtureComponent[];

/** The prior N(0, I) of r weights as a component. */
export function priorComponent(
	directions: number,
	share: number,
	log: (x: number) => number,
): MixtureComponent {
	const factor = new Float64Array(directions * directions);
	for (let i = 0; i < directions; i++) factor[i * (directions + 1)] = 1;
	return { share, mean: new Float64Array(directions), factor, logConstant: log(share) };
}

/** A component with this mean and factor. */
export function component(
	share: number,
	mean: Float64Array,
	factor: Float64Array,
	log: (x: number) => number,
): MixtureComponent {
	let logConstant = log(share);
	for (let i = 0; i < mean.length; i++) logConstant -= log(factor[i * (mean.length + 1)]!);
	return { share, mean, factor, logConstant };
}

/** The component that a uniform number in [0, 1) stands for. */
export function chooseComponent(mixture: UnitMixture, uniform: number): MixtureComponent {
	let rest = uniform;
	for (const candidate of mixture) {
		if (rest < candidate.share) return candidate;
		rest -= candidate.share;
	}
	// The shares add up to 1 within rounding.
	return mixture[mixture.length - 1]!;
}

/** unit <- mean + L unit, in place: r standard normals become a draw from the component. */
export function placeUnit({ mean, factor }: MixtureComponent, unit: Float64Array): void {
	const r = mean.length;
	for (let i = r - 1; i >= 0; i--) {
		let sum = mean[i]!;
		for (let j = 0; j <= i; j++) sum += factor[i * r + j]! * unit[j]!;
		unit[i] = sum;
	}
}

/**
 * Log of share times the density of a component over the prior's, at a unit w:
 * log share - log det L - |L^-1 (w - mean)|^2 / 2 + |w|^2 / 2.
 *
 * @param work r numbers
 */
export function logComponentRatio(
	{ mean, factor, logConstant }: MixtureComponent,
	unit: Float64Array,
	work: Float64Array,
): number {
	const r = mean.length;
	let exponent = 0;
	for (let i = 0; i < r; i++) {
		let x = unit[i]! - mean[i]!;
		for (let j = 0; j < i; j++) x -= factor[i * r + j]! * work[j]!;
		x /= factor[i * (r + 1)]!;
		work[i] = x;
		exponent += unit[i]! * unit[i]! - x * x;
	}
	return logConstant + exponent / 2;
}
