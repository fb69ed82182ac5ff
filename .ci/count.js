// Prints the counts of a Vitest JSON report as one plain line.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
// A test file that fails to load has no tests of its own: count it as one failure.
const broken = report.testResults.filter(
	(file) => file.status === "failed" && file.assertionResults.length === 0,
);
console.log(`${report.numPassedTests} passed, ${report.numFailedTests + broken.length} failed`);
