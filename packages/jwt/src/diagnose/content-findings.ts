import type { Finding } from './finding.ts'
import { error, holding, note } from './finding.ts'

/** Names of what must never travel in a token, without separators and in lower case. */
const secretNames: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'pin',
  'secret',
  'clientsecret',
  'apikey',
  'privatekey',
  'refreshtoken',
  'accesstoken',
  'idtoken',
  'sessionid',
  'otp',
  'cvv',
  'cvc',
  'creditcard',
  'creditcardnumber',
  'cardnumber',
  'iban',
  'ssn',
  'socialsecuritynumber',
  'passportnumber',
  'taxid',
])

/** Names of what says who somebody is (OpenID Connect Core, section 5.1, and beyond). */
const personalNames: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'email',
  'phone',
  'phonenumber',
  'address',
  'birthdate',
  'dateofbirth',
  'givenname',
  'familyname',
  'gender',
  'ipaddress',
])

const normalize = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** A token, a private key: secrets known by their looks. */
const looksSecret = (value: unknown): boolean =>
  typeof value === 'string' &&
  (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value) ||
    /^eyJ[\w-]{8,}\.[\w-]+\.[\w-]+/.test(value) ||
    /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]+:[^/\s@]+@/i.test(value))

/** Every name and value within; depth was bounded when the claims were read. */
const listMembers = (value: unknown): readonly (readonly [name: string, value: unknown])[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap((member) => [member, ...listMembers(member[1])])
    : []

/** Says whether the claims hold what everybody who holds the token should not read. */
export const judgeContent = (claims: Readonly<Record<string, unknown>>): readonly Finding[] => {
  const members = listMembers(claims)
  const names = members.map(([name]) => normalize(name))
  const secretName = names.find((name) => secretNames.has(name))
  return holding([
    [
      secretName !== undefined,
      error(
        'claim_sensitive',
        `A claim is named "${secretName}". Whoever holds the token reads it.`,
      ),
    ],
    [
      members.some(([, value]) => looksSecret(value)),
      error('claim_secret', 'A claim holds what looks like a private key, a token or a password.'),
    ],
    [
      names.some((name) => personalNames.has(name)),
      note('claim_personal', 'Claims describe a person. Whoever holds the token reads them.'),
    ],
  ])
}
