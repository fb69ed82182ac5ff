import type { Reference } from "../theory.ts";

export const naveh2021self: Reference = {
	key: "naveh2021self",
	authors: ["Naveh, Gadi", "Ringel, Zohar"],
	title: "A self-consistent theory of Gaussian processes captures feature learning effects in finite CNNs",
	year: 2021,
	journal: "Advances in Neural Information Processing Systems 34",
	arxiv: "2106.04110",
};

export const references: readonly Reference[] = [
	naveh2021self,
	{
		key: "naveh2021predicting",
		authors: ["Naveh, Gadi", "Ben David, Oded", "Sompolinsky, Haim", "Ringel, Zohar"],
		title: "Predicting the outputs of finite deep neural networks trained with noisy gradients",
		year: 2021,
		journal: "Physical Review E 104, 064301",
		arxiv: "2004.01190",
	},
	{
		key: "zavatone2021asymptotics",
		authors: ["Zavatone-Veth, Jacob A.", "Canatar, Abdulkadir", "Ruben, Benjamin S.", "Pehlevan, Cengiz"],
		title: "Asymptotics of representation learning in finite Bayesian neural networks",
		year: 2021,
		arxiv: "2106.00651",
	},
];
