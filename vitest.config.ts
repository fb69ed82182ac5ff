import { defineConfig } from "vitest/config";

export default defineConfig({
	resolve: { conditions: ["@finitude/source"] },
	ssr: { resolve: { conditions: ["@finitude/source", "node", "import", "module", "default"] } },
	test: {
		include: ["{engine,core,cli,lab,examples,docs}/test/**/*.test.ts"],
		testTimeout: 120_000,
		hookTimeout: 120_000,
		pool: "threads",
		// One module graph a worker: the sources are read and compiled twice in all, not once for each of two hundred files.
		isolate: false,
		maxWorkers: 2,
	},
});
