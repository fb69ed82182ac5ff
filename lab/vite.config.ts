import { defaultClientConditions, defineConfig, type Plugin } from "vite";

/** Changes reach an open page as inline styles and scripts, which its policy forbids: `npm run dev` serves it without one. */
const withoutPolicyInDevelopment: Plugin = {
	name: "without-policy-in-development",
	apply: "serve",
	transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ""),
};

export default defineConfig({
	root: import.meta.dirname,
	// Relative addresses: the site works from any path.
	base: "./",
	plugins: [withoutPolicyInDevelopment],
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
