import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
	root: import.meta.dirname,
	// Relative addresses: the site works from any path.
	base: "./",
	resolve: { conditions: ["@finitude/source", ...defaultClientConditions] },
	worker: { format: "es" },
	build: {
		target: "es2023",
		// A helper that a policy without inline scripts would block, for browsers that load modules early anyway.
		modulePreload: false,
		// Every file stays a file: data: addresses would need a wider policy.
		assetsInlineLimit: 0,
		// The engine in one piece is larger than the default limit of a warning.
		chunkSizeWarningLimit: 2000,
	},
});
