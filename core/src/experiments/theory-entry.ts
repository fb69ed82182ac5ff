import { z } from "zod";

/** A theory as it stands in lists of files. */
export const theorySchema = z.union(
	[
		z.string().min(1).describe("A theory's id."),
		z.strictObject({
			id: z.string().min(1).describe("A theory's id."),
			options: z.record(z.string(), z.unknown()).default({}).describe("Options of this theory."),
		}),
	],
	"the id of a theory, or an object with id and options",
);

export type TheoryEntry = z.output<typeof theorySchema>;
