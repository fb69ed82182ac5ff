/** Checkpoints of chains: one file a chain, replaced as a whole, so that kill -9 at any moment leaves a good one. */
import { createHash } from "node:crypto";
import {
	closeSync,
	existsSync,
	fsyncSync,
	openSync,
	readdirSync,
	renameSync,
	rmdirSync,
	rmSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { type ChainOptions, type ChainSnapshot, InputError } from "@finitude/core";
import { makeFolder, readBytes, withPath } from "../io/files.ts";

/** Where the checkpoints of a run are. */
export interface CheckpointPlace {
	readonly folder: string;
	/** Hash of everything that the draws depend on: problem, settings, engine, version. */
	readonly identity: string;
	/** Go on from what is there. */
	readonly resume: boolean;
	/** Seconds between two checkpoints of a chain; more where writing one takes more than a twentieth of that. */
	readonly seconds: number;
}

/** Writing may take this share of the time at most. */
const WRITING_SHARE = 0.05;

const DIGEST_BYTES = 32;

/** The checkpoint of a chain. */
export function checkpointFile({ folder }: CheckpointPlace, chain: number): string {
	return join(folder, `chain-${chain}.checkpoint`);
}

/** Options of `runChain` that write checkpoints, and go on from the one there is when the place says so. */
export function checkpointed(
	place: CheckpointPlace,
	chain: number,
): Pick<ChainOptions, "resume" | "wantsSnapshot" | "onSnapshot"> {
	const resume = place.resume ? readCheckpoint(place, chain) : undefined;
	let next = performance.now() + 1000 * place.seconds;
	return {
		...(resume === undefined ? {} : { resume }),
		wantsSnapshot: (last) => last || performance.now() >= next,
		onSnapshot(snapshot) {
			const start = performance.now();
			writeCheckpoint(place, chain, snapshot);
			const end = performance.now();
			next = end + Math.max(1000 * place.seconds, (end - start) / WRITING_SHARE);
		},
	};
}

function writeCheckpoint(place: CheckpointPlace, chain: number, snapshot: ChainSnapshot): void {
	makeFolder(place.folder);
	const file = checkpointFile(place, chain);
	const content = serialize({ identity: place.identity, chain, snapshot });
	const unfinished = `${file}.unfinished`;
	withPath(unfinished, "a file that can be written", () => {
		const descriptor = openSync(unfinished, "w");
		try {
			writeAll(descriptor, digest(content));
			writeAll(descriptor, content);
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}
		renameSync(unfinished, file);
	});
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
	for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
}

function digest(content: Uint8Array): Uint8Array {
	return createHash("sha256").update(content).digest();
}

/** Undefined when there is none. @throws InputError when it is damaged or belongs to another run. */
function readCheckpoint(place: CheckpointPlace, chain: number): ChainSnapshot | undefined {
	const file = checkpointFile(place, chain);
	if (!existsSync(file)) return undefined;
	const bytes = readBytes(file);
	const content = bytes.subarray(DIGEST_BYTES);
	if (Buffer.compare(digest(content), bytes.subarray(0, DIGEST_BYTES)) !== 0) {
		throw new InputError({
			where: file,
			wanted: "a whole checkpoint",
			got: "one whose checksum is wrong",
			advice: "Remove it to start this chain again.",
		});
	}
	const checkpoint = deserialize(content) as { identity: string; chain: number; snapshot: ChainSnapshot };
	if (checkpoint.identity !== place.identity || checkpoint.chain !== chain) {
		throw new InputError({
			where: file,
			wanted: "a checkpoint of this very run",
			got: "one of another problem, other settings, another engine or another version",
			advice: "Repeat the command that was interrupted, or remove it to start again.",
		});
	}
	return checkpoint.snapshot;
}

/** @throws InputError when a run that is not to be resumed would write over checkpoints, its own or another's. */
export function refuseToOverwrite(place: CheckpointPlace, chains: number): void {
	if (place.resume) return;
	const count = Array.from({ length: chains }, (_, chain) => checkpointFile(place, chain)).filter(
		existsSync,
	).length;
	if (count === 0) return;
	throw new InputError({
		where: place.folder,
		wanted: "a folder without checkpoints",
		got: `those of ${count} ${count === 1 ? "chain" : "chains"} of an unfinished run`,
		advice: "Add --resume to go on from them, or remove them to start again.",
	});
}

/** How many of a run's chains have a checkpoint to go on from. @throws InputError when one is damaged or belongs to another run. */
export function countCheckpoints(place: CheckpointPlace, chains: number): number {
	let count = 0;
	for (let chain = 0; chain < chains; chain++) if (readCheckpoint(place, chain) !== undefined) count++;
	return count;
}

/** Removes the checkpoints of a run that is complete, and their folder if nothing else is in it. */
export function removeCheckpoints(place: CheckpointPlace, chains: number): void {
	for (let chain = 0; chain < chains; chain++) rmSync(checkpointFile(place, chain), { force: true });
	if (existsSync(place.folder) && readdirSync(place.folder).length === 0) rmdirSync(place.folder);
}
