/** The first fluctuation correction of the tree, one linear layer. */
import { scanRoots } from "../../root-finding.ts";
import type { ScaleProblem } from "./scale-roots.ts";

export interface OneLoopRoot {
	/** t > 0. */
	readonly scale: number;
	readonly iterations: number;
	/** |N (a - 1) - a x(t)|. */
	readonly residual: number;
}

export interface OneLoopRoots {
	/** All roots with a, t > 0, ascending in t; none when P is large beside N. */
	readonly roots: readonly OneLoopRoot[];
	/** At the roots; without one, the smallest on a grid over the a for which t >= 0. */
	readonly smallestResidual: number;
}

/** log a and the distance from its end are scanned in these steps, */
const STEP = 0.005;
/** up to a = e^60, far above what targets in float64 with any noise worth the name ask for. */
const LARGEST = 60;
/** Where a has an end, t falls to 0 there in proportion to the distance: it is followed down to e^-20. */
const CLOSEST = -20;

/**
 * Equation (9) of docs/theories/multi-scale.md: t = a (1 - tr[a K0 (a K0 + kappa)^-1]/N) with a = 1/(1 - x(t)/N). Given a the
 * first equation is explicit, and the second, N (a - 1) = a x(t(a)), has no pole: its roots are searched in log a >= 0.
 *
 */
export function findOneLoopRoots({ modes, targets, widths }: ScaleProblem): OneLoopRoots {
	const { signal, noise } = modes;
	const N = widths[0]!;
	/** N minus the trace: t = a (that)/N. */
	const room = (logA: number): number => {
		const a = Math.exp(logA);
		return signal.reduce((left, l, k) => (l > 0 ? left - (a * l) / (a * l + noise[k]!) : left), N);
	};
	const scaleOf = (logA: number) => (Math.exp(logA) * Math.max(room(logA), 0)) / N;
	const equation = (logA: number): number => {
		const a = Math.exp(logA);
		const t = scaleOf(logA);
		const x = signal.reduce(
			(sum, l, k) => (l > 0 ? sum + (l * targets[k]! ** 2) / (t * l + noise[k]!) ** 2 : sum),
			0,
		);
		return N * (a - 1) - a * x;
	};
	const end = room(LARGEST) > 0 ? LARGEST : room(0) > 0 ? lastRoom(room) : 0;
	const found =
		end === LARGEST
			? scanRoots(equation, -STEP, LARGEST, STEP)
			: [
					...(end > 1 ? scanRoots(equation, -STEP, end - 1, STEP) : []),
					// Evenly in the log of the distance from the end, that is in log t.
					...scanRoots(
						(s) => equation(end - Math.exp(-s)),
						-Math.log(Math.min(1, end + STEP)),
						-CLOSEST,
						STEP,
					).map(({ x, iterations }) => ({ x: end - Math.exp(-x), iterations })),
				];
	const roots = found
		.map(({ x, iterations }) => ({
			scale: scaleOf(x),
			iterations,
			residual: Math.abs(equation(x)),
		}))
		.filter(({ scale }) => scale > 0)
		.sort((p, q) => p.scale - q.scale);
	if (roots.length > 0)
		return { roots, smallestResidual: Math.min(...roots.map(({ residual }) => residual)) };
	const grid = Array.from({ length: 101 }, (_, i) => Math.abs(equation((end * i) / 100)));
	return { roots, smallestResidual: Math.min(...grid) };
}

/** The largest log a at which the trace leaves room, by bisection: the room falls with a. */
function lastRoom(room: (logA: number) => number): number {
	let [inside, outside] = [0, LARGEST];
	for (;;) {
		const middle = (inside + outside) / 2;
		if (middle <= inside || middle >= outside) return inside;
		if (room(middle) > 0) inside = middle;
		else outside = middle;
	}
}
