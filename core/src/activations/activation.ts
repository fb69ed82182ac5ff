import type { Arithmetic, Block, FloatArray } from "@finitude/engine";
import type { DualActivation } from "../kernels/dual-activation.ts";

/** A nonlinearity as its author writes it: a function, its derivative and its parity. */
export interface ActivationDefinition {
	/** Lower-case word used in problem files: "erf". */
	readonly name: string;
	/** phi(h). */
	value(h: number): number;
	/** phi'(h); at a kink the mean of both sides or one of them, as the activation says. */
	derivative(h: number): number;
	/** phi''(h) from h, phi(h) and phi'(h). The most probable kernels of a deep network need it, for smooth bounded activations. */
	secondDerivative?(h: number, value: number, derivative: number): number;
	/** phi(-h) = -phi(h) for every h: such a function has no mean under a centered Gaussian. */
	readonly odd: boolean;
	/** phi is a polynomial of this degree: its Gaussian averages have exact rules of finitely many points. */
	readonly polynomialDegree?: number;
	/** phi(c h) = c phi(h) for every c > 0, as for relu. */
	readonly homogeneous?: true;
	/** Given where averages over z ~ N(0, 1) keep the function's form: E phi(h + sigma z) = phi(smoothedScale(sigma) h). */
	smoothedScale?(sigma: number): number;
	/** |phi| stays below a constant. Theories that tilt the prior of a hidden unit by the data need it; false where not given. */
	readonly bounded?: boolean;
	/** Closed forms of its Gaussian averages. Without them they are found by quadrature, which wants a smooth function. */
	readonly dual?: DualActivation;
	/** Element-wise value on a block; given only where an engine map makes it faster than the loop over `value`. */
	evaluate?<Numbers extends FloatArray>(
		engine: Arithmetic<Numbers>,
		h: Block<Numbers>,
		value: Block<Numbers>,
	): void;
	/** Element-wise value and derivative in one pass; given where it shares work. */
	valueAndDerivative?<Numbers extends FloatArray>(
		engine: Arithmetic<Numbers>,
		h: Block<Numbers>,
		value: Block<Numbers>,
		derivative: Block<Numbers>,
	): void;
}

/** A nonlinearity that theories and samplers can use: scalar and vectorized forms. */
export interface Activation extends ActivationDefinition {
	readonly bounded: boolean;
	/** value <- phi(h), element-wise, in either precision. The two blocks have one length and do not overlap. */
	evaluate<Numbers extends FloatArray>(
		engine: Arithmetic<Numbers>,
		h: Block<Numbers>,
		value: Block<Numbers>,
	): void;
	/** value <- phi(h), derivative <- phi'(h), likewise. The three blocks have one length and do not overlap. */
	valueAndDerivative<Numbers extends FloatArray>(
		engine: Arithmetic<Numbers>,
		h: Block<Numbers>,
		value: Block<Numbers>,
		derivative: Block<Numbers>,
	): void;
}

/** Completes a definition: vectorized forms that are not given become plain loops. */
export function defineActivation(definition: ActivationDefinition): Activation {
	const { name, odd, bounded = false, dual, polynomialDegree, homogeneous } = definition;
	const value = (h: number) => definition.value(h);
	const derivative = (h: number) => definition.derivative(h);
	return {
		name,
		odd,
		bounded,
		...(definition.smoothedScale && { smoothedScale: definition.smoothedScale.bind(definition) }),
		...(definition.secondDerivative && {
			secondDerivative: definition.secondDerivative.bind(definition),
		}),
		...(dual && { dual }),
		...(polynomialDegree !== undefined && { polynomialDegree }),
		...(homogeneous && { homogeneous }),
		value,
		derivative,
		evaluate:
			definition.evaluate?.bind(definition) ??
			((_engine, h, out) => {
				const [x, y] = [h.data, out.data];
				for (let i = 0; i < x.length; i++) y[i] = value(x[i]!);
			}),
		valueAndDerivative:
			definition.valueAndDerivative?.bind(definition) ??
			((_engine, h, out, slope) => {
				const [x, y, dy] = [h.data, out.data, slope.data];
				for (let i = 0; i < x.length; i++) {
					y[i] = value(x[i]!);
					dy[i] = derivative(x[i]!);
				}
			}),
	};
}
