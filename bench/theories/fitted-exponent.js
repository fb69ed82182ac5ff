/** The slope of log y over log x by least squares. @param points Pairs [x, y] of positive numbers. */
export function fittedExponent(points) {
	const logs = points.map((pair) => pair.map(Math.log));
	const mean = (at) => logs.reduce((sum, pair) => sum + pair[at], 0) / logs.length;
	const [x, y] = [mean(0), mean(1)];
	const covariance = logs.reduce((sum, pair) => sum + (pair[0] - x) * (pair[1] - y), 0);
	return covariance / logs.reduce((sum, pair) => sum + (pair[0] - x) ** 2, 0);
}
