import { network } from "./network.tsx";
import type { LabPanel } from "./panel.ts";
import { predictor } from "./predictor.tsx";
import { sampler } from "./sampler.tsx";
import { task } from "./task.tsx";
import { theories } from "./theories.tsx";

/** Every panel, in the order of the page. */
export const panels: readonly LabPanel[] = [task, network, sampler, predictor, theories];
