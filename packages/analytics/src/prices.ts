/** What models cost. */
export const PRICES = {}
