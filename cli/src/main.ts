import { endWhenOutputFails } from "./io/output.ts";
import { createProgram } from "./program.ts";
import { run } from "./run.ts";

endWhenOutputFails();
process.exitCode = await run(createProgram(), process.argv);
