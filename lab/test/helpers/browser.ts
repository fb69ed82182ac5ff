/** A headless Chromium from npm. */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** Extensions, sync and the like would ask for addresses of their own; the page's policy is what is tested, not the browser's sandbox. */
const ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"];

export async function launchBrowser(): Promise<Browser> {
	return playwright.launch({
		executablePath: await chromium.executablePath(),
		args: ARGUMENTS,
		headless: true,
	});
}
