// `#check-scope` in package.json, in a bundle for browsers, workers and edge runtimes: what `check-scope.ts` reports comes
// from queues, pools, and instrumentations of servers. So nothing needs to know when a scope is over.

/** Does nothing. */
export function checkScopeAtStart(): void {}

/** Does nothing. */
export function checkScopeAtEnd(): void {}

/** Does nothing. */
export function endScope(): void {}

/** Does nothing. */
export function extendScope(): void {}
