import type { Reference } from "../theory.ts";

export const seroussi2021separation: Reference = {
	key: "seroussi2021separation",
	authors: ["Seroussi, Inbar", "Naveh, Gadi", "Ringel, Zohar"],
	title: "Separation of scales and a thermodynamic description of feature learning in some CNNs",
	year: 2021,
	arxiv: "2112.15383",
};

export const yang2021theory: Reference = {
	key: "yang2021theory",
	authors: [
		"Yang, Adam X.",
		"Robeyns, Maxime",
		"Milsom, Edward",
		"Anson, Ben",
		"Schoots, Nandi",
		"Aitchison, Laurence",
	],
	title: "A theory of representation learning gives a deep generalisation of kernel methods",
	year: 2021,
	arxiv: "2108.13097",
};

export const li2020statistical: Reference = {
	key: "li2020statistical",
	authors: ["Li, Qianyi", "Sompolinsky, Haim"],
	title: "Statistical mechanics of deep linear neural networks: the back-propagating kernel renormalization",
	year: 2020,
	arxiv: "2012.04030",
};
