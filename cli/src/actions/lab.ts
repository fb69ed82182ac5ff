import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { InputError } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import type { LabFlags } from "../commands/lab.ts";
import { loadExperiment, readInput } from "../io/input.ts";
import { experimentLink } from "../lab/experiment-link.ts";
import { siteFolder } from "../lab/site-folder.ts";
import { createSiteServer, LOOPBACK } from "../lab/site-server.ts";

/** What `finitude lab` does: returns after Ctrl-C. */
export async function lab(path: string | undefined, { port }: LabFlags): Promise<void> {
	// Before the link is printed: a wrong file should end the command.
	const state =
		path === undefined
			? ""
			: `#${experimentLink(loadExperiment(await readInput(path), await createEngine()))}`;
	const server = createSiteServer(siteFolder());
	await listen(server, port);
	const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
	console.log(`http://${LOOPBACK}:${(server.address() as AddressInfo).port}/${state}`);
	console.error("The lab is at this address, on this machine only. Ctrl-C ends it.");
	await interrupted;
	server.close();
	server.closeAllConnections();
}

async function listen(server: Server, port: number): Promise<void> {
	server.listen(port, LOOPBACK);
	try {
		await once(server, "listening");
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		throw new InputError({
			where: "--port",
			wanted: "a port that this machine gives",
			got: `${port} (${code ?? message})`,
			advice: "Choose another one, or leave it out.",
		});
	}
}
