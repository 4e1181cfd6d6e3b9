/* The drawn table: Tabulator draws the rows in view, this makes of them the W3C's treegrid with one tab stop. */

import { FilterModule, FormatModule, FrozenRowsModule, ResizeTableModule, Tabulator } from "../../vendor/tabulator/tabulator_esm.min.mjs";
import { isOpen } from "./choices.js";
import { paintFigure, paintName } from "./paint.js";
import { COMPANY, opens } from "./rows.js";
import { say } from "./texts.js";

Tabulator.registerModule([FilterModule, FormatModule, FrozenRowsModule, ResizeTableModule]);
const NARROW = matchMedia("(max-width: 40rem), (pointer: coarse)");

export class Grid {
  /** place: the element to draw in; page: {rows, numbers, choices}, read again at each painting. */
  constructor(place, page) {
    this.page = page;
    this.place = place;
    this.cells = new Map(); // row key → its drawn cells, by column
    this.lines = new Map(); // row key → its drawn row
    this.stale = new Set(); // rows drawn once, out of view now, whose figures have changed
    this.shown = page.rows.shown(page.choices);
    this.rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.height = Math.round(this.rem * (NARROW.matches ? 2.75 : 2));
    this.ready = new Promise(resolve => this.#draw(resolve));
  }

  #draw(resolve) {
    this.table = new Tabulator(this.place, {
      height: "100%",
      layout: "fitData",
      rowHeight: this.height,
      index: "key",
      data: this.page.rows.all,
      columns: this.#columns(),
      frozenRows: row => row.getData().key === COMPANY,
      rowFormatter: row => this.#lineDrawn(row.getElement(), row.getData()),
    });
    this.table.on("renderComplete", () => this.#paintStale());
    this.table.on("tableBuilt", () => {
      this.holder = this.place.querySelector(".tabulator-tableholder");
      this.holder.addEventListener("scroll", () => this.#paintStale()); // after the library's own
      this.#name();
      this.table.setFilter(row => row.shown);
      this.number();
      resolve(this);
    });
  }

  destroy() {
    this.table.destroy();
  }

  #columns() {
    const wide = this.rem * (NARROW.matches ? (innerWidth < 360 ? 7.5 : 9) : 15);
    const narrow = this.rem * (this.page.choices.exactly ? 8.5 : 6.25);
    const name = { title: "", width: wide, cssClass: "name", titleFormatter: () => this.#corner(), formatter: cell => this.#nameDrawn(cell) };
    const figures = this.page.rows.columns.map((one, at) => ({
      title: "",
      width: narrow,
      cssClass: one.measure === this.page.measures[0] ? "figure first" : "figure",
      titleFormatter: () => this.#head(one),
      formatter: cell => this.#figureDrawn(cell, at),
    }));
    return [name, ...figures];
  }

  #corner() {
    return heading(say("rows"), say("amounts_in", { unit: this.page.unit.code }));
  }

  #head({ column, measure }) {
    const unit = measure.unit ?? (measure.kind === "money" ? this.page.unit.code : measure.kind === "share" ? "%" : "");
    return heading(column.title, unit ? `${measure.title} ${unit}` : measure.title);
  }

  #nameDrawn(cell) {
    const row = cell.getData();
    const element = cell.getElement();
    this.cells.set(row.key, [element]);
    element.tabIndex = -1;
    paintName(element, row, this.page.choices);
    return contents(element);
  }

  #figureDrawn(cell, at) {
    const element = cell.getElement();
    const row = cell.getData();
    element.setAttribute("aria-colindex", at + 2);
    element.setAttribute("aria-selected", "false");
    element.tabIndex = -1;
    this.cells.get(row.key)[at + 1] = element;
    paintFigure(element, row, this.page.rows.columns[at], this.page.rows, this.page.numbers);
    return contents(element);
  }

  #lineDrawn(line, row) {
    this.lines.set(row.key, line);
    line.dataset.key = row.key;
    line.setAttribute("aria-level", row.level);
    if (opens(row)) line.setAttribute("aria-expanded", String(isOpen(this.page.choices, row.key)));
    line.setAttribute("aria-rowindex", row.place + 2);
    this.drawn?.(row);
  }

  #name() {
    const { place } = this;
    place.setAttribute("role", "treegrid");
    place.removeAttribute("aria-owns"); // it holds its rows; the part that scrolls is their group, as it can be focused
    this.holder.setAttribute("role", "rowgroup");
    this.holder.firstElementChild.setAttribute("role", "presentation");
    place.setAttribute("aria-label", say("table"));
    place.setAttribute("aria-multiselectable", "true");
    place.setAttribute("aria-colcount", this.page.rows.columns.length + 1);
    place.querySelectorAll(".tabulator-col").forEach((head, at) => head.setAttribute("aria-colindex", at + 1));
    place.querySelector(".tabulator-headers").setAttribute("aria-rowindex", "1");
  }

  /** Give every shown row its place, for the eyes of the library and the ears of a reader. */
  number() {
    this.shown = this.page.rows.shown(this.page.choices);
    this.place.setAttribute("aria-rowcount", this.shown.length + 1);
    this.shown.forEach((row, at) => {
      row.place = at;
      this.lines.get(row.key)?.setAttribute("aria-rowindex", at + 2);
    });
  }

  /** Show and hide rows after one was opened or shut. */
  refresh(row) {
    this.number();
    this.table.refreshFilter();
    this.#paintStale();
    if (row) this.#repaintName(row);
    else for (const key of this.lines.keys()) this.#repaintName(this.page.rows.byKey.get(key));
  }

  #repaintName(row) {
    const cells = this.cells.get(row.key);
    if (!cells || !opens(row)) return;
    const open = isOpen(this.page.choices, row.key);
    this.lines.get(row.key)?.setAttribute("aria-expanded", String(open));
    cells[0].querySelector(".twist").dataset.state = open ? "open" : "shut";
  }

  /** Paint the figures of a row again: at once where it is in view, else before it comes into view again. */
  repaint(row) {
    if (!this.cells.has(row.key)) return; // never drawn
    if (this.lines.get(row.key)?.isConnected) this.#paint(row);
    else this.stale.add(row);
  }

  #paintStale() {
    for (const row of this.stale) {
      if (this.lines.get(row.key)?.isConnected) this.#paint(row);
    }
  }

  #paint(row) {
    const cells = this.cells.get(row.key);
    this.stale.delete(row);
    this.page.rows.columns.forEach((one, at) => {
      if (cells[at + 1]) this.repaintCell(cells[at + 1], row, one);
    });
  }

  repaintCell(cell, row, one) {
    if (cell.querySelector("input")) return; // somebody is typing there
    paintFigure(cell, row, one, this.page.rows, this.page.numbers);
    this.drawnCell?.(cell, row, one);
  }

  /** The drawn cell at a place (row of the shown ones, column), if it is drawn now. */
  cellAt(place, column) {
    const row = this.shown[place];
    const cell = row && this.cells.get(row.key)?.[column];
    return cell?.isConnected ? cell : null;
  }

  /** Where a drawn element is: [row, column]; null when it is none of the cells. */
  placeOf(element) {
    const cell = element.closest?.(".tabulator-cell");
    const line = cell?.closest(".tabulator-row");
    const row = line && this.page.rows.byKey.get(line.dataset.key);
    return row ? [row.place, Number(cell.getAttribute("aria-colindex")) - 1] : null;
  }

  /** Scroll so that a place is in view, and have it drawn at once. */
  reveal(place, column) {
    const { holder, height } = this;
    const frozen = this.shown[0]?.key === COMPANY ? 1 : 0;
    const top = (place - frozen) * height;
    if (place >= frozen) {
      if (top < holder.scrollTop) holder.scrollTop = top;
      else if (top + height > holder.scrollTop + holder.clientHeight) holder.scrollTop = top + height - holder.clientHeight;
      holder.dispatchEvent(new Event("scroll")); // drawn now, not in the next frame
    }
    if (column > 0) this.#revealColumn(column);
  }

  #revealColumn(column) {
    const { holder } = this;
    const heads = this.place.querySelectorAll(".tabulator-col");
    const name = heads[0].offsetWidth;
    const head = heads[column];
    const left = head.offsetLeft - name;
    if (left < holder.scrollLeft) holder.scrollLeft = left;
    const right = head.offsetLeft + head.offsetWidth - holder.clientWidth;
    if (right > holder.scrollLeft) holder.scrollLeft = right;
  }

  /** How many rows one screen holds. */
  get pageRows() {
    return Math.max(1, Math.floor(this.holder.clientHeight / this.height) - 1);
  }
}

function heading(first, second) {
  const head = document.createElement("span");
  const small = Object.assign(document.createElement("small"), { textContent: second });
  head.append(first, " ", small);
  return head;
}

function contents(cell) {
  const part = document.createDocumentFragment();
  part.append(...cell.childNodes);
  return part;
}
