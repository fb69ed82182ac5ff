import type { FloatArray, View } from "../engine.ts";

/** How BLAS sees a matrix: consecutive rows or columns, `leading` numbers from one to the next. */
export interface Layout {
	readonly rowMajor: boolean;
	readonly leading: number;
}

/** The layout of a view, or undefined when BLAS cannot describe its strides (or there is nothing to do: no entries). */
export function layoutOf({ rows, columns, rowStride, columnStride }: View<FloatArray>): Layout | undefined {
	if (rows === 0 || columns === 0) return undefined;
	if ((columnStride === 1 || columns === 1) && (rowStride >= columns || rows === 1)) {
		return { rowMajor: true, leading: rows === 1 ? columns : rowStride };
	}
	if ((rowStride === 1 || rows === 1) && (columnStride >= rows || columns === 1)) {
		return { rowMajor: false, leading: columns === 1 ? rows : columnStride };
	}
	return undefined;
}
