// `#langchain` in package.json, in a bundle for browsers, workers and edge runtimes: there is no module loader in which
// LangChain's queue could be found. `keepSessionInLangChain` works there too.

/** Does nothing. */
export function bindInstalledQueues(): void {}
