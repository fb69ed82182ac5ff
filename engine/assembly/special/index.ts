export { asin } from "./asin";
export { erf, erfWithDerivative } from "./erf";
export { exp } from "./exp";
export { log } from "./log";
export { erf32, erfWithDerivative32, tanh32, toFloat32, toFloat64 } from "./single";
export { tanh } from "./tanh";
