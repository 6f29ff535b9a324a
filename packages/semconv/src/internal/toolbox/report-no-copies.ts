// `#report-copies` in package.json, in a bundle for browsers, workers and edge runtimes: its bundler decides on copies.

/** Does nothing. */
export function reportCopies(): void {}
