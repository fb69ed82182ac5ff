import type { Reference } from "../../theories/theory.ts";

/** The statement that the relative gap is below 2 N_out/P. */
export const universalBound: Reference = {
	key: "ariosto2022universal",
	authors: [
		"Ariosto, Sebastiano",
		"Pacelli, Rosalba",
		"Ginelli, Francesco",
		"Gherardi, Marco",
		"Rotondo, Pietro",
	],
	title: "Universal mean-field upper bound for the generalization gap of deep neural networks",
	year: 2022,
	arxiv: "2201.11022",
	journal: "Physical Review E 105:064309",
};
