/** The version of all packages. `release:version` writes it, and a test compares it with their package.json. */
export const VERSION = '0.1.0'
