/**
 * Does what leads away from the page, and waits while the page is leaving, so that nobody who renders
 * by the outcome starts another navigation meanwhile.
 */
export const leave = async (go: () => unknown): Promise<void> => {
  // Enough for a page that is leaving, and not too long for one that stays.
  const leaveMs = 9000
  await go()
  await new Promise((resolve) => setTimeout(resolve, leaveMs))
}
