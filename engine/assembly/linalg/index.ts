export { cholesky } from "./cholesky";
export { eigenvalues, eigh } from "./eigh";
export { eighScratch } from "./eigen-workspace";
export { gemm, syrk } from "./gemm";
export { invertFromCholesky } from "./inverse";
export { solveTriangular } from "./triangular";
