import { references as rescalingReferences } from "../kernel-rescaling/references.ts";
import type { Reference } from "../theory.ts";

const shared = (key: string): Reference => rescalingReferences.find((reference) => reference.key === key)!;

export const references: readonly Reference[] = [
	{
		key: "rubin2025kernels",
		authors: [
			"Rubin, Noa",
			"Fischer, Kirsten",
			"Lindner, Javed",
			"Dahmen, David",
			"Seroussi, Inbar",
			"Ringel, Zohar",
			"Krämer, Michael",
			"Helias, Moritz",
		],
		title: "From Kernels to Features: A Multi-Scale Adaptive Theory of Feature Learning",
		year: 2025,
		arxiv: "2502.03210",
	},
	shared("li2021statistical"),
	shared("pacelli2023statistical"),
];
