/** The JSON of a record as the store keeps it, without the head before it. */
export const contentOf = (record: string): string => record.slice(record.indexOf('{'))
