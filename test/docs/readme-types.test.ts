import { join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { blocksOf, readPage, root } from './markdown.ts'
import { SAMPLE_PATHS } from './sample-paths.ts'

const READMES = ['README.md', 'README.zh-CN.md']

describe('the TypeScript of both READMEs', () => {
  it('compiles as strictly as this repository does', { timeout: 180_000 }, () => {
    const samples = READMES.flatMap((path) =>
      blocksOf(readPage(path), 'ts').map(({ text, line }) => ({
        // Beside package.json, where its imports find their packages.
        file: join(root, `${path}-${line}.ts`),
        // As far down as in the document, so that a fault is reported where it stands.
        text: '\n'.repeat(line - 1) + text,
      })),
    )
    expect(samples.length).toBeGreaterThanOrEqual(READMES.length)
    expect(compile(new Map(samples.map(({ file, text }) => [file, text])))).toEqual([])
  })
})

/** Compiles files that exist in memory alone, in one program: the SDK's declarations are read once. */
function compile(files: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root)
  Object.assign(options, { noEmit: true, paths: SAMPLE_PATHS })
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.getSourceFile = (path, language, ...rest) => {
    const text = files.get(path)
    return text === undefined
      ? getSourceFile(path, language, ...rest)
      : ts.createSourceFile(path, text, language)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return [...files.keys()].flatMap((path) => {
    const source = program.getSourceFile(path)
    if (source === undefined) return [`${path} was not compiled`]
    return ts.getPreEmitDiagnostics(program, source).map((each) => {
      const { line } = source.getLineAndCharacterOfPosition(each.start ?? 0)
      const message = ts.flattenDiagnosticMessageText(each.messageText, '\n')
      return `${relative(root, path)}, line ${line + 1}: ${message}`
    })
  })
}
