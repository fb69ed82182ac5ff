export { type Activation, type ActivationDefinition, defineActivation } from "./activation.ts";
export { activationNames, findActivation, registerActivation, unregisterActivation } from "./registry.ts";
