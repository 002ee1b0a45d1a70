/** A window, unless it was blocked, and its name. */
export type Popup = readonly [window: Window | null, name: string]

/** Opens a window of this page, or takes over the one there is. */
export const openPopup = (
  address: string,
  // Wide enough for the login pages of the usual providers, small enough to be seen as a popup.
  windowFeatures: string = 'popup,width=480,height=700',
): Popup => {
  // One window for a page: other pages have their own, whose outcome is none of this page's.
  const name = `coatcheck ${performance.timeOrigin}`
  return [open(address, name, windowFeatures), name]
}
