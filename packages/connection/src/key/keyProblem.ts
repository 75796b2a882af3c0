/** What keeps a text from being a key. */

const longestKey = 1024

/**
 * What is wrong with it, as the end of a sentence about where it was found; undefined where nothing is. Shows nothing of
 * the text but the code and the place of one character.
 */
export const keyProblem = (key: string): string | undefined => {
  if (key === "") return "is empty"
  if (key.includes("\0")) return "holds NUL characters: save it as UTF-8 text"
  if (/[\r\n\u2028\u2029]/.test(key)) return "holds more than one line: leave the key alone in it"
  if (/^\$\{?\w+\}?$|^%\w+%$|^\$env:\w+$|^\{\{.*\}\}$/.test(key)) {
    return "holds the name of a variable that was not replaced by its value"
  }
  const name = /^(?:export\s+|set\s+|setx\s+|\$env:)?["']?([A-Za-z][\w.-]*)["']?\s*[=:]\s*[^=\s]/.exec(key)?.[1]
  if (name !== undefined && /key|token|secret|boltodds/i.test(name)) {
    return "begins with a name, as in NAME=key: leave the key alone in it"
  }
  if (/^["'`“”‘’«»].*["'`“”‘’«»]$/.test(key)) return "has quotes around the key: remove them"
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(key) || /[?&]key=/i.test(key)) {
    return "holds a URL: the key is what follows key= in it"
  }
  if (/^[{<]/.test(key)) return "holds JSON, markup or a placeholder: leave the key alone in it"
  if (/^(Bearer|Basic|Token)\s/i.test(key)) return "begins with the name of an authentication scheme: leave it out"
  let position = 0
  for (const char of key) {
    position++
    if (char >= "!" && char <= "~") continue
    return `holds ${nameOf(char)} at character ${position}, and no key does: copy the key again`
  }
  return key.length > longestKey ? `holds ${key.length} characters: that is no key` : undefined
}

const nameOf = (char: string): string => {
  const code = `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`
  if (/\p{Cf}/u.test(char)) return `an invisible character (${code})`
  if (/\s/.test(char)) return `white space (${code})`
  if (/\p{Cc}/u.test(char)) return `a control character (${code})`
  return `a character outside ASCII (${code})`
}
