import { references as multiScaleReferences } from "../../theories/multi-scale/references.ts";
import type { Reference } from "../../theories/theory.ts";

export const references: readonly Reference[] = [
	{
		key: "vanmeegen2025coding",
		authors: ["van Meegen, Alexander", "Sompolinsky, Haim"],
		title: "Coding schemes in neural networks learning classification tasks",
		year: 2025,
		journal: "Nature Communications 16, 3354",
		doi: "10.1038/s41467-025-58276-6",
	},
	multiScaleReferences.find(({ key }) => key === "rubin2025kernels")!,
];
