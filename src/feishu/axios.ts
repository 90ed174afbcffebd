import { createRequire } from 'node:module'
import type { AxiosStatic } from 'axios'

/** The copy of axios that the SDK has loaded; an `import` would load a second one, made of 60 files. */
export const axios: AxiosStatic = createRequire(import.meta.url)('axios')
