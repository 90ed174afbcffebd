import { Command } from 'commander'
import { openApi } from '../http/v1/openapi.ts'
import { VERSION } from '../version.ts'

/** `openapi`: prints the description of the HTTP API. */
export function openapiCommand(): Command {
  return new Command('openapi')
    .description('print the OpenAPI 3.1 document of the HTTP API')
    .option('--json', 'print JSON (it always does)')
    .action(() => console.log(JSON.stringify(openApi(VERSION), null, 2)))
}
