export { cholesky } from "./cholesky";
export { eigenvalues, eigh } from "./eigh";
export { eighScratch } from "./eigen-workspace";
export { gemm, gemm32, syrk, syrk32 } from "./gemm";
export { invertFromCholesky } from "./inverse";
export { solveTriangular } from "./triangular";
