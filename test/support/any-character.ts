import fc from 'fast-check'

const SURROGATES = 0x800

/**
 * Any character, as the unit of a string. It is fast-check's `binary`, which takes a second to write down what there is,
 * in each file that uses it.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .nat({ max: 0x10ffff - SURROGATES })
  .map((index) => String.fromCodePoint(index < 0xd800 ? index : index + SURROGATES), indexOf)

function indexOf(character: unknown): number {
  const [one, ...more] = String(character)
  const code = one?.codePointAt(0)
  if (typeof character !== 'string' || code === undefined || more.length > 0) throw new Error('no character')
  return code < 0xd800 ? code : code - SURROGATES
}
