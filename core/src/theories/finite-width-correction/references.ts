import type { Reference } from "../theory.ts";

export const references: readonly Reference[] = [
	{
		key: "naveh2021predicting",
		authors: ["Naveh, Gadi", "Ben-David, Oded", "Sompolinsky, Haim", "Ringel, Zohar"],
		title: "Predicting the outputs of finite deep neural networks trained with noisy gradients",
		year: 2021,
		journal: "Physical Review E",
		arxiv: "2004.01190",
	},
	{
		key: "naveh2021selfconsistent",
		authors: ["Naveh, Gadi", "Ringel, Zohar"],
		title: "A self consistent theory of Gaussian Processes captures feature learning effects in finite CNNs",
		year: 2021,
		arxiv: "2106.04110",
	},
	{
		key: "zavatoneveth2021asymptotics",
		authors: ["Zavatone-Veth, Jacob A.", "Canatar, Abdulkadir", "Ruben, Benjamin S.", "Pehlevan, Cengiz"],
		title: "Asymptotics of representation learning in finite Bayesian neural networks",
		year: 2021,
		arxiv: "2106.00651",
	},
	{
		key: "yaida2020nongaussian",
		authors: ["Yaida, Sho"],
		title: "Non-Gaussian processes and neural networks at finite widths",
		year: 2020,
		arxiv: "1910.00019",
	},
	{
		key: "roberts2022principles",
		authors: ["Roberts, Daniel A.", "Yaida, Sho", "Hanin, Boris"],
		title: "The Principles of Deep Learning Theory",
		year: 2022,
		journal: "Cambridge University Press",
		arxiv: "2106.10165",
	},
];
