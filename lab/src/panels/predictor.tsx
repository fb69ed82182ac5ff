/** Means and variances of every theory, and of the sampled network once there are draws. */
import { compareFigure, comparisonFigureData } from "@finitude/core/figures";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { samples } from "../workers/sampling.ts";
import { solution, stale } from "../workers/solver.ts";
import type { LabPanel } from "./panel.ts";

/** Widths are rounded down to this, so that a pull at the window's edge does not draw a figure for every pixel. */
const WIDTH_STEP = 20;
const LEAST_WIDTH = 320;
const LARGEST_WIDTH = 1000;

/** The width there is for a figure, and where to measure it. */
function useFigureWidth() {
	const place = useRef<HTMLDivElement>(null);
	const [width, setWidth] = useState(LARGEST_WIDTH);
	useEffect(() => {
		const observer = new ResizeObserver(([entry]) => {
			const room = WIDTH_STEP * Math.floor(entry!.contentRect.width / WIDTH_STEP);
			setWidth(Math.max(LEAST_WIDTH, Math.min(LARGEST_WIDTH, room)));
		});
		observer.observe(place.current!);
		return () => observer.disconnect();
	}, []);
	return { place, width };
}

function Content() {
	const { place, width } = useFigureWidth();
	const shown = solution.value;
	const sampling = samples.value;
	const svg = useMemo(() => {
		const answers = (shown?.theories ?? []).flatMap((one) => ("answer" in one ? [one.answer] : []));
		if (shown === undefined || answers.length === 0) return undefined;
		const data = comparisonFigureData(shown.experiment, answers, sampling);
		return data.theories.length === 0 ? undefined : compareFigure(data, document, width);
	}, [shown, sampling, width]);
	useEffect(() => {
		// Until there is another answer the last figure stays.
		if (svg === undefined) return;
		const drawing = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
		place.current!.replaceChildren(document.importNode(drawing, true));
	}, [place, svg]);
	return <div ref={place} class={stale.value ? "figure stale" : "figure"} aria-busy={stale.value} />;
}

export const predictor: LabPanel = { id: "predictor", title: "Predictor", place: "results", Content };
