/** Rules for averages over w ~ N(0, I_r): weighted points, made chunk by chunk so that any number of them fits in memory. */

/** Some of a rule's points. The arrays are used again for the next chunk: read them before you ask for it. */
export interface PointChunk {
	/** r x count, coordinate by coordinate: coordinate k of point s is points[k * count + s]. */
	readonly points: Float64Array;
	/** The weight of each point, of either sign. */
	readonly weights: Float64Array;
	readonly count: number;
}

/** E f(w), w ~ N(0, I_r), as sum_s weights_s f(points_s); the weights sum to 1 within the accuracy of the rule. */
export interface IntegrationRule {
	/**
	 * What its error depends on: a step, a polynomial degree or random numbers. The points of "directions" are unit vectors u of
	 * w = r u, and averages over them leave the radius r to `tiltedMeasure`. Those of "chains" are draws of a tilted measure; they
	 * serve averages under tilts close to that one, not the prior's.
	 */
	readonly kind: "trapezoid" | "gauss-hermite" | "degree-five" | "polar" | "sobol" | "directions" | "chains";
	/** r */
	readonly dimension: number;
	/** How many points there are. */
	readonly count: number;
	/** All points in a fixed order, at most `size` at a time. */
	chunks(size: number): Iterable<PointChunk>;
}

/** Collects points one by one into chunks: `add` returns a chunk when it is full, `rest` what is left at the end. */
export function chunkBuilder(dimension: number, size: number) {
	const points = new Float64Array(dimension * size);
	const weights = new Float64Array(size);
	let count = 0;
	return {
		add(point: ArrayLike<number>, weight: number): PointChunk | undefined {
			for (let k = 0; k < dimension; k++) points[k * size + count] = point[k]!;
			weights[count++] = weight;
			if (count < size) return undefined;
			count = 0;
			return { points, weights, count: size };
		},
		rest(): PointChunk | undefined {
			if (count === 0) return undefined;
			const left = new Float64Array(dimension * count);
			for (let k = 0; k < dimension; k++) left.set(points.subarray(k * size, k * size + count), k * count);
			return { points: left, weights: weights.subarray(0, count), count };
		},
	};
}
