/* Keys as in a spreadsheet: which chord means what. What each does is in table.js. */

const CHORDS = {
  ArrowUp: ["move", -1, 0], ArrowDown: ["move", 1, 0], ArrowLeft: ["left"], ArrowRight: ["right"],
  "Shift+ArrowUp": ["extend", -1, 0], "Shift+ArrowDown": ["extend", 1, 0],
  "Shift+ArrowLeft": ["extend", 0, -1], "Shift+ArrowRight": ["extend", 0, 1],
  "Ctrl+ArrowUp": ["edge", "top"], "Ctrl+ArrowDown": ["edge", "bottom"],
  "Ctrl+ArrowLeft": ["edge", "first"], "Ctrl+ArrowRight": ["edge", "last"],
  "Ctrl+Shift+ArrowUp": ["edge", "top", true], "Ctrl+Shift+ArrowDown": ["edge", "bottom", true],
  "Ctrl+Shift+ArrowLeft": ["edge", "first", true], "Ctrl+Shift+ArrowRight": ["edge", "last", true],
  Home: ["edge", "first"], End: ["edge", "last"], "Shift+Home": ["edge", "first", true], "Shift+End": ["edge", "last", true],
  "Ctrl+Home": ["corner", "start"], "Ctrl+End": ["corner", "end"],
  "Ctrl+Shift+Home": ["corner", "start", true], "Ctrl+Shift+End": ["corner", "end", true],
  PageUp: ["screen", -1], PageDown: ["screen", 1], "Shift+PageUp": ["screen", -1, true], "Shift+PageDown": ["screen", 1, true],
  "Ctrl+a": ["all"], "Ctrl+ ": ["column"], "Shift+ ": ["line"],
  Enter: ["edit"], F2: ["edit"], Escape: ["escape"], Delete: ["zero"], Backspace: ["zero"],
  "Ctrl+d": ["fill", "down"], "Ctrl+r": ["fill", "right"],
  "Ctrl+z": ["undo"], "Ctrl+y": ["redo"], "Ctrl+Shift+z": ["redo"],
  "Ctrl+l": ["lock"], "Alt+w": ["why"], "Alt+c": ["comment"], "Alt+ArrowRight": ["open", true], "Alt+ArrowLeft": ["open", false],
  " ": ["turn"],
};

/** What a keydown means: [name, ...details]; ["type"] for what begins a text; null when it is not ours. */
export function meaning(event) {
  const chord = chordOf(event);
  if (Object.hasOwn(CHORDS, chord)) return CHORDS[chord];
  const composing = event.isComposing || event.key === "Process";
  return composing || (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) ? ["type"] : null;
}

function chordOf(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const held = [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift"];
  return [...held.filter(Boolean), key].join("+");
}
