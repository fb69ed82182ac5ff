export { asin } from "./asin";
export { erf, erfWithDerivative } from "./erf";
export { exp } from "./exp";
export { log } from "./log";
export { tanh } from "./tanh";
