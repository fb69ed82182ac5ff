import { seroussi2021separation } from "../equations-of-state/references.ts";
import type { Reference } from "../theory.ts";

export const references: readonly Reference[] = [
	seroussi2021separation,
	{
		key: "mei2018mean",
		authors: ["Mei, Song", "Montanari, Andrea", "Nguyen, Phan-Minh"],
		title: "A mean field view of the landscape of two-layer neural networks",
		year: 2018,
		arxiv: "1804.06561",
	},
];
