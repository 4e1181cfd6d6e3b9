/* How one cell looks and what it says to those who do not see it. */

import { idOf, opens, valueOf } from "./rows.js";
import { isOpen } from "./choices.js";
import { say } from "./texts.js";

/** Paint the row's name with its place in the tree. */
export function paintName(cell, row, choices) {
  cell.className = "tabulator-cell name";
  cell.setAttribute("role", "rowheader");
  cell.setAttribute("aria-colindex", "1");
  cell.setAttribute("aria-selected", "false");
  cell.style.setProperty("--level", row.level);
  cell.title = row.name;
  const twist = Object.assign(document.createElement("span"), { className: "twist" });
  twist.dataset.state = !opens(row) ? "" : isOpen(choices, row.key) ? "open" : "shut";
  twist.setAttribute("aria-hidden", "true");
  cell.replaceChildren(twist, row.name);
}

/** Paint a figure: its value or what was typed, and its marks. Only what differs is written: most cells keep their looks. */
export function paintFigure(cell, row, { column, measure }, rows, numbers) {
  const id = idOf(row, column, measure);
  const note = rows.notes.get(id);
  const value = valueOf(row, column, measure);
  const marks = marksOf(row, column, measure, rows.theirs.get(id));
  dress(cell, ["tabulator-cell figure", ...classesOf(row, { column, measure }, rows, note, id)].join(" "));
  tell(cell, "aria-readonly", rows.closed(row, column, measure) ? "true" : "false");
  cell.toggleAttribute("aria-invalid", note?.state === "wrong");
  tell(cell, "title", [note?.message || numbers.exact(measure, value), ...marks.map(mark => mark.text)].join("\n"));
  fill(cell, marks, note ? note.text : numbers.brief(measure, value));
}

function dress(cell, classes) {
  if (cell.className !== classes) cell.className = classes;
}

function tell(cell, name, text) {
  if (cell.getAttribute(name) !== text) cell.setAttribute(name, text);
}

/** A figure alone is one text that is changed in its place; marks are drawn anew. */
function fill(cell, marks, text) {
  const only = cell.childNodes.length === 1 && cell.firstChild.nodeType === Node.TEXT_NODE;
  if (!only || marks.length) cell.replaceChildren(...marks.map(drawn), text);
  else if (cell.firstChild.data !== text) cell.firstChild.data = text;
}

/** What is to be said about a cell besides its figure: who locked it and why, comments, who changed it. */
export function marksOf(row, column, measure, by) {
  const lock = measure.editable ? row.locks[column.id] : null;
  const marks = measure.editable ? row.marks[column.id] ?? {} : {};
  return [
    lock && { name: "lock", text: say("locked", { who: lock.by, when: lock.at, why: lock.reason }) },
    marks.comments && { name: "said", text: say("comments", { n: marks.comments }) },
    marks.edited && { name: "set", text: say("edited") },
    by && { name: "by", text: say("theirs", { who: by }) },
  ].filter(Boolean);
}

function classesOf(row, { column, measure }, rows, note, id) {
  return [
    column.id === "total" && "total",
    measure.editable && row.locks[column.id] && "locked",
    !measure.editable && "read",
    note?.state,
    rows.moved.has(id) && "moved",
    rows.theirs.has(id) && "theirs",
    valueOf(row, column, measure) < 0 && !note && "negative",
  ].filter(Boolean);
}

function drawn(mark) {
  const span = Object.assign(document.createElement("span"), { className: `mark-${mark.name}` });
  span.setAttribute("role", "img");
  span.setAttribute("aria-label", mark.text);
  return span;
}
