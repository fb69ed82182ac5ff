import { findNamed } from "../find-named.ts";
import { deepKernelMachine } from "./deep-kernel-machine.ts";
import { deepLinear } from "./deep-linear.ts";
import { equationsOfState } from "./equations-of-state.ts";
import { exactMeanField } from "./exact-mean-field.ts";
import { finiteWidthCorrection } from "./finite-width-correction.ts";
import { kernelRescaling } from "./kernel-rescaling.ts";
import { mapKernels } from "./map-kernels.ts";
import { multiScale } from "./multi-scale.ts";
import { nngp } from "./nngp.ts";
import { scaleMixture } from "./scale-mixture.ts";
import { selfConsistent } from "./self-consistent.ts";
import type { Theory } from "./theory.ts";

/** Every theory, in the order in which tables show them. */
export const theories: readonly Theory[] = [
	asTheory(nngp),
	asTheory(finiteWidthCorrection),
	asTheory(mapKernels),
	asTheory(selfConsistent),
	asTheory(equationsOfState),
	asTheory(exactMeanField),
	asTheory(deepKernelMachine),
	asTheory(multiScale),
	asTheory(kernelRescaling),
	asTheory(scaleMixture),
	asTheory(deepLinear),
];

/** Options are checked against the theory's own schema before `solve` sees them, so the list need not know their types. */
function asTheory<Options extends object>(theory: Theory<Options>): Theory {
	return theory as unknown as Theory;
}

/** The theory of that id or alias. @param where The field that names it. @throws InputError with all ids when there is none. */
export function findTheory(idOrAlias: string, where = "theory"): Theory {
	return findNamed(theories, idOrAlias, where);
}
