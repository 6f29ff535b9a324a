// `#environment` in package.json, in a bundle for browsers, workers and edge runtimes: no parent process passes a session on.

/** Finds none. */
export function idFromEnvironment(): undefined {}
