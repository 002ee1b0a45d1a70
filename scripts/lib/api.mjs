import { dirname, join, relative } from 'node:path'
import { Application, Converter, Logger, LogLevel, OptionDefaults, ReflectionKind } from 'typedoc'
import { publishedPackages } from './packages.mjs'
import { root } from './run.mjs'

/**
 * What can be imported.
 *
 * @returns {Promise<readonly { readonly path: string, readonly name: string }[]>} the file it is
 * written in, and a name such as `@coatcheck/client/react`
 */
const findEntryPoints = async () =>
  (await publishedPackages()).flatMap(({ folder, manifest: { name, exports = {} } }) =>
    Object.entries(exports).flatMap(([subpath, target]) => {
      const source = typeof target === 'string' ? undefined : target['@coatcheck/source']
      return source === undefined
        ? []
        : [{ path: join(folder, source), name: join(name, subpath).replace(/\/$/, '') }]
    }),
  )

/** Keeps what TypeDoc complains about. */
class Complaints extends Logger {
  /** @type {string[]} */
  list = []

  /** @param {string} message @param {LogLevel} level @override */
  log(message, level) {
    super.log(message, level)
    if (level >= LogLevel.Warn) this.list.push(message)
  }
}

/** @type {Partial<import('typedoc').TypeDocOptions>} */
const options = {
  name: 'Coatcheck',
  tsconfig: join(root, 'scripts/api.tsconfig.json'),
  readme: 'none',
  // The gate `types` does that.
  skipErrorChecking: true,
  excludeInternal: true,
  disableSources: true,
  highlightLanguages: [...OptionDefaults.highlightLanguages, 'svelte'],
  validation: { notExported: false, invalidLink: true },
}

/**
 * Exported names without a word about them. What TypeDoc has for this asks for every member, and
 * for those that only repeat another library's interface.
 *
 * @param {import('typedoc').ProjectReflection} project
 */
const findUndocumented = (project) =>
  (project.children ?? []).flatMap((module) =>
    (module.children ?? [])
      .filter((name) => !name.kindOf(ReflectionKind.Reference))
      .filter((name) => ![name, ...(name.signatures ?? [])].some((part) => part.hasComment()))
      .map((name) => `${module.name}: ${name.name} is exported without a word about it`),
  )

/**
 * Writes the reference of every published package and subpath.
 *
 * @param {string} out folder
 * @returns {Promise<string>} what was written
 * @throws {Error} that lists every exported name without a word about it, and every broken link
 */
export const writeApi = async (out) => {
  const entryPoints = await findEntryPoints()
  const paths = entryPoints.map(({ path }) => path)
  const app = await Application.bootstrapWithPlugins({ ...options, entryPoints: paths })
  const complaints = new Complaints()
  app.logger = complaints
  // TypeDoc names a module by its folder below packages/; users know what they import.
  const names = new Map(
    entryPoints.map(({ path, name }) => [relative(join(root, 'packages'), dirname(path)), name]),
  )
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return
    reflection.name = names.get(reflection.name) ?? reflection.name
  })
  const project = await app.convert()
  if (project !== undefined) {
    app.validate(project)
    complaints.list.push(...findUndocumented(project))
    await app.generateDocs(project, out)
  }
  if (complaints.list.length > 0) throw new Error(complaints.list.join('\n'))
  return `${entryPoints.length} entry points`
}
