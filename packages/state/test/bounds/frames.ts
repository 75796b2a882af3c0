/** Frames within the bounds on bytes that would take hundreds of megabytes if they were parsed without a count. */

const many = 1_500_000
const objects = `[${"{},".repeat(many)}{}]`
const message = (data: string): string => `{"action":"new_kind","data":${data}}`
const asText = (json: string): string => message(JSON.stringify(json))
const base64 = (text: string): string => Buffer.from(text).toString("base64")

/** By what is special about them. Each is made when it is asked for. */
export const costlyFrames: Readonly<Record<string, () => string>> = {
  "a message after a no-break space": () => `\u00a0${message(objects)}\n`,
  "a message after two byte order marks": () => `\ufeff\ufeff${message(objects)}`,
  "an array after a no-break space": () => `\u00a0${objects}\u3000`,
  "a message after another and a byte order mark": () => `{"action":"ping"}\ufeff${message(objects)}`,
  "objects in a row after a no-break space": () => `{"action":"ping"}\u00a0${"{}".repeat(many)} `,
  "JSON in a text": () => asText(objects),
  "JSON in a text of JSON": () => asText(JSON.stringify(objects)),
  "JSON in a text that is all of the frame": () => JSON.stringify(objects),
  "JSON in an error": () => JSON.stringify({ action: "error", odds: { a: objects } }),
  "JSON that breaks off in a text": () => asText(objects.slice(0, -1)),
  "JSON in many texts": () => message(JSON.stringify(Array.from({ length: 30 }, () => `[${"{},".repeat(66_000)}{}]`))),
  "arrays within arrays in a text": () => asText("[".repeat(many) + "]".repeat(many)),
  "JSON in base64 in a text": () => asText(base64(objects)),
  "JSON in base64": () => base64(objects),
  "letters and nothing else": () => "A".repeat(8_000_000),
  "names in quotes": () => `x${Array.from({ length: 800_000 }, (_, at) => `"k${at.toString(36)}`).join("")}`,
  "NaN in every place": () => message(`[${"NaN,".repeat(398_000)}NaN]`),
  "NaN without commas": () => message(`[${"NaN ".repeat(1_500_000)}NaN]`),
}
