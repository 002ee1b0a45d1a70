const polynomial = 0x1021
const slots = 16_384

/** CRC-16/XMODEM, the checksum Redis Cluster distributes keys by. */
const checksum = (bytes: Buffer): number => {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ polynomial
      crc &= 0xffff
    }
  }
  return crc
}

/** The part of a key that decides: what stands in its first pair of braces, unless that is empty. */
const hashed = (key: string): string => {
  const start = key.indexOf('{')
  const end = key.indexOf('}', start + 1)
  return start === -1 || end <= start + 1 ? key : key.slice(start + 1, end)
}

/** The slot of a key (Redis Cluster specification, "Key distribution model" and "Hash tags"). */
export const clusterSlot = (key: string): number => checksum(Buffer.from(hashed(key))) % slots
