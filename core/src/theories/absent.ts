/** Why quantities are missing, in words that several theories share. */

/** `kernels.preactivation` of theories of the output kernel alone. */
export const NO_PREACTIVATION_KERNEL =
	"this theory has no statement about the kernel of a hidden layer before the nonlinearity";
