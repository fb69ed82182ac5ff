import type { Reference } from "../theory.ts";

export const references: readonly Reference[] = [
	{
		key: "fischer2024critical",
		authors: [
			"Fischer, Kirsten",
			"Lindner, Javed",
			"Dahmen, David",
			"Ringel, Zohar",
			"Krämer, Michael",
			"Helias, Moritz",
		],
		title: "Critical feature learning in deep neural networks",
		year: 2024,
		arxiv: "2405.10761",
	},
	{
		key: "yaida2020nongaussian",
		authors: ["Yaida, Sho"],
		title: "Non-Gaussian processes and neural networks at finite widths",
		year: 2020,
		arxiv: "1910.00019",
	},
];
