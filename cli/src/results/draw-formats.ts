/** In what form draws are written; apart from the writers, which load large libraries. */

/** Format -> what it leaves in the folder. */
export const DRAW_FILES = { "arviz-json": "draws.json", zarr: "draws.zarr", npz: "draws.npz" } as const;

export type DrawFormat = keyof typeof DRAW_FILES;

/** The first is the default. */
export const drawFormats = Object.keys(DRAW_FILES) as readonly DrawFormat[];
