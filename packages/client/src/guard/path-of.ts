/** Path, query and fragment of an address a router hands out, by which the app is found again. */
export const pathOf = (address: string): string => {
  const { href, origin } = new URL(address, location.href)
  return href.slice(origin.length)
}
