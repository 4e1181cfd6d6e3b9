/* The rows of the table as the server last told them, and what each cell is waiting for. */

import { isOpen } from "./choices.js";

export const COMPANY = "company";

export class Rows {
  /** answer: what `rows/` said. */
  constructor(answer) {
    this.edition = answer.edition;
    this.all = answer.rows;
    this.columns = answer.columns.flatMap(column => answer.measures.map(measure => ({ column, measure })));
    this.byKey = new Map(this.all.map(row => [row.key, row]));
    this.mayEdit = answer.may_edit;
    this.notes = new Map(); // cell → {text, state, message} of what was typed and is not kept yet
    this.theirs = new Map(); // cell → who changed it
    this.moved = new Set(); // cells that the last answer changed
    for (const row of this.all) place(row, this.byKey);
  }

  /** The rows to be seen, in order; each row's `shown` says whether it is one of them. */
  shown(choices) {
    for (const row of this.all) row.shown = row.level === 1 || this.#isBelowOpen(row, choices);
    return this.all.filter(row => row.shown);
  }

  #isBelowOpen(row, choices) {
    const above = this.byKey.get(row.parent); // comes before it in the list
    return above.shown && isOpen(choices, above.key);
  }

  /** Take rows in; return those that look different now, or null when one of them is not known here. */
  change(edition, rows, by = "") {
    if (rows.some(row => !this.byKey.has(row.key))) return null;
    this.edition = edition;
    const before = this.moved;
    this.moved = new Set();
    const changed = new Set([...before].map(cell => this.byKey.get(cell.split("\n")[0])));
    for (const row of rows) {
      if (!this.#compare(row, by) && same(row, this.byKey.get(row.key))) continue;
      changed.add(Object.assign(this.byKey.get(row.key), { values: row.values, locks: row.locks, marks: row.marks, name: row.name }));
    }
    return changed;
  }

  /** Mark the cells whose values differ from what is known; say whether there are any. */
  #compare(row, by) {
    const old = this.byKey.get(row.key);
    const differing = this.columns.filter(({ column, measure }) => valueOf(old, column, measure) !== valueOf(row, column, measure));
    for (const { column, measure } of differing) {
      const cell = idOf(row, column, measure);
      if (by) this.theirs.set(cell, by);
      else this.moved.add(cell);
    }
    return differing.length > 0;
  }

  /** Why a cell takes no typing: "" when it does, else the name of the reason. */
  closed(row, column, measure) {
    if (!this.mayEdit) return "frozen";
    if (!measure.editable) return "read_only";
    return row.locks[column.id] ? "locked" : "";
  }
}

/** Whether a row has others below it to show; the company's own is the sum above all and always open. */
export function opens(row) {
  return !row.leaf && row.key !== COMPANY;
}

/** The name of a cell in the maps here. */
export function idOf(row, column, measure) {
  return `${row.key}\n${column.id}\n${measure.id}`;
}

export function valueOf(row, column, measure) {
  return row.values[measure.id]?.[column.id] ?? null;
}

function same(row, old) {
  return JSON.stringify([row.locks, row.marks, row.name]) === JSON.stringify([old.locks, old.marks, old.name]);
}

function place(row, byKey) {
  const above = byKey.get(row.parent);
  row.level = above && above.key !== COMPANY ? above.level + 1 : 1;
  row.locks ??= {};
  row.marks ??= {};
}
