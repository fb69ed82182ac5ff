import { dot, type Engine, type Matrix, matrix, matrixRow, type RandomState, scoped } from "@finitude/engine";

/** Directions at most. */
const DIRECTIONS = 256;

/**
 * Random directions of unit length in orthonormal frames, each frame uniform over rotations: as many whole frames as 256 directions allow, or
 * 256 directions of one frame in more dimensions. Within a frame squared projections add up to the squared length of a vector, so that averages
 * over directions scatter less than over independent ones. One dimension has one direction.
 *
 * @param stream advanced
 * @returns directions x dimensions
 */
export function randomFrames(engine: Engine, stream: RandomState, dimensions: number): Matrix {
	const size = Math.min(dimensions, DIRECTIONS);
	const frames = dimensions === 1 ? 1 : Math.floor(DIRECTIONS / size);
	const directions = scoped(engine, () => {
		const normals = engine.allocate(frames * size * dimensions);
		engine.fillNormal(stream, normals);
		return matrix(frames * size, dimensions, normals.data.slice());
	});
	for (let frame = 0; frame < frames; frame++) {
		for (let k = 0; k < size; k++) {
			const direction = matrixRow(directions, frame * size + k);
			// Twice: one pass of Gram and Schmidt loses orthogonality where little is left of a vector.
			for (let pass = 0; pass < 2; pass++) {
				for (let other = 0; other < k; other++)
					subtract(direction, matrixRow(directions, frame * size + other));
			}
			const length = Math.sqrt(dot(direction, direction));
			for (let n = 0; n < dimensions; n++) direction[n]! /= length;
		}
	}
	return directions;
}

/** x <- x - (x.u) u for u of unit length. */
function subtract(x: Float64Array, u: Float64Array): void {
	const projection = dot(x, u);
	for (let n = 0; n < x.length; n++) x[n]! -= projection * u[n]!;
}
