/** The version that every answer and result carries: that of the package. */
export const version = "0.1.0";
