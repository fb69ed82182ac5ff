/** Processor seconds of this process so far: other users of the machine do not count. */
export function cpuSeconds() {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1e6;
}
