import { type Engine, type Matrix, seedStream } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { classTargetsFor, targetsOfLabels } from "./classes.ts";
import type { FileAccess } from "./file-access.ts";
import { choosePoints, type Pool } from "./pool.ts";
import { preprocess } from "./preprocess.ts";
import { readDataFiles } from "./read-data-files.ts";
import type { RawPoints } from "./readers.ts";
import type { DataSettings, FileSource } from "./schema.ts";
import { teacherData } from "./teachers/index.ts";

/** The data part of a problem. */
export interface DataSet {
	readonly trainInputs: Matrix;
	readonly trainTargets: Matrix;
	readonly testInputs?: Matrix;
	readonly testTargets?: Matrix;
	readonly inputShape?: readonly [number, number, number];
}

export interface MadeDataSet {
	readonly data: DataSet;
	/** The settings with every default filled in. */
	readonly resolved: DataSettings;
	/** Index of each training point's class, where equally many of every class were asked for. */
	readonly trainClasses?: Int32Array;
}

/**
 * The data set that `settings` describe, and the settings with every default filled in.
 * Deterministic: equal settings, files and engine kinds give equal numbers.
 *
 * @param seed Used where the settings give none.
 * @param trainSeed Draws the training points in place of the seed: others of the same task. Test points stay the same where they do
 * not come from what the training points left.
 * @throws InputError for missing or malformed files and for more points than there are.
 */
export function makeDataSet(
	settings: DataSettings,
	{
		files,
		engine,
		seed,
		trainSeed = settings.seed ?? seed,
	}: { files: FileAccess; engine: Engine; seed: number; trainSeed?: number },
): MadeDataSet {
	const resolved = { ...settings, seed: settings.seed ?? seed };
	if (resolved.source === "teacher") {
		return { data: teacherData(resolved.teacher, { ...resolved, trainSeed, engine }), resolved };
	}
	const { classes } = resolved;
	if (classes === undefined && resolved.classTargets !== undefined) {
		throw new InputError({
			where: "data.classes",
			wanted: "the classes that classTargets belong to",
			got: "nothing",
		});
	}
	const classTargets = classes && classTargetsFor(classes, resolved.classTargets);
	const raw = readDataFiles(resolved, files);
	const poolOf = (points: RawPoints): Pool => {
		if (!classes || !classTargets) return points;
		if (points.targets.columns !== 1) {
			throw new InputError({
				where: "data.classes",
				wanted: "one column of labels as targets",
				got: `${points.targets.columns} columns`,
			});
		}
		return { inputs: points.inputs, ...targetsOfLabels(points.targets.data, classes, classTargets) };
	};
	const pools = { train: poolOf(raw.train), ...(raw.test && { test: poolOf(raw.test) }) };
	const { train, test } = choosePoints(
		pools,
		resolved,
		engine,
		seedStream(resolved.seed),
		seedStream(trainSeed),
	);
	preprocess(train.inputs, test?.inputs, resolved);
	checkTargets(train.targets, "training");
	if (test) checkTargets(test.targets, "test");
	const inputShape = shapeOf(resolved, raw.train);
	return {
		...(train.classOf && { trainClasses: train.classOf }),
		data: {
			trainInputs: train.inputs,
			trainTargets: train.targets,
			...(test && { testInputs: test.inputs, testTargets: test.targets }),
			...(inputShape && { inputShape }),
		},
		resolved: classTargets
			? { ...resolved, classTargets: classTargets.map((t) => (typeof t === "number" ? t : [...t])) }
			: resolved,
	};
}

/** The shape given, or that of arrays with two or three axes per point. */
function shapeOf(settings: FileSource, { inputs }: RawPoints): readonly [number, number, number] | undefined {
	if ("inputShape" in settings && settings.inputShape) return settings.inputShape;
	const [, height, width, channels = 1] = inputs.shape;
	if (inputs.shape.length < 3 || inputs.shape.length > 4) return undefined;
	return [height!, width!, channels];
}

function checkTargets(targets: Matrix, name: string): void {
	const bad = targets.data.findIndex((y) => !Number.isFinite(y));
	if (bad < 0) return;
	throw new InputError({
		where: `data: target of ${name} point ${Math.floor(bad / targets.columns)}`,
		wanted: "a finite number",
		got: String(targets.data[bad]),
	});
}
