export { exp } from "./exp";
