import { useEffect, useState } from 'react'

/** Whole seconds until an instant (epoch milliseconds), counted down live; never below 0. */
export const useSecondsLeft = (until: number, now: () => number = Date.now): number => {
  const left = () => Math.max(0, Math.ceil((until - now()) / 1000))
  const [, setSeconds] = useState(left)
  useEffect(() => {
    const timer = setInterval(() => {
      setSeconds(Math.max(0, Math.ceil((until - now()) / 1000)))
    }, 250)
    return () => clearInterval(timer)
  }, [until, now])
  return left()
}
