/** The public surface, name by name: it changes on purpose only. */
import * as core from "@finitude/core";
import * as figures from "@finitude/core/figures";
import * as formats from "@finitude/core/formats";
import { expect, test } from "vitest";

test("@finitude/core", () => {
	expect(Object.keys(core).sort()).toMatchInlineSnapshot(`
		[
		  "InputError",
		  "RANKING_THRESHOLD",
		  "R_HAT_LIMIT",
		  "activationNames",
		  "analyses",
		  "analysisFileSchema",
		  "answerToJson",
		  "biasRun",
		  "bibtex",
		  "bulkEss",
		  "checkProblem",
		  "combineChains",
		  "commentedTemplate",
		  "compareWithSamples",
		  "comparedPoints",
		  "computationRecord",
		  "dataSchema",
		  "defineActivation",
		  "dualOf",
		  "ess",
		  "estimateMemory",
		  "experimentSchema",
		  "findActivation",
		  "findAnalysis",
		  "findSampler",
		  "findTheory",
		  "fromClosedForm",
		  "hashExperiment",
		  "inFile",
		  "isExperiment",
		  "isInputError",
		  "jsonSchemas",
		  "layerWidth",
		  "makeDataSet",
		  "mcseMean",
		  "mcseStandardDeviation",
		  "meanRHat",
		  "missedModes",
		  "networkSchema",
		  "paretoShape",
		  "parseProblem",
		  "parseText",
		  "positionKernels",
		  "predictionAt",
		  "priorKernels",
		  "problemSchema",
		  "problemToJson",
		  "projectionMcse",
		  "rHat",
		  "rankNormalize",
		  "rankingScore",
		  "readCifar10",
		  "readCsv",
		  "readIdx",
		  "readNpy",
		  "readNpz",
		  "registerActivation",
		  "resolveAnalysisFile",
		  "resolveExperiment",
		  "runChain",
		  "sampleInProcess",
		  "samplers",
		  "selectColumns",
		  "solveAnalysis",
		  "solveEquationsOfState",
		  "solveTheories",
		  "solveTheory",
		  "stepSizeBias",
		  "tailEss",
		  "teacherData",
		  "teacherSchema",
		  "theories",
		  "theoryRow",
		  "toMatrix",
		  "verdict",
		  "version",
		  "weightCovariance",
		  "weightedBulkEss",
		  "weightedTailEss",
		  "withDataPaths",
		]
	`);
});

test("@finitude/core/figures", () => {
	expect(Object.keys(figures).sort()).toMatchInlineSnapshot(`
		[
		  "analysisFigure",
		  "compareFigure",
		  "kernelsFigure",
		]
	`);
});

test("@finitude/core/formats", () => {
	expect(Object.keys(formats).sort()).toMatchInlineSnapshot(`
		[
		  "arvizJson",
		  "checkDataTree",
		  "indexCoordinate",
		  "npzArchive",
		  "sampledTree",
		  "variable",
		  "writeZarr",
		]
	`);
});
