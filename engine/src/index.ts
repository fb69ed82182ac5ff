export { createEngine, type EngineChoice } from "./create-engine.ts";
export {
	type Arithmetic,
	type Block,
	type Engine,
	EngineError,
	type EngineId,
	type FloatArray,
	type RandomState,
	type SinglePrecision,
	type View,
} from "./engine.ts";
export * from "./linalg/matrix.ts";
export * from "./linalg/operations.ts";
export { jump, longJump } from "./random/jump.ts";
export { seedStream, splitStream } from "./random/stream.ts";
export { erf, erfDerivative } from "./reference/special-functions.ts";
export { columnVector, submatrix, transpose, view } from "./view.ts";
