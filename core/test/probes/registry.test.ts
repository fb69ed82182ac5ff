import { describe, expect, it } from "vitest";
import { analyses, findProbe, probes, theories } from "../../src/index.ts";
import { messageOf } from "../helpers/message-of.ts";

describe("the list of probes", () => {
	it("shares no name with theories or analyses", () => {
		const names = [...theories, ...analyses, ...probes].flatMap(({ id, aliases }) => [id, ...aliases]);
		expect(names.filter((name, k) => names.indexOf(name) !== k)).toEqual([]);
	});

	it.each(probes.map((probe) => [probe.id, probe] as const))("%s names each quantity once", (_, probe) => {
		const ids = probe.quantities.map(({ id }) => id);
		expect(ids.length).toBeGreaterThan(0);
		expect(new Set(ids).size).toBe(ids.length);
	});

	it("finds probes by id and by alias", () => {
		expect(findProbe("spectral-entropy").id).toBe("spectral-entropy");
		expect(findProbe("dse").id).toBe("spectral-entropy");
	});

	it("says which there are", () => {
		const ids = probes.map(({ id }) => id).join(", ");
		expect(messageOf(() => findProbe("aligment"))).toBe(
			`probe: wanted one of ${ids}, or an alias; got "aligment". Did you mean alignment?`,
		);
	});
});
