import { join } from 'node:path'
import { root } from './markdown.ts'

/** Where the imports of a sample lead: to the sources, so that no build is needed. */
export const SAMPLE_PATHS = {
  'feishu-card-auth': [join(root, 'src/index.ts')],
  'feishu-card-auth/client': [join(root, 'src/client/index.ts')],
  'feishu-card-auth/emulator': [join(root, 'src/emulator/index.ts')],
}
