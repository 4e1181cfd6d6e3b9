/* The page's words. They come from the server in the reader's language; nothing here is a sentence of its own. */

let words = {};

/** Take the words of the page: name → sentence with {named} places. */
export function learn(sentences) {
  words = sentences;
}

/** The sentence of a name, its places filled in. */
export function say(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);
}
