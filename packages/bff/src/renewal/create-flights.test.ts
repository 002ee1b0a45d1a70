import { expect, test } from 'vitest'
import { createGate } from '../testing/gate.ts'
import { createFlights } from './create-flights.ts'

test('callers of one group and key share one run and its result', async () => {
  const flights = createFlights()
  const gate = createGate()
  let runs = 0
  const work = async () => {
    runs += 1
    await gate.pass()
    return { run: runs }
  }
  const calls = Array.from({ length: 50 }, () => flights.run('session', 'orders', work))
  gate.open()
  const results = await Promise.all(calls)
  expect(new Set(results)).toEqual(new Set([{ run: 1 }]))
  expect(results.every((result) => result === results[0])).toBe(true)
})

test('callers of one group and key share one failure, and the next caller starts afresh', async () => {
  const flights = createFlights()
  const failure = new Error('it broke')
  const broken = () => Promise.reject(failure)
  const calls = [flights.run('session', 'orders', broken), flights.run('session', 'orders', broken)]
  expect(await Promise.allSettled(calls)).toEqual([
    { status: 'rejected', reason: failure },
    { status: 'rejected', reason: failure },
  ])
  expect(await flights.run('session', 'orders', async () => 'well')).toBe('well')
})

test('work that throws before it has promised anything fails like any other', async () => {
  const flights = createFlights()
  const thrower = (): Promise<never> => {
    throw new Error('at once')
  }
  await expect(flights.run('session', 'orders', thrower)).rejects.toThrow('at once')
  await flights.settled()
})

test('different keys of one group wait for one another in the order of their calls', async () => {
  const flights = createFlights()
  const gate = createGate()
  const order: string[] = []
  const step = (name: string) => async () => {
    order.push(`${name} starts`)
    if (name === 'first') await gate.pass()
    order.push(`${name} ends`)
  }
  const calls = ['first', 'second', 'third'].map((name) => flights.run('session', name, step(name)))
  await gate.reached
  expect(order).toEqual(['first starts'])
  gate.open()
  await Promise.all(calls)
  expect(order).toEqual([
    'first starts',
    'first ends',
    'second starts',
    'second ends',
    'third starts',
    'third ends',
  ])
})

test('a failure does not stop who stands in line behind it', async () => {
  const flights = createFlights()
  const first = flights.run('session', 'first', () => Promise.reject(new Error('it broke')))
  const second = flights.run('session', 'second', async () => 'well')
  await expect(first).rejects.toThrow()
  expect(await second).toBe('well')
})

test('groups do not wait for one another, whatever their names look like', async () => {
  const flights = createFlights()
  const gate = createGate()
  const held = flights.run('one', 'two\nthree', () => gate.pass())
  expect(await flights.run('one\ntwo', 'three', async () => 'well')).toBe('well')
  gate.open()
  await held
})

test('all is settled when nothing is under way, what was started meanwhile included', async () => {
  const flights = createFlights()
  await flights.settled()
  const [first, second] = [createGate(), createGate()]
  let isSettled = false
  void flights
    .run('session', 'first', () => first.pass())
    .then(() => flights.run('session', 'second', () => second.pass()))
  const settled = flights.settled().then(() => {
    isSettled = true
  })
  first.open()
  await second.reached
  expect(isSettled).toBe(false)
  second.open()
  await settled
})
