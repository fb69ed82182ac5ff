import type { MatrixScale } from "../../matrix-scale/matrix-scale.ts";

/**
 * What a mixture asks of a matrix of scales, at tens of thousands of Q. `repeatedOutputScales` and `repeatedPatchScales` are made
 * for that: they keep their work space in the engine, so that an evaluation allocates and copies next to nothing.
 */
export type ScaleModel = Pick<MatrixScale, "size" | "targetCount" | "energy" | "slope" | "predict">;
