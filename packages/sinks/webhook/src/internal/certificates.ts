/** Certificates in a text (PEM, RFC 7468). */
import { X509Certificate } from "node:crypto"

const block = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]*-----END \1-----/g

/** What keeps a text from being certificates: what was found, and what to do. Undefined where nothing does. */
export const certificateProblem = (text: string): { readonly message: string; readonly remedy: string } | undefined => {
  const blocks = text.match(block) ?? []
  for (const [index, pem] of blocks.entries()) {
    if (!isReadable(pem)) {
      const which = blocks.length === 1 ? "its certificate" : `certificate ${index + 1} of ${blocks.length}`
      return { message: `${which} cannot be read`, remedy: "export it again as PEM" }
    }
  }
  if (blocks.length > 0) return undefined
  const expected = "expected certificates (PEM)"
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return { message: `${expected}, found a private key`, remedy: "name the certificate of the authority instead" }
  }
  if (text.includes("-----BEGIN")) {
    return { message: `${expected}, found something else`, remedy: "begin it with -----BEGIN CERTIFICATE-----" }
  }
  // A certificate in one line is no path.
  return text.length < 1000 && !text.trim().includes("\n")
    ? {
      message: `${expected}, found a text without one`,
      remedy: "where it is the path of a file write `{ file: path }`",
    }
    : {
      message: `${expected}, found a text without one`,
      remedy: "convert it: openssl x509 -inform der -in FILE -out ca.pem",
    }
}

const isReadable = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).subject !== undefined
  } catch {
    // The answer.
    return false
  }
}
