import { describe, expect, it } from "vitest";
import { createAddressHistory } from "../src/state/address-history.ts";

describe("createAddressHistory", () => {
	it("makes one entry of a pull of one slider and a new one after a pause or for another control", () => {
		const entries: string[] = ["start"];
		const history = createAddressHistory({
			push: (hash) => entries.push(hash),
			replace: (hash) => {
				entries[entries.length - 1] = hash;
			},
		});
		history.write("width 10", "width", 0);
		history.write("width 11", "width", 400);
		history.write("width 12", "width", 1300);
		history.write("depth 2", "depth", 1400);
		history.write("depth 3", "depth", 2500);
		history.settle();
		history.write("depth 4", "depth", 2600);
		expect(entries).toEqual(["start", "width 12", "depth 2", "depth 3", "depth 4"]);
	});
});
