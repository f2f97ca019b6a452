/** How tests start further processes of this Node. */

/** The flags: node:ffi as this process was given it, and no warning about it on stderr. */
export const nodeFlags = [
  ...process.execArgv.filter((flag) => flag === '--experimental-ffi'),
  '--disable-warning=ExperimentalWarning',
];
