/**
 * m of equation (3) of docs/analyses/equivalent-linear-model.md: the positive root of m^2 + b m = c with b = kappa + eps + (P/d - 1) rho^2 and c = rho^2 (kappa + eps), in
 * the form in which nothing cancels.
 *
 * @param noise kappa + eps
 */
export function linearError({
	linearPower,
	noise,
	samplesPerInput,
}: {
	readonly linearPower: number;
	readonly noise: number;
	readonly samplesPerInput: number;
}): number {
	const b = noise + (samplesPerInput - 1) * linearPower;
	// sqrt(b^2 + 4 c); two roots, since a product of tiny numbers would underflow.
	const root = Math.hypot(b, 2 * Math.sqrt(linearPower) * Math.sqrt(noise));
	if (b <= 0) return (root - b) / 2;
	return (2 * linearPower * noise) / (root + b);
}
