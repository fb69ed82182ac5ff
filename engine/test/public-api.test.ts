/** The public surface, name by name: it changes on purpose only. */
import * as engine from "@finitude/engine";
import { expect, test } from "vitest";
import * as native from "../src/native/index.ts";

test("@finitude/engine", () => {
	expect(Object.keys(engine).sort()).toMatchInlineSnapshot(`
		[
		  "EngineError",
		  "choleskyFactor",
		  "choleskyInverse",
		  "choleskySolve",
		  "columnVector",
		  "createEngine",
		  "diagonal",
		  "dot",
		  "elementwise",
		  "erf",
		  "erfDerivative",
		  "gram",
		  "identity",
		  "jump",
		  "load",
		  "logDeterminant",
		  "longJump",
		  "matrix",
		  "matrixFromColumn",
		  "matrixFromRows",
		  "matrixRow",
		  "matrixToRows",
		  "minus",
		  "mirrorLower",
		  "multiply",
		  "plus",
		  "plusDiagonal",
		  "scaled",
		  "scoped",
		  "seedStream",
		  "smallestEigenvalue",
		  "solveLower",
		  "splitStream",
		  "submatrix",
		  "symmetricEigen",
		  "symmetricEigenvalues",
		  "symmetricPart",
		  "trace",
		  "transpose",
		  "transposed",
		  "unload",
		  "view",
		]
	`);
});

test("@finitude/engine/native", () => {
	expect(Object.keys(native).sort()).toMatchInlineSnapshot(`
		[
		  "createNativeEngine",
		]
	`);
});
