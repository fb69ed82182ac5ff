import { references as rescalingReferences } from "../kernel-rescaling/references.ts";
import type { Reference } from "../theory.ts";

const byKey = (key: string): Reference => rescalingReferences.find((reference) => reference.key === key)!;

export const li2021statistical = byKey("li2021statistical");
export const pacelli2023statistical = byKey("pacelli2023statistical");

export const zavatone2021exact: Reference = {
	key: "zavatone2021exact",
	authors: ["Zavatone-Veth, Jacob A.", "Pehlevan, Cengiz"],
	title: "Exact marginal prior distributions of finite Bayesian neural networks",
	year: 2021,
	arxiv: "2104.11734",
};

export const hanin2022bayesian: Reference = {
	key: "hanin2022bayesian",
	authors: ["Hanin, Boris", "Zlokapa, Alexander"],
	title: "Bayesian Interpolation with Deep Linear Networks",
	year: 2022,
	arxiv: "2212.14457",
};

export const bassetti2024feature: Reference = {
	key: "bassetti2024feature",
	authors: [
		"Bassetti, Federico",
		"Gherardi, Marco",
		"Ingrosso, Alessandro",
		"Pastore, Mauro",
		"Rotondo, Pietro",
	],
	title:
		"Feature learning in finite-width Bayesian deep linear networks with multiple outputs and convolutional layers",
	year: 2024,
	arxiv: "2406.03260",
};
