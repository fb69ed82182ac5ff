import type { Reference } from "../theory.ts";

export const references: readonly Reference[] = [
	{
		key: "pacelli2023statistical",
		authors: [
			"Pacelli, Rosalba",
			"Ariosto, Sebastiano",
			"Pastore, Mauro",
			"Ginelli, Francesco",
			"Gherardi, Marco",
			"Rotondo, Pietro",
		],
		title:
			"A statistical mechanics framework for Bayesian deep neural networks beyond the infinite-width limit",
		year: 2023,
		journal: "Nature Machine Intelligence",
		arxiv: "2209.04882",
	},
	{
		key: "baglioni2024predictive",
		authors: [
			"Baglioni, Paolo",
			"Pacelli, Rosalba",
			"Aiudi, Riccardo",
			"Di Renzo, Francesco",
			"Vezzani, Alessandro",
			"Burioni, Raffaella",
			"Rotondo, Pietro",
		],
		title:
			"Predictive power of a Bayesian effective action for fully connected one hidden layer neural networks in the proportional limit",
		year: 2024,
		arxiv: "2401.11004",
	},
	{
		key: "baglioni2024kernel",
		authors: [
			"Baglioni, Paolo",
			"Giambagli, Lorenzo",
			"Vezzani, Alessandro",
			"Burioni, Raffaella",
			"Rotondo, Pietro",
			"Pacelli, Rosalba",
		],
		title:
			"Kernel shape renormalization explains output-output correlations in finite Bayesian one-hidden-layer networks",
		year: 2024,
		arxiv: "2412.15911",
	},
	{
		key: "aiudi2025local",
		authors: [
			"Aiudi, Riccardo",
			"Pacelli, Rosalba",
			"Baglioni, Paolo",
			"Vezzani, Alessandro",
			"Burioni, Raffaella",
			"Rotondo, Pietro",
		],
		title:
			"Local kernel renormalization as a mechanism for feature learning in overparametrized convolutional neural networks",
		year: 2025,
		journal: "Nature Communications",
		arxiv: "2307.11807",
	},
	{
		key: "li2021statistical",
		authors: ["Li, Qianyi", "Sompolinsky, Haim"],
		title:
			"Statistical mechanics of deep linear neural networks: the back-propagating kernel renormalization",
		year: 2021,
		journal: "Physical Review X",
		arxiv: "2012.04030",
	},
];
