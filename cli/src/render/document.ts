import type { FigureDocument } from "@finitude/core/figures";
import { parseHTML } from "linkedom";

/** A fresh, empty document for drawing figures outside a browser. */
export function createDocument(): FigureDocument {
	return parseHTML("<!doctype html><html></html>").document;
}
