/**
 * The one door to the official SDK. Its declarations are 17 MB, so everything else imports from here and the compiler
 * meets them once.
 */
export {
  type Cache,
  Client,
  DefaultCache,
  EventDispatcher,
  type HttpInstance,
  type Logger,
  LoggerLevel,
  WSClient,
} from '@larksuiteoapi/node-sdk'
