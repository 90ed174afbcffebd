/** A sim verb that asks for the impossible; the route answers it as `{error: {code, message}}`. */
export class SimError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.name = 'SimError'
    this.code = code
    this.status = status
  }
}
