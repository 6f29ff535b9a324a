/** One length-delimited field of a message. */
interface Field {
  readonly number: number
  readonly bytes: Buffer
}

/** The length-delimited fields of a protobuf message; others are skipped. Throws for invalid messages. */
export function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0
  const varint = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at++)
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const type = tag % 8
    if (type === 0) varint()
    else if (type === 1) at += 8
    else if (type === 5) at += 4
    else if (type === 2) {
      const length = varint()
      if (at + length > message.length) throw new Error('a field is longer than its message')
      yield { number: (tag - type) / 8, bytes: message.subarray(at, at + length) }
      at += length
    } else throw new Error(`there is no wire type ${type}`)
  }
}
