/** The check of a text that should be a key. */

const longestKey = 1024

/**
 * What is wrong with a key, as the end of a sentence that begins with its source. Undefined if nothing is wrong. Shows
 * nothing of the text except the code and the position of one character.
 */
export const keyProblem = (key: string): string | undefined => {
  if (key === "") return "is empty"
  if (key.includes("\0")) return "contains NUL characters. Save it as UTF-8 text"
  if (/[\r\n\u2028\u2029]/.test(key)) return "contains more than one line. Leave only the key in it"
  if (/^\$\{?\w+\}?$|^%\w+%$|^\$env:\w+$|^\{\{.*\}\}$/.test(key)) {
    return "contains the name of a variable that was not replaced by its value"
  }
  const name = /^(?:export\s+|set\s+|setx\s+|\$env:)?["']?([A-Za-z][\w.-]*)["']?\s*[=:]\s*[^=\s]/.exec(key)?.[1]
  if (name !== undefined && /key|token|secret|boltodds/i.test(name)) {
    return "begins with a name, as in NAME=key. Leave only the key in it"
  }
  if (/^["'`“”‘’«»].*["'`“”‘’«»]$/.test(key)) return "has quotes around the key. Remove them"
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(key) || /[?&]key=/i.test(key)) {
    return "contains a URL. The key is the part after key="
  }
  if (/^[{<]/.test(key)) return "contains JSON, markup or a placeholder. Leave only the key in it"
  if (/^(Bearer|Basic|Token)\s/i.test(key)) return "begins with the name of an authentication scheme. Remove it"
  let position = 0
  for (const char of key) {
    position++
    if (char >= "!" && char <= "~") continue
    return `contains ${nameOf(char)} at character ${position}, which no key has. Copy the key again`
  }
  return key.length > longestKey ? `has ${key.length} characters, more than any key` : undefined
}

const nameOf = (char: string): string => {
  const code = `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`
  if (/\p{Cf}/u.test(char)) return `an invisible character (${code})`
  if (/\s/.test(char)) return `white space (${code})`
  if (/\p{Cc}/u.test(char)) return `a control character (${code})`
  return `a character outside ASCII (${code})`
}
