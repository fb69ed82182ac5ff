import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodePermalink } from "@finitude/core/permalink";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSiteServer, LOOPBACK } from "../src/lab/site-server.ts";
import { finitude } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "finitude-lab-"));
const site = join(folder, "site");
let server: Server;
let port: number;

beforeAll(async () => {
	mkdirSync(join(site, "assets"), { recursive: true });
	writeFileSync(join(folder, "secret.txt"), "secret");
	writeFileSync(
		join(site, "index.html"),
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'" />`,
	);
	writeFileSync(join(site, "assets", "main.js"), "1;");
	writeFileSync(join(site, "assets", "style.css"), "p {}");
	writeFileSync(join(site, "notes"), "plain");
	symlinkSync(join(folder, "secret.txt"), join(site, "link.txt"));
	// A neighbor whose path begins like the site's.
	mkdirSync(join(folder, "site-2"));
	writeFileSync(join(folder, "site-2", "index.html"), "secret");
	server = createSiteServer(site);
	server.listen(0, LOOPBACK);
	await once(server, "listening");
	port = (server.address() as AddressInfo).port;
});

afterAll(() => {
	server.close();
	rmSync(folder, { recursive: true });
});

/** The path goes out as it is: fetch would tidy it up first. */
async function get(path: string, { method = "GET", host = `127.0.0.1:${port}` } = {}) {
	const sent = request({ host: "127.0.0.1", port, path, method, headers: { host } }).end();
	const [response] = (await once(sent, "response")) as [IncomingMessage];
	let body = "";
	for await (const chunk of response) body += chunk;
	return { status: response.statusCode, headers: response.headers, body };
}

describe("createSiteServer", () => {
	it.each([
		["/", "text/html; charset=utf-8"],
		["/index.html?x=1", "text/html; charset=utf-8"],
		["/assets/main.js", "text/javascript; charset=utf-8"],
		["/assets/style.css", "text/css; charset=utf-8"],
		["/notes", "application/octet-stream"],
	])("serves %s as %s under the page's policy", async (path, type) => {
		const { status, headers } = await get(path);
		expect([status, headers["content-type"]]).toEqual([200, type]);
		expect(headers["content-security-policy"]).toBe(
			"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; frame-ancestors 'none'",
		);
		expect(headers["x-content-type-options"]).toBe("nosniff");
	});

	it.each([
		"/../secret.txt",
		"/%2e%2e/secret.txt",
		"/..%2fsecret.txt",
		"/assets/../../secret.txt",
		"/assets/..%5c..%5csecret.txt",
		"//etc/passwd",
		"/../site-2/",
		"/link.txt",
		"/assets",
		"/assets/",
		"/notes%00.html",
		"/%E0%A4%A",
		"/missing.js",
	])("refuses %s", async (path) => {
		const { status, body } = await get(path);
		expect([status, body]).toEqual([404, "404\n"]);
	});

	it("refuses other methods and other names of this machine", async () => {
		expect((await get("/", { method: "POST" })).status).toBe(405);
		expect((await get("/", { host: "rebound.example" })).status).toBe(403);
		expect((await get("/", { host: `localhost:${port}` })).status).toBe(200);
		expect(await get("/notes", { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
	});

	it("listens on the loopback interface only", () => {
		expect((server.address() as AddressInfo).address).toBe("127.0.0.1");
	});
});

describe("finitude lab", () => {
	it("prints a link with the experiment's state and ends with Ctrl-C", async () => {
		const { code, stdout, stderr } = await finitude(["lab", "examples/teacher.yaml"], {
			onStart: (kill, child) => {
				child.stdout!.once("data", () => kill("SIGINT"));
			},
		});
		expect(stderr).toBe("The lab is at this address, on this machine only. Ctrl-C ends it.\n");
		const { host, hash } = new URL(stdout);
		expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
		expect(decodePermalink(hash)!.experiment).toMatchObject({
			name: "teacher",
			data: { source: "teacher", trainCount: 60 },
			noiseVariance: 0.05,
			theories: "all",
		});
		expect(code).toBe(0);
	});

	it("puts the numbers of files into the link", async () => {
		const input = "x,y\n0,0.5\n1,-0.5\n";
		writeFileSync(join(folder, "points.csv"), input);
		const experiment = {
			data: { source: "csv", train: join(folder, "points.csv"), targets: ["y"] },
			network: {
				layers: [{ type: "dense", width: 5, activation: "erf", weightVariance: 1 }],
				readout: { weightVariance: 1 },
				scaling: "mean-field",
			},
			noiseVariance: 0.1,
			sampling: false,
		};
		const { stdout } = await finitude(["lab", "-"], {
			input: JSON.stringify(experiment),
			onStart: (kill, child) => {
				child.stdout!.once("data", () => kill("SIGINT"));
			},
		});
		expect(decodePermalink(new URL(stdout).hash)!.experiment.problem).toMatchObject({
			trainInputs: [[0], [1]],
			trainTargets: [[0.5], [-0.5]],
			noiseVariance: 0.1,
		});
	});

	it("refuses a port that is taken, and a wrong port", async () => {
		const taken = await finitude(["lab", "--port", `${port}`]);
		expect([taken.code, taken.stderr]).toEqual([
			2,
			`error: --port: wanted a port that this machine gives; got ${port} (EADDRINUSE). Choose another one, or leave it out.\n`,
		]);
		const wrong = await finitude(["lab", "--port", "70000"]);
		expect(wrong.code).toBe(2);
		expect(wrong.stderr).toContain(
			"error: option '--port <number>' argument '70000' is invalid. wanted an integer from 0 to 65535.\n",
		);
	});
});
