import type { Reference } from "../theory.ts";

export const references: readonly Reference[] = [
	{
		key: "seroussi2021separation",
		authors: ["Seroussi, Inbar", "Naveh, Gadi", "Ringel, Zohar"],
		title: "Separation of scales and a thermodynamic description of feature learning in some CNNs",
		year: 2021,
		arxiv: "2112.15383",
	},
	{
		key: "mei2018mean",
		authors: ["Mei, Song", "Montanari, Andrea", "Nguyen, Phan-Minh"],
		title: "A mean field view of the landscape of two-layer neural networks",
		year: 2018,
		arxiv: "1804.06561",
	},
];
