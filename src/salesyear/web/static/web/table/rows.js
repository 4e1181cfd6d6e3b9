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

  /** The rows in view order; the company's own first. */
  shown(choices) {
    return this.all.filter(row => this.isShown(row, choices));
  }

  isShown(row, choices) {
    for (let above = this.byKey.get(row.parent); above; above = this.byKey.get(above.parent)) {
      if (above.key !== COMPANY && !isOpen(choices, above.key)) return false;
    }
    return true;
  }

  /** Take changed rows in; return those that look different now, or null when one of them is not known here. */
  change(edition, rows, by = "") {
    if (rows.some(row => !this.byKey.has(row.key))) return null;
    this.edition = edition;
    const before = this.moved;
    this.moved = new Set();
    const changed = new Set([...before].map(cell => this.byKey.get(cell.split("\n")[0])));
    for (const row of rows) {
      this.#compare(row, by);
      changed.add(Object.assign(this.byKey.get(row.key), { values: row.values, locks: row.locks, marks: row.marks, name: row.name }));
    }
    return changed;
  }

  #compare(row, by) {
    const old = this.byKey.get(row.key);
    for (const { column, measure } of this.columns) {
      if (valueOf(old, column, measure) === valueOf(row, column, measure)) continue;
      const cell = idOf(row, column, measure);
      if (by) this.theirs.set(cell, by);
      else this.moved.add(cell);
    }
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

function place(row, byKey) {
  const above = byKey.get(row.parent);
  row.level = above && above.key !== COMPANY ? above.level + 1 : 1;
  row.locks ??= {};
  row.marks ??= {};
}
