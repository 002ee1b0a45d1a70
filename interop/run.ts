// Our tokens verified by other libraries and theirs by us, the hostile few among them: `pnpm
// interop`. Fails when one token is judged wrongly; with CI=true also when a library is missing.
import { createOurSide } from './our-side.ts'
import { findFastJwt } from './peers/fast-jwt.ts'
import { findGolangJwt } from './peers/golang.ts'
import { findJsonwebtoken } from './peers/jsonwebtoken.ts'
import { findPyJwt } from './peers/python.ts'
import type { FoundPeer, Peer } from './question.ts'
import type { Direction } from './table.ts'
import { findFaults, renderTable } from './table.ts'

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'] as const

const found: readonly FoundPeer[] = [
  { kind: 'found', peer: findJsonwebtoken() },
  { kind: 'found', peer: findFastJwt() },
  await findPyJwt(),
  await findGolangJwt(),
]

const ours = await createOurSide(algorithms)

const tryPeer = async (peer: Peer): Promise<readonly Direction[]> => {
  const question = ours.questionFor(peer)
  const answer = await peer.ask(question)
  return [
    {
      peer,
      judge: 'they',
      name: `${peer.name} judges our tokens`,
      ids: question.tokens.map(({ id }) => id),
      verdicts: answer.verdicts,
    },
    {
      peer,
      judge: 'we',
      name: `we judge those of ${peer.name}`,
      ids: question.orders.map(({ id }) => id),
      verdicts: await ours.judge(peer, answer),
    },
  ]
}

const directions: Direction[] = []
try {
  for (const entry of found) {
    if (entry.kind === 'found') directions.push(...(await tryPeer(entry.peer)))
  }
} finally {
  await ours.close()
}

console.log(renderTable(directions, algorithms))
console.log('Of each, one token is good and must be accepted; all others must be refused.')
const faults = directions.flatMap(findFaults)
for (const fault of faults) console.log(`FAIL  ${fault}`)
const missing = found.flatMap((entry) => (entry.kind === 'missing' ? [entry.line] : []))
for (const line of missing) console.log(line)
if (faults.length > 0 || (missing.length > 0 && process.env.CI === 'true')) process.exitCode = 1
