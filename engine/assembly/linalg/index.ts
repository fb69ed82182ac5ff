export { cholesky } from "./cholesky";
export { gemm, syrk } from "./gemm";
export { invertFromCholesky } from "./inverse";
export { solveTriangular } from "./triangular";
