export * from "./activations/index.ts";
export * from "./answer/answer.ts";
export * from "./errors.ts";
export * from "./network/network.ts";
export * from "./problem/problem.ts";
export * from "./samplers/sampler.ts";
export * from "./theories/theory.ts";
