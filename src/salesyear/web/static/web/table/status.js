/* The line above the table: which cell this is, its exact value, what is to be said about it; and the state of the buttons. */

import { marksOf } from "./paint.js";
import { idOf, valueOf } from "./rows.js";
import { say } from "./texts.js";

export class Status {
  constructor(page) {
    this.page = page;
  }

  nameOf(row, { column, measure }) {
    return [row.name, column.title, measure.title].join(" · ");
  }

  /** Show the cell the cursor stands on. */
  show() {
    const { cursor, part } = this.page;
    if (!cursor?.row) return;
    const { row, figure } = cursor;
    part("cell-name").textContent = figure ? this.nameOf(row, figure) : row.name;
    part("cell-value").textContent = cursor.many ? this.#sum() : figure ? this.page.numbers.exact(figure.measure, valueOf(row, figure.column, figure.measure)) : "";
    part("cell-more").replaceChildren(...(figure ? this.#more(row, figure) : []).map(line));
    this.#error(row, figure);
    this.#buttons(row, figure);
  }

  #more(row, { column, measure }) {
    return marksOf(row, column, measure, this.page.rows.theirs.get(idOf(row, column, measure)));
  }

  /** Of several cells of one measure of money: how many, and their sum. */
  #sum() {
    const cells = this.page.cursor.selected().flat();
    const first = cells[0]?.measure;
    const alike = first?.kind === "money" && cells.every(cell => cell.measure === first);
    const sum = alike ? cells.reduce((all, { row, column, measure }) => all + (valueOf(row, column, measure) ?? 0), 0) : null;
    return say("selected", { n: cells.length, sum: sum === null ? "--" : this.page.numbers.exact(first, sum) });
  }

  /** The words of an error, right below its cell. */
  #error(row, figure) {
    const { part, cursor } = this.page;
    const note = figure && this.page.noteOf(row, figure);
    const box = part("wrong");
    const wrong = note?.state === "wrong" && cursor.cell;
    box.hidden = !wrong;
    if (!wrong) return;
    if (box.textContent !== note.message) box.textContent = note.message;
    const cell = cursor.cell.getBoundingClientRect();
    const room = box.offsetParent.getBoundingClientRect();
    box.style.top = `${cell.bottom - room.top}px`;
    box.style.left = `${Math.max(0, Math.min(cell.left - room.left, room.width - box.offsetWidth))}px`;
  }

  #buttons(row, figure) {
    const { part, rows } = this.page;
    const held = figure && row.locks[figure.column.id];
    const open = rows.mayEdit && figure?.measure.editable;
    part("do-lock").textContent = say(held ? "lift" : "lock");
    enable(part("do-lock"), open);
    enable(part("do-edit"), open && !held);
    enable(part("do-comment"), Boolean(figure));
    enable(part("do-why"), Boolean(figure));
  }

  /** Whether there is something to undo or redo. */
  steps({ undo, redo }) {
    if (undo !== undefined) enable(this.page.part("do-undo"), undo);
    if (redo !== undefined) enable(this.page.part("do-redo"), redo);
  }
}

function enable(button, can) {
  button.setAttribute("aria-disabled", String(!can));
}

function line(mark) {
  return Object.assign(document.createElement("span"), { className: `mark-${mark.name}`, textContent: mark.text });
}
