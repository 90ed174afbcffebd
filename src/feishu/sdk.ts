import { createRequire } from 'node:module'
import type * as Sdk from '@larksuiteoapi/node-sdk'

/**
 * The one door to the official SDK. Its declarations are 17 MB, so everything else imports from here and the compiler
 * meets them once.
 *
 * It is loaded with `require`: an `import` reads the 6 MB file once more to guess its exports, which costs twice the time
 * and memory (docs/decisions/0008-load-the-sdk-with-require.md).
 */
const sdk: typeof Sdk = createRequire(import.meta.url)('@larksuiteoapi/node-sdk')

/** What we use of it. */
export const { Client, DefaultCache, EventDispatcher, LoggerLevel, WSClient } = sdk

/** The type of a `Client`. */
export type Client = Sdk.Client
/** The type of a `WSClient`. */
export type WSClient = Sdk.WSClient
export type { Cache, HttpInstance, Logger } from '@larksuiteoapi/node-sdk'
