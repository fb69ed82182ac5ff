/** bench/python/langevin.py as a competitor, on one core. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../python/langevin.py", import.meta.url));

/** Enough to be past the first slow ones. */
const TRIAL_STEPS = 500;

const oneThread = {
	OPENBLAS_NUM_THREADS: "1",
	MKL_NUM_THREADS: "1",
	OMP_NUM_THREADS: "1",
	VECLIB_MAXIMUM_THREADS: "1",
};

/** "numpy" and "torch", as far as this Python has them, with their versions. */
export function pythonLibraries(python) {
	const found = [];
	for (const name of ["numpy", "torch"]) {
		const { status, stdout } = spawnSync(
			python,
			["-c", `import scipy, ${name}; print(${name}.__version__)`],
			{
				encoding: "utf8",
			},
		);
		if (status === 0)
			found.push({ name, title: `${name === "numpy" ? "NumPy" : "PyTorch"} ${stdout.trim()}` });
	}
	return found;
}

function run(python, problem, options) {
	const { status, stdout, stderr } = spawnSync(
		python,
		[script, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`])],
		{
			input: JSON.stringify(problem),
			encoding: "utf8",
			maxBuffer: 2 ** 30,
			env: { ...process.env, ...oneThread },
		},
	);
	if (status !== 0) throw new Error(`langevin.py: ${stderr}`);
	return JSON.parse(stdout);
}

/** The same as `timedChain`, for about `seconds`; a short run before tells how many steps that is. */
export function timedPythonChain(python, library, problem, { stepSize, every, warmupSeconds, seconds }) {
	const common = { "step-size": stepSize, every, library };
	const trial = run(python, problem, { ...common, steps: TRIAL_STEPS });
	const perSecond = TRIAL_STEPS / trial.seconds;
	const steps = Math.ceil(perSecond * seconds);
	const warmup = Math.ceil(perSecond * warmupSeconds);
	const result = run(python, problem, { ...common, warmup, steps });
	const points = problem.testInputs.length;
	return {
		warmupSeconds: result.warmupSeconds,
		seconds: result.seconds,
		gradients: steps,
		means: Array.from({ length: points }, (_, i) => Float64Array.from(result.draws, (f) => f[i])),
	};
}
