import { type AuthClient, createAuthClient } from '@coatcheck/client'
import type { Config } from './config.ts'
import { createTimeline, type Timeline } from './timeline/create-timeline.ts'
import { createTokenLife, type TokenLife } from './token-life.ts'
import type { DemoUser } from './user.ts'

/** Everything the components share. */
export interface Demo {
  readonly config: Config
  readonly client: AuthClient<DemoUser>
  readonly timeline: Timeline
  readonly tokenLife: TokenLife
}

/** Makes the client and what watches it. */
export const createDemo = (config: Config): Demo => {
  const { apiOrigin, accessTokenSeconds } = config
  const timeline = createTimeline({ apiOrigin })
  const fetch = timeline.recordFetch(window.fetch.bind(window))
  const client = createAuthClient<DemoUser>({
    resources: { orders: { origin: apiOrigin } },
    fetch,
  })
  client.on('tokenRenewed', timeline.noteToken)
  return {
    config,
    client,
    timeline,
    tokenLife: createTokenLife({ client, accessTokenSeconds }),
  }
}
