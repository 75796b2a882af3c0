/** Web pages where the feed's own answer was expected: something on the way has answered. */

/**
 * Whether an answer is a page for people. The feed answers in JSON or plain text; CDNs, firewalls and captive portals
 * answer in HTML or XML, and one CDN in a line of text of its own.
 */
export const isWebPage = (contentType: string | undefined, body: string): boolean =>
  /^\s*(text\/html|application\/xhtml)/i.test(contentType ?? "") || /^[\s\ufeff]*<(?:[a-z!?])/i.test(body) ||
  /^\s*error code: 1\d{3}\s*$/.test(body)
