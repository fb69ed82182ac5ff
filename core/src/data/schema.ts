/** The `data` part of an experiment file. */
import { z } from "zod";
import { inputShapeSchema } from "../problem/schema.ts";
import { teacherSchema } from "./teachers/index.ts";

const path = z.string("a file path").min(1, "a file path").max(4096);
const atLeast = (least: number) =>
	z.int(`an integer of at least ${least}`).min(least, `an integer of at least ${least}`);
const seed = z
	.int("an integer from 0 to 2^53 - 1")
	.min(0, "an integer from 0 to 2^53 - 1")
	.optional()
	.describe("Draws the points. Default: the experiment's seed.");

const countOrAll = (least: number) =>
	z.union([z.literal("all"), atLeast(least)], `"all" or an integer of at least ${least}`);

const classes = z
	.array(z.int("an integer").describe("A label."))
	.min(1, "a list of at least one label")
	.max(1000)
	.describe("Labels to keep; points with others are left out.");

const labeled = {
	classTargets: z
		.array(
			z.union([z.number(), z.array(z.number()).min(1).max(1000)], "a number or a list of numbers"),
			"a list with one target for each class",
		)
		.optional()
		.describe("Target of each class, in order. Default: -1 and 1 for two classes, else unit vectors."),
	balanced: z
		.boolean()
		.default(true)
		.describe("Draw equally many points of every class (as nearly as the count allows)."),
};

const preprocessing = (divideBy: number) => ({
	divideBy: z
		.number("a finite number above 0")
		.positive("a finite number above 0")
		.default(divideBy)
		.describe("First, every input is divided by this."),
	center: z
		.enum(["none", "train-mean"])
		.default("none")
		.describe("Then the mean of the training points is subtracted from every input coordinate, or nothing."),
	normalize: z
		.enum(["none", "unit-norm", "standardize"])
		.default("none")
		.describe(
			"Last: unit-norm scales every point to |x|^2 = d; standardize subtracts the mean and divides by the standard deviation over the training points, coordinate by coordinate (a constant one is only centered).",
		),
});

const images = {
	trainCount: countOrAll(1).default(100).describe("P, the number of training points drawn."),
	testCount: countOrAll(0).default(200).describe("P*, the number of test points drawn."),
	seed,
	...preprocessing(255),
};

const tables = {
	classes: classes.optional().describe("When given, the one target column holds labels, and these are kept."),
	...labeled,
	trainCount: countOrAll(1)
		.default("all")
		.describe("P: a number draws points at random, all keeps the order of the file."),
	testCount: countOrAll(0)
		.default("all")
		.describe("P*, from the test file, or from the training points that are left where there is none."),
	seed,
	inputShape: inputShapeSchema.optional(),
	...preprocessing(1),
};

const columns = z
	.array(z.union([z.string(), z.int()], "a column name or number"))
	.min(1, "a list of at least one column")
	.max(100_000);

const mnist = z.strictObject({
	source: z.literal("mnist"),
	classes: classes.default([0, 1]),
	...labeled,
	...images,
});

const idx = z.strictObject({
	source: z.literal("idx"),
	trainImages: path,
	trainLabels: path,
	testImages: path.optional(),
	testLabels: path.optional(),
	classes,
	...labeled,
	...images,
});

const cifar10 = z.strictObject({
	source: z.literal("cifar10"),
	trainFiles: z.array(path).min(1, "a list of at least one file path").max(100).describe("Binary batches."),
	testFiles: z.array(path).min(1, "a list of at least one file path").max(100).optional(),
	classes,
	...labeled,
	...images,
});

const csv = z.strictObject({
	source: z.literal("csv"),
	train: path,
	test: path.optional(),
	header: z
		.boolean()
		.optional()
		.describe("Whether the first row holds names. Default: it does when none of its cells is a number."),
	delimiter: z
		.enum([",", ";", "\t", "|", " "])
		.optional()
		.describe("Default: the first of tab, semicolon and comma in the first line."),
	inputs: columns
		.optional()
		.describe("Columns by name or number (0 is the first). Default: all but the targets."),
	targets: columns.describe("Columns by name or number."),
	...tables,
});

const npy = z.strictObject({
	source: z.literal("npy"),
	trainInputs: path,
	trainTargets: path,
	testInputs: path.optional(),
	testTargets: path.optional(),
	...tables,
});

const npz = z.strictObject({
	source: z.literal("npz"),
	file: path,
	trainInputs: z.string().min(1).default("trainInputs").describe("Name of an array in the file."),
	trainTargets: z.string().min(1).default("trainTargets"),
	testInputs: z.string().min(1).optional(),
	testTargets: z.string().min(1).optional(),
	...tables,
});

const json = z.strictObject({
	source: z.literal("json"),
	file: path.describe(
		"A JSON or YAML object with trainInputs, trainTargets and maybe testInputs, testTargets.",
	),
	...tables,
});

const teacher = z.strictObject({
	source: z.literal("teacher"),
	teacher: teacherSchema,
	trainCount: atLeast(1).default(100).describe("P, the number of training points."),
	testCount: atLeast(0).default(200).describe("P*, the number of test points."),
	targetNoiseVariance: z
		.number("a finite number of at least 0")
		.nonnegative("a finite number of at least 0")
		.default(0)
		.describe("Variance of Gaussian noise added to the training targets; test targets carry none."),
	seed,
});

/** Where the points come from, which are taken, and what is done to them. */
export const dataSchema = z.discriminatedUnion("source", [mnist, idx, cifar10, csv, npy, npz, json, teacher]);

/** The `data` field of an experiment, defaults filled in; told apart by `source`. */
export type DataSettings = z.output<typeof dataSchema>;
export type FileSource = Exclude<DataSettings, { source: "teacher" }>;
/** What is done to the inputs, in this order. */
export type Preprocessing = Pick<FileSource, "divideBy" | "center" | "normalize">;
