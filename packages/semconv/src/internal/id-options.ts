import { type AliasPlan, isAlias, planAliases, type SessionAliases } from '../aliases/plan.ts'
import { SESSION_ALIASES } from '../aliases/table.ts'
import { SESSION_ID_MAX_LENGTH } from '../session-id.ts'
import { checkOption, checkWholeNumber, kindOf } from './toolbox/option-checks.ts'

/** The options with which a processor and an exporter read IDs. */
interface IdOptions {
  readonly aliases?: SessionAliases | undefined
  readonly maxLength?: number | undefined
}

/** The same, checked. */
interface IdSettings {
  readonly aliases: AliasPlan
  readonly rule: { readonly maxLength: number }
}

/**
 * Checks the options with which IDs are read.
 *
 * @param path what messages put before the name of an option
 * @throws TypeError or RangeError that names the option and what is wrong with its value
 */
export function checkIdOptions(
  where: string,
  { aliases = SESSION_ALIASES, maxLength = SESSION_ID_MAX_LENGTH }: IdOptions,
  path = '',
): IdSettings {
  const isArray = Array.isArray(aliases)
  const index = isArray ? aliases.findIndex((alias) => !isAlias(alias)) : 0
  const expected = 'an array of attribute names or of entries as in SESSION_ALIASES'
  const described = isArray ? `${kindOf(aliases[index])} at index ${index}` : kindOf(aliases)
  checkOption(index < 0, where, `${path}aliases`, expected, aliases, described)
  checkWholeNumber(where, `${path}maxLength`, maxLength, 1, SESSION_ID_MAX_LENGTH)
  return { aliases: planAliases(aliases), rule: { maxLength } }
}
