/* What each key, button and movement of the hand does in the table. */

import { laid, read, write } from "./clipboard.js";
import { fitting } from "./edits.js";
import { Editor } from "./editor.js";
import { meaning } from "./keys.js";
import { opens, valueOf } from "./rows.js";
import { isOpen } from "./choices.js";
import { say } from "./texts.js";

const MOST = 10_000; // cells of one paste

export class Commands {
  constructor(page) {
    this.page = page;
    this.editor = new Editor({ done: (text, way) => this.#typed(text, way), dropped: way => this.#dropped(way) });
    const place = page.part("grid");
    place.addEventListener("keydown", event => this.#key(event));
    for (const name of ["copy", "cut", "paste"]) place.addEventListener(name, event => this.#clipboard(name, event));
    place.addEventListener("mousedown", event => this.#pressed(event));
    place.addEventListener("dblclick", event => this.page.grid.placeOf(event.target) && this.edit());
    place.addEventListener("focusout", event => !place.contains(event.relatedTarget) && event.relatedTarget && this.cursor.left());
  }

  get cursor() {
    return this.page.cursor;
  }

  /* ---- keys ---- */

  #key(event) {
    const meant = meaning(event);
    if (!meant || this.editor.open) return;
    const [name, ...details] = meant;
    if (name === "type") {
      if (this.edit("", { typed: true })) return; // the key itself goes into the field
    } else if (this[name](...details) === false) return;
    event.preventDefault();
  }

  move(rows, columns) {
    this.cursor.by(rows, columns);
  }

  extend(rows, columns) {
    this.cursor.by(rows, columns, true);
  }

  left() {
    if (this.cursor.at[1] === 0) this.open(false);
    else this.cursor.by(0, -1);
  }

  right() {
    if (this.cursor.at[1] === 0 && opens(this.cursor.row) && !isOpen(this.page.choices, this.cursor.row.key)) this.open(true);
    else this.cursor.by(0, 1);
  }

  edge(side, extend = false) {
    const [row, column] = this.cursor.at;
    const last = [this.page.grid.shown.length - 1, this.page.rows.columns.length];
    const to = { top: [0, column], bottom: [last[0], column], first: [row, 0], last: [row, last[1]] }[side];
    this.cursor.go(...to, { extend });
  }

  corner(which, extend = false) {
    this.cursor.go(...(which === "start" ? [0, 0] : [Infinity, Infinity]), { extend });
  }

  screen(screens, extend) {
    this.cursor.by(screens * this.page.grid.pageRows, 0, extend);
  }

  all() {
    this.cursor.select([Infinity, Infinity], [0, 1]);
  }

  column() {
    this.cursor.select([Infinity, this.cursor.at[1]], [0, this.cursor.at[1]]);
  }

  line() {
    this.cursor.select([this.cursor.at[0], Infinity], [this.cursor.at[0], 1]);
  }

  /** A name is turned by the space bar; on a figure the space bar begins a text. */
  turn() {
    if (this.cursor.at[1] === 0) return this.open(!isOpen(this.page.choices, this.cursor.row.key));
    return this.edit("", { typed: true });
  }

  /** Open or shut the row; shutting a shut one goes to the row above it in the tree. */
  open(wanted) {
    const { row } = this.cursor;
    const { choices } = this.page;
    if (opens(this.cursor.row) && isOpen(choices, row.key) !== wanted) {
      const turned = new Set(choices.turned);
      if (!turned.delete(row.key)) turned.add(row.key);
      this.page.turn({ turned }, row);
    } else if (!wanted && this.page.rows.byKey.has(row.parent)) {
      this.cursor.go(this.page.rows.byKey.get(row.parent).place, this.cursor.at[1]);
    }
  }

  escape() {
    const { row, figure } = this.cursor;
    if (figure && this.page.noteOf(row, figure)?.state === "wrong") this.page.edits.forget({ row, ...figure });
    else this.cursor.go(...this.cursor.at);
  }

  /* ---- typing ---- */

  /** Open the field in the cell; false where nothing can be typed, and the reader is told why. */
  edit(text, how) {
    const { row, figure } = this.cursor;
    if (this.editor.open) return true; // the second tap of a double one
    if (!figure) return false;
    const closed = this.page.rows.closed(row, figure.column, figure.measure);
    if (closed) {
      this.page.announce(say(`closed_${closed}`));
      return false;
    }
    this.page.grid.reveal(...this.cursor.at);
    const now = this.page.noteOf(row, figure)?.text ?? this.page.numbers.plain(figure.measure, valueOf(row, figure.column, figure.measure));
    this.editor.start(this.cursor.cell, text ?? now, this.page.status.nameOf(row, figure), how);
    return true;
  }

  #typed(text, way) {
    const { row, figure } = this.cursor;
    const now = this.page.numbers.plain(figure.measure, valueOf(row, figure.column, figure.measure));
    const cells = way === "fill" ? this.cursor.selected().flat() : [{ row, ...figure }];
    if (way === "preview") this.page.edits.submit([{ row, ...figure, text }], { dry: true });
    else if (way === "fill" || text !== now) this.#send([cells.map(() => text)], [cells]);
    this.#goOn(way);
  }

  #dropped(way) {
    this.page.repaintLater(this.cursor.row);
    this.#goOn(way);
  }

  #goOn(way) {
    if (Array.isArray(way)) this.cursor.by(...way);
    else if (way !== undefined && document.activeElement === document.body) this.cursor.focus();
  }

  /** Delete sets what is selected to nothing sold: 0. */
  zero() {
    this.#sendOver([["0"]]);
  }

  fill(way) {
    const cells = this.cursor.selected();
    if (!cells[0]?.length) return;
    const plain = ({ row, column, measure }) => this.page.numbers.plain(measure, valueOf(row, column, measure));
    const block = cells.map(line => line.map((_, across) => plain(way === "down" ? cells[0][across] : line[0])));
    if (way === "down") this.#send(block.slice(1), cells.slice(1));
    else this.#send(block.map(line => line.slice(1)), cells.map(line => line.slice(1)));
  }

  undo() {
    this.page.edits.step("undo");
  }

  redo() {
    this.page.edits.step("redo");
  }

  /* ---- clipboard ---- */

  #clipboard(name, event) {
    if (this.editor.open) return;
    event.preventDefault();
    if (name === "paste") this.#paste(event.clipboardData.getData("text/plain"));
    else event.clipboardData.setData("text/plain", this.copied());
    if (name === "cut") this.zero();
  }

  /** What is selected, as other spreadsheets take it. */
  copied() {
    const { page } = this;
    const withNames = this.cursor.range.left === 0;
    const lines = this.cursor.selected().map((line, at) => {
      const figures = line.map(({ row, column, measure }) => page.numbers.plain(measure, valueOf(row, column, measure)));
      return withNames ? [page.grid.shown[this.cursor.range.top + at].name, ...figures] : figures;
    });
    page.announce(say("copied", { n: lines.length * (lines[0]?.length ?? 0) }));
    return write(lines);
  }

  #paste(text) {
    if (text.trim()) this.#sendOver(read(text));
  }

  #sendOver(block) {
    const { range } = this.cursor;
    const over = laid(block, { ...range, left: Math.max(1, range.left) });
    const { rows, grid } = this.page;
    const cells = over.map((line, at) => line.map((_, across) => {
      const row = grid.shown[range.top + at];
      const figure = rows.columns[Math.max(1, range.left) - 1 + across];
      return row && figure ? { row, ...figure } : undefined;
    }));
    this.#send(over, cells);
  }

  /** Send texts for cells; what does not fit is shown first. */
  async #send(block, cells) {
    const { page } = this;
    const { edits, left } = fitting(block, cells, page.rows);
    if (edits.length > MOST) {
      page.announce(say("too_many", { n: edits.length, most: MOST }));
      return;
    }
    const first = left.map(({ cell, text, why }) => ({ where: cell ? page.nameOf(cell.row.key, cell.column.id) : say("outside"), text, why }));
    if (first.length && !(await page.edits.asks.unfit(first, edits.length))) return;
    page.edits.submit(edits);
  }

  /* ---- mouse and finger ---- */

  #pressed(event) {
    const place = this.page.grid.placeOf(event.target);
    if (!place || event.button !== 0 || event.target.closest("input")) return;
    event.preventDefault();
    this.editor.finish(null);
    if (event.target.closest(".twist")) return this.#twist(place);
    const again = place[0] === this.cursor.at[0] && place[1] === this.cursor.at[1] && document.activeElement === this.cursor.cell;
    if (again && matchMedia("(pointer: coarse)").matches) return this.edit();
    this.cursor.go(...place, { extend: event.shiftKey });
    return this.#drag();
  }

  #twist(place) {
    this.cursor.go(place[0], 0);
    this.open(!isOpen(this.page.choices, this.cursor.row.key));
  }

  #drag() {
    const over = event => {
      const place = this.page.grid.placeOf(event.target);
      if (place) this.cursor.go(...place, { extend: true });
    };
    this.page.part("grid").addEventListener("mouseover", over);
    addEventListener("mouseup", () => this.page.part("grid").removeEventListener("mouseover", over), { once: true });
  }

  /* ---- locks, comments, reasons ---- */

  async lock() {
    const { row, figure } = this.cursor;
    if (!figure) return;
    const { page } = this;
    const held = row.locks[figure.column.id];
    if (held) return this.#tell("lift/", { id: held.id });
    const reason = await page.edits.asks.line("lock", page.status.nameOf(row, figure));
    if (reason) await this.#tell("lock/", { row: row.key, column: figure.column.id, reason });
  }

  async comment() {
    const { row, figure } = this.cursor;
    if (!figure) return;
    const text = await this.page.edits.asks.line("comment", this.page.status.nameOf(row, figure));
    if (text) await this.#tell("comment/", { row: row.key, column: figure.column.id, text });
  }

  #tell(path, body) {
    return this.page.edits.tell(path, body);
  }

  why() {
    const { row, figure } = this.cursor;
    if (!figure) return;
    this.page.panel.open(say("why", { cell: this.page.status.nameOf(row, figure) }), "why/", { row: row.key, column: figure.column.id });
  }

  audit() {
    this.page.panel.open(say("audit"), "audit/", {});
  }
}
