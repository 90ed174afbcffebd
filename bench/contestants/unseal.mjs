import { createDecipheriv } from 'node:crypto'

/** Opens what the product has sealed, by hand: `kid.iv.ciphertext.tag`, bound to its row. */
export function unseal(sealed, key, binding) {
  const [, iv, ciphertext, tag] = sealed.split('.')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'))
  decipher.setAAD(Buffer.from(JSON.stringify(binding)))
  decipher.setAuthTag(Buffer.from(tag, 'base64url'))
  return decipher.update(ciphertext, 'base64url', 'utf8') + decipher.final('utf8')
}
