/** One request, as a `curl` line describes it. */
export type CurlRequest = {
  url: string
  method: string
  headers: Record<string, string>
  body: string | undefined
}

/**
 * Reads the `curl` lines of a shell sample, with these variables put in.
 * @throws {Error} for an option it does not know or a variable nobody set.
 */
export function readCurl(shell: string, variables: Record<string, string>): CurlRequest[] {
  return splitCommands(shell)
    .filter(([program]) => program === 'curl')
    .map(([, ...words]) => readRequest(words))

  function splitCommands(text: string): string[][] {
    const words = /\\\n|\n|#[^\n]*|(?:'[^']*'|"[^"]*"|[^\s'"\\#])+/g
    const commands: string[][] = [[]]
    for (const [token] of text.matchAll(words)) {
      if (token === '\n') commands.push([])
      else if (token !== '\\\n' && !token.startsWith('#')) commands.at(-1)?.push(unquote(token))
    }
    return commands
  }

  function unquote(word: string): string {
    return word.replaceAll(/'([^']*)'|"([^"]*)"|([^'"]+)/g, (_, single, double, bare) =>
      typeof single === 'string' ? single : expand(double ?? bare),
    )
  }

  function expand(text: string): string {
    return text.replaceAll(/\$(\w+)/g, (_, name: string) => {
      const value = variables[name]
      if (value === undefined) throw new Error(`nobody set $${name}`)
      return value
    })
  }
}

function readRequest(words: readonly string[]): CurlRequest {
  const request: CurlRequest = { url: '', method: 'GET', headers: {}, body: undefined }
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '-sS') continue
    if (word === '-H') {
      const [name = '', value = ''] = (rest.shift() ?? '').split(/:\s*/, 2)
      request.headers[name] = value
    } else if (word === '-d') {
      request.body = rest.shift()
      request.method = 'POST'
    } else if (word === '-X') request.method = rest.shift() ?? ''
    else if (word.startsWith('-')) throw new Error(`curl's ${word} is not known here`)
    else request.url = word
  }
  return request
}
