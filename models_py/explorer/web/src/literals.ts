/** Values as they stand in SQL. */

export function text(value: string): string {
  return `'${value.replaceAll("'", "''").replaceAll("\0", "")}'`;
}

/** An id of an item; what is none is no item's. */
export function id(value: string): string {
  return /^-?\d{1,19}$/.test(value) ? value : "-1";
}
