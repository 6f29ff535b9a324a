/**
 * The same for platforms that are not Node, such as workers, edge runtimes and browsers: without what needs Node.
 *
 * @module
 */
export * from './exports.ts'
