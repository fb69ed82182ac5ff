import { erfMoment } from "./erf-moment.ts";
import { type FourPointMomentOf, linearMoment, quadraticMoment } from "./four-point-moment.ts";
import { reluMoment } from "./relu-moment.ts";

const exact: Readonly<Record<string, FourPointMomentOf>> = {
	linear: linearMoment,
	quadratic: quadraticMoment,
	erf: erfMoment,
	relu: reluMoment,
};

/** The four-point moment of an activation whose moments are known in any dimension; undefined for all others. */
export function exactMoment(activation: string): FourPointMomentOf | undefined {
	return exact[activation];
}
