/** 0 answered; 1 internal failure; 2 the input or the command is wrong; 3 computed but not converged (printed all the same). */
export const ExitCode = { answered: 0, internalFailure: 1, wrongInput: 2, notConverged: 3 } as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
