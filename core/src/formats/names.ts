/** "trainMeanStandardError" -> "train_mean_standard_error"; a leading capital, as in Q and Sigma, is the symbol and stays. */
export function snakeCase(name: string): string {
	return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The group of a theory: "kernel-rescaling" -> "theory_kernel_rescaling", an identifier in Python. */
export function theoryGroupName(id: string): string {
	return `theory_${id.replaceAll("-", "_")}`;
}
