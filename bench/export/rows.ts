/** The pipeline of a row. */
export type Row =
  /** Spans are created and stamped, but not exported. */
  | { readonly kind: 'floor' }
  /** BatchSpanProcessor and an OTLP exporter. */
  | {
      readonly kind: 'stock'
      readonly protocol: 'json' | 'protobuf'
      readonly isCompressed: boolean
      /** A queue and batch size with which every span arrives, in place of the defaults. */
      readonly isTuned: boolean
    }
  | { readonly kind: 'langfuse' }
  /** Ours, with these options in addition to the URL. */
  | {
      readonly kind: 'ours'
      readonly hasJournal: boolean
      /** The folder of another checkout, whose packages are measured. */
      readonly checkout?: string
      readonly options: {
        readonly protocol?: 'http/json'
        readonly compression?: 'gzip' | 'zstd'
        readonly durability?: 'span'
      }
    }

/** All rows by name, in printing order. */
const ROWS: Readonly<Record<string, Row>> = {
  'no export': { kind: 'floor' },
  'stock JSON': stock('json', false, false),
  'stock JSON, tuned': stock('json', false, true),
  'stock protobuf, tuned': stock('protobuf', false, true),
  'stock JSON gzip, tuned': stock('json', true, true),
  'stock protobuf gzip, tuned': stock('protobuf', true, true),
  Langfuse: { kind: 'langfuse' },
  'ours, memory': ours(false),
  'ours, journal': ours(true),
  'ours, memory, gzip': ours(false, { compression: 'gzip' }),
  'ours, journal, gzip': ours(true, { compression: 'gzip' }),
  'ours, memory, zstd': ours(false, { compression: 'zstd' }),
  'ours, journal, zstd': ours(true, { compression: 'zstd' }),
  'ours, journal, durability span': ours(true, { durability: 'span' }),
  'ours, journal, JSON': ours(true, { protocol: 'http/json' }),
}

/** The rows to measure, and after each of ours the same row of another checkout, if there is one. */
export function rowsWith(checkout: string | undefined): Readonly<Record<string, Row>> {
  if (checkout === undefined) return ROWS
  const rows: Record<string, Row> = {}
  for (const [name, row] of Object.entries(ROWS)) {
    rows[name] = row
    if (row.kind === 'ours') rows[nameBefore(name)] = { ...row, checkout }
  }
  return rows
}

/** The name of a row of another checkout. */
export const nameBefore = (name: string): string => `before: ${name}`

/** Whether a row compresses; rows are only compared with rows of the same kind. */
export function isCompressed(row: Row): boolean {
  if (row.kind === 'stock') return row.isCompressed
  return row.kind === 'ours' && row.options.compression !== undefined
}

function stock(protocol: 'json' | 'protobuf', isCompressed: boolean, isTuned: boolean): Row {
  return { kind: 'stock', protocol, isCompressed, isTuned }
}

function ours(hasJournal: boolean, options: Extract<Row, { kind: 'ours' }>['options'] = {}): Row {
  return { kind: 'ours', hasJournal, options }
}
