/** NumPy as a competitor: a Python process that runs one sample of a row when asked. */
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./numpy_rows.py", import.meta.url));

/** The Python to use: the one the environment variable PYTHON names, or python3; undefined when it has no NumPy. */
export function findPython() {
	const python = process.env.PYTHON || "python3";
	return spawnSync(python, ["-c", "import numpy"]).status === 0 ? python : undefined;
}

/** One BLAS thread. `environment` adds variables. */
export async function createNumpy(python, title, environment = {}) {
	const child = spawn(python, [script], {
		stdio: ["pipe", "pipe", "inherit"],
		env: {
			...process.env,
			OPENBLAS_NUM_THREADS: "1",
			MKL_NUM_THREADS: "1",
			VECLIB_MAXIMUM_THREADS: "1",
			...environment,
		},
	});
	const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const version = (await answers.next()).value;
	return {
		title: title ?? `NumPy ${version}`,
		runs: () => true,
		prepare: (row) => ({
			async sample() {
				child.stdin.write(`${row.id}\n`);
				return Number((await answers.next()).value);
			},
			finish() {},
		}),
		close: () => child.stdin.end(),
	};
}
