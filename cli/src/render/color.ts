/** Color for a terminal only: never in a pipe or a file, nor with NO_COLOR set; always with FORCE_COLOR. */
import pc from "picocolors";

type Colors = ReturnType<typeof pc.createColors>;

function colorsFor(stream: { readonly isTTY?: boolean }): Colors {
	const { NO_COLOR = "", FORCE_COLOR = "", TERM } = process.env;
	const forced = FORCE_COLOR !== "" && FORCE_COLOR !== "0";
	return pc.createColors(NO_COLOR === "" && (forced || (stream.isTTY === true && TERM !== "dumb")));
}

/** Colors of what goes to standard output. */
export const outputColors = colorsFor(process.stdout);

/** Colors of messages on standard error. */
export const messageColors = colorsFor(process.stderr);
