/** Serves one folder of files on the loopback interface, and nothing else. */
import { createReadStream, readFileSync, realpathSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";

/** Never an address that other machines can reach. */
export const LOOPBACK = "127.0.0.1";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".json": "application/json; charset=utf-8",
	".wasm": "application/wasm",
	".woff2": "font/woff2",
};

/**
 * A server of the site in `folder`, not yet listening. It answers GET and HEAD for regular files inside the folder, at names of
 * this machine only, under the policy that `index.html` declares: workers take theirs from the header.
 */
export function createSiteServer(folder: string): Server {
	const root = realpathSync(folder);
	const policy = declaredPolicy(readFileSync(join(root, "index.html"), "utf8"));
	return createServer((request, response) => {
		response.setHeader("Content-Security-Policy", `${policy}; frame-ancestors 'none'`);
		response.setHeader("X-Content-Type-Options", "nosniff");
		response.setHeader("Referrer-Policy", "no-referrer");
		response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
		response.setHeader("Cache-Control", "no-cache");
		if (request.method !== "GET" && request.method !== "HEAD") return refuse(response, 405);
		// A page of another name that was pointed at this address (DNS rebinding) must not read anything.
		if (!isLocalName(request)) return refuse(response, 403);
		const file = fileOf(root, request.url ?? "/");
		if (file === undefined) return refuse(response, 404);
		response.setHeader("Content-Type", CONTENT_TYPES[extname(file.path)] ?? "application/octet-stream");
		response.setHeader("Content-Length", file.size);
		if (request.method === "HEAD") response.end();
		else createReadStream(file.path).pipe(response);
	});
}

/** The policy that the page itself carries for servers without headers. */
function declaredPolicy(html: string): string {
	const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1];
	if (policy === undefined) throw new Error("index.html declares no Content-Security-Policy");
	return policy;
}

function isLocalName({ headers: { host } }: IncomingMessage): boolean {
	return host !== undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
}

/** A regular file inside the folder, links resolved; undefined for anything else. */
function fileOf(root: string, url: string): { readonly path: string; readonly size: number } | undefined {
	try {
		const path = decodeURIComponent(url.split(/[?#]/, 1)[0]!);
		const wanted = realpathSync(join(root, path.endsWith("/") ? `${path}index.html` : path));
		if (!wanted.startsWith(root + sep)) return undefined;
		const stats = statSync(wanted);
		return stats.isFile() ? { path: wanted, size: stats.size } : undefined;
	} catch {
		// Malformed percent-encoding, a null byte, or no such file.
		return undefined;
	}
}

function refuse(response: ServerResponse, status: 403 | 404 | 405): void {
	response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
	response.end(`${status}\n`);
}
