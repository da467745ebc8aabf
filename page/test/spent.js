/** The milliseconds of processor time so far: others on this machine make them no more. */
export const spent = () => process.cpuUsage().user / 1000;
