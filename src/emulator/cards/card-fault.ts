/** Why Feishu refuses a card; `code` is the sub-code inside a 230099. */
export type CardFault = { code: number; message: string; value: string; path?: string }

/** The JSON is not a card: unknown property, wrong type, missing property (200621). */
export function unreadable(value: string, path?: string): CardFault {
  return fault(
    200621,
    'parse card json err, please check whether the card json is correct',
    value,
    path,
  )
}

/** A component of JSON 1.0 in a card of JSON 2.0 (200861). */
export function retiredTag(tag: string, path: string): CardFault {
  return fault(
    200861,
    'cards of schema V2 no longer support this capability',
    `unsupported tag ${tag}`,
    path,
  )
}

/** More components than a card may have (11310). */
export function tooMany(what: string, limit: number): CardFault {
  return fault(11310, `${what} exceeds the limit`, `more than ${limit}`)
}

/** Two components share an element_id (300301). */
export function duplicateElementId(id: string, path: string): CardFault {
  return fault(300301, 'duplicate element_id', id, path)
}

/** A card of JSON 2.0 that is not shared by everybody who sees it (300302). */
export function notShared(): CardFault {
  return fault(300302, 'schema 2.0 only supports update_multi true', 'update_multi: false')
}

/** A template, of which the emulator has none (200380). */
export function missingTemplate(id: string): CardFault {
  return fault(200380, 'template does not exist', id)
}

/**
 * The words Feishu puts behind `ext=` in a 230099.
 * @see https://open.feishu.cn/document/server-docs/im-v1/message-card/patch
 */
export function describeCardFault({ code, message, value, path }: CardFault): string {
  const where = path === undefined ? '' : ` ErrPath: ${path};`
  return `ErrCode: ${code};${where} ErrMsg: ${message}; ErrorValue: ${value}; `
}

function fault(code: number, message: string, value: string, path?: string): CardFault {
  return path === undefined ? { code, message, value } : { code, message, value, path }
}
