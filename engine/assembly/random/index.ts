export { fillNormal } from "./normal";
export { fillUniform } from "./xoshiro";
