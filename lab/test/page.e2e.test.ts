/** The built page in a real browser. */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolveExperiment } from "@finitude/core";
import { type ExperimentJson, encodePermalink } from "@finitude/core/permalink";
import { createEngine } from "@finitude/engine";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { experimentLink } from "../../cli/src/lab/experiment-link.ts";
import { siteFolder } from "../../cli/src/lab/site-folder.ts";
import { createSiteServer } from "../../cli/src/lab/site-server.ts";
import { launchBrowser } from "./helpers/browser.ts";

/** A cold load takes half a second on a quiet machine; the tests share theirs with others. */
const FIRST_ANSWER_MS = 15_000;

const quickExperiment: ExperimentJson = {
	name: "quick",
	data: {
		source: "teacher",
		teacher: { type: "single-index", dimension: 1, link: "sin" },
		trainCount: 6,
		testCount: 20,
	},
	network: {
		layers: [{ type: "dense", width: 10, activation: "erf", weightVariance: 1 }],
		readout: { weightVariance: 1 },
		scaling: "standard",
	},
	noiseVariance: 0.1,
	theories: ["nngp", "kernel-rescaling"],
	sampling: { chains: 2, draws: 100, warmup: 50 },
};

let server: Server;
let browser: Browser;
let origin: string;
const faults: string[] = [];

beforeAll(async () => {
	server = createSiteServer(siteFolder());
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	browser = await launchBrowser();
});

afterAll(async () => {
	await browser?.close();
	server.close();
	server.closeAllConnections();
});

afterEach(() => {
	expect(faults.splice(0)).toEqual([]);
});

/** A page at that state, whose errors and requests to elsewhere fail the test. */
async function open(hash = ""): Promise<Page> {
	const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
	page.on("console", (message) => {
		if (message.type() !== "log") faults.push(`${message.type()}: ${message.text()}`);
	});
	page.on("pageerror", (error) => faults.push(error.message));
	page.on("request", (request) => {
		if (!request.url().startsWith(`${origin}/`)) faults.push(`request of ${request.url()}`);
	});
	page.on("requestfailed", (request) => faults.push(`failed: ${request.url()}`));
	await page.goto(`${origin}/${hash === "" ? "" : `#${hash}`}`);
	await subtitleWith(page, "P = ");
	return page;
}

/** Waits until the figure's subtitle holds that text. */
async function subtitleWith(page: Page, text: string): Promise<void> {
	await page
		.locator(".figure:not(.stale) > svg > text", { hasText: text })
		.first()
		.waitFor({ timeout: FIRST_ANSWER_MS });
}

const slider = (page: Page, name: string) => page.getByRole("slider", { name });

describe("the lab", () => {
	it("answers without an address's help", async () => {
		const page = await open();
		expect(await page.locator("#theories tbody th").allTextContents()).toContain("kernel-rescaling");
		await page.close();
	});

	it("follows a slider moved by keyboard, the back button and a copied address", async () => {
		const page = await open(encodePermalink({ experiment: quickExperiment }));
		await subtitleWith(page, "N = 10 erf");
		await slider(page, "Width N").focus();
		for (let i = 0; i < 2; i++) await page.keyboard.press("ArrowRight");
		await subtitleWith(page, "N = 13 erf");
		await slider(page, "Scaling γ").focus();
		await page.keyboard.press("End");
		await subtitleWith(page, "mean-field scaling");

		const copied = await open(new URL(page.url()).hash.slice(1));
		await subtitleWith(copied, "N = 13 erf; mean-field scaling");
		expect(await slider(copied, "Width N").getAttribute("aria-valuetext")).toBe("13");
		await copied.close();

		await page.goBack();
		await subtitleWith(page, "N = 13 erf; standard scaling");
		await page.goBack();
		await subtitleWith(page, "N = 10 erf");
		await page.close();
	});

	it("samples the network to the end and keeps on answering after a change", async () => {
		const page = await open(encodePermalink({ experiment: quickExperiment }));
		await page.getByRole("button", { name: "Sample", exact: true }).click();
		await page.locator("#sampler", { hasText: "Done" }).waitFor({ timeout: FIRST_ANSWER_MS });
		await page.locator(".figure > svg", { hasText: "sampled network (hmc)" }).waitFor();
		expect(await page.locator("#sampler dd").first().textContent()).toBe("300 of 300");
		await slider(page, "Noise variance κ").focus();
		await page.keyboard.press("ArrowRight");
		await page.locator("#sampler", { hasText: "not sampled" }).waitFor();
		await page
			.locator(".figure:not(.stale) > svg", { hasText: "Difference of the means from nngp" })
			.waitFor();
		await page.close();
	});

	it("opens a problem whose numbers stand in the link", async () => {
		const context = {
			engine: await createEngine(),
			readBytes: () => new Uint8Array(),
			mnist: () => ({}) as never,
		};
		const { network, noiseVariance } = quickExperiment;
		const problem = { trainInputs: [[0], [1]], trainTargets: [0.5, -0.5], network, noiseVariance };
		const experiment = resolveExperiment({ name: "two points", problem, theories: ["nngp"] }, context);
		const page = await open(experimentLink(experiment));
		await subtitleWith(page, "P = 2, d = 1");
		await page.close();
	});

	it("says what is wrong with an address", async () => {
		const broken = { ...quickExperiment, noiseVariance: -1 };
		const page = await browser.newPage();
		await page.goto(`${origin}/#${encodePermalink({ experiment: broken })}`);
		const alert = page.getByRole("alert");
		await alert.waitFor({ timeout: FIRST_ANSWER_MS });
		expect(await alert.textContent()).toBe("noiseVariance: wanted a finite number of at least 0; got -1.");
		await page.goto(`${origin}/#v=9`);
		await page.reload();
		expect(await page.getByRole("alert").first().textContent()).toBe(
			"The address holds a state of version 9; this page reads version 1.",
		);
		await page.close();
	});
});
