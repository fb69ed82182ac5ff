import { findNamed } from "../find-named.ts";
import { alignment } from "./alignment.ts";
import { cka } from "./cka.ts";
import { deepGraphPersistence } from "./deep-graph-persistence.ts";
import { effectiveRank } from "./effective-rank.ts";
import { funnel } from "./funnel.ts";
import { gradientOuterProduct } from "./gradient-outer-product.ts";
import { informationGain } from "./information-gain.ts";
import { neuralPersistence } from "./neural-persistence.ts";
import { nonlinearity } from "./nonlinearity.ts";
import { preactivationLaw } from "./preactivation-law.ts";
import type { Probe } from "./probe.ts";
import { smallestEigenvalue } from "./smallest-eigenvalue.ts";
import { spectralEntropy } from "./spectral-entropy.ts";
import { spectrum } from "./spectrum.ts";
import { weightCovariance } from "./weight-covariance.ts";

/** Every probe, in the order in which tables show them. */
export const probes: readonly Probe[] = [
	alignment,
	cka,
	effectiveRank,
	spectrum,
	smallestEigenvalue,
	spectralEntropy,
	informationGain,
	weightCovariance,
	gradientOuterProduct,
	nonlinearity,
	preactivationLaw,
	funnel,
	neuralPersistence,
	deepGraphPersistence,
];

/** The probe of that id or alias. @param where The field that names it. @throws InputError with all ids when there is none. */
export function findProbe(idOrAlias: string, where = "probe"): Probe {
	return findNamed(probes, idOrAlias, where);
}
