/** "lambda_k" as "λₖ": what figures can write of a quantity's symbol. */
export function probeSymbol(symbol: string): string {
	let text = symbol;
	for (const [name, letter] of LETTERS)
		text = text.replaceAll(new RegExp(`\\b${name}(?![a-z])`, "g"), letter);
	return text
		.replaceAll("^2", "²")
		.replaceAll("^T", "ᵀ")
		.replaceAll("_k", "ₖ")
		.replace(/_([0-9])(?![0-9,])/g, (_, digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]!);
}

const LETTERS = [
	["lambda", "λ"],
	["Delta", "Δ"],
	["Sigma", "Σ"],
	["sigma", "σ"],
	["phi", "φ"],
	["kappa", "κ"],
	["gamma", "γ"],
	["rho", "ρ"],
	["mu", "μ"],
] as const;
