/** What theories take for granted about the hidden layers, and a sampled network can show: `checkAssumptions`. */
export const assumptions = {
	"prior-kernels": "kernels stay those of the prior",
	"one-scale": "kernels change by a factor only",
	"first-order-change": "kernels change so little that the first order is enough",
	"gaussian-features": "a unit's features are Gaussian where the data pull",
	"gaussian-units": "a unit's pre-activations are Gaussian where the data pull",
	"sharp-kernels": "kernels are the same in every draw",
	"second-moment-coupling": "the kernel below is all that a layer sees",
} as const;

export type Assumption = keyof typeof assumptions;
