import { defineConfig } from "vitest/config";

export default defineConfig({
	resolve: { conditions: ["@finitude/source"] },
	ssr: { resolve: { conditions: ["@finitude/source", "node", "import", "module", "default"] } },
	test: {
		include: ["{engine,core,cli,examples,docs}/test/**/*.test.ts"],
		testTimeout: 120_000,
		hookTimeout: 120_000,
		pool: "threads",
		maxWorkers: 2,
	},
});
