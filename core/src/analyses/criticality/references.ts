import { references as kernels } from "../../theories/map-kernels/references.ts";
import type { Reference } from "../../theories/theory.ts";

export const references: readonly Reference[] = [
	kernels[0]!,
	{
		key: "poole2016exponential",
		authors: [
			"Poole, Ben",
			"Lahiri, Subhaneil",
			"Raghu, Maithra",
			"Sohl-Dickstein, Jascha",
			"Ganguli, Surya",
		],
		title: "Exponential expressivity in deep neural networks through transient chaos",
		year: 2016,
		arxiv: "1606.05340",
	},
	{
		key: "schoenholz2017deep",
		authors: ["Schoenholz, Samuel S.", "Gilmer, Justin", "Ganguli, Surya", "Sohl-Dickstein, Jascha"],
		title: "Deep information propagation",
		year: 2017,
		arxiv: "1611.01232",
	},
];
