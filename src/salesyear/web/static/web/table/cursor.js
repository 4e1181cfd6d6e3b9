/* Where the reader is in the table, and what is selected: the one tab stop moves with it. */

export class Cursor {
  /** grid: the drawn table; told: called after each move. */
  constructor(grid, told) {
    this.grid = grid;
    this.told = told;
    this.at = [Math.min(1, grid.shown.length - 1), 1]; // row (0 is the company's own), column (0 is the name)
    this.from = this.at; // the other corner of what is selected
    this.marked = new Set(); // drawn cells that look selected
    grid.drawn = () => this.#later();
    grid.drawnCell = cell => this.#mark(cell);
    grid.place.addEventListener("focusin", event => this.#focused(event));
    grid.holder.addEventListener("scroll", () => this.#keepTabStop());
    grid.table.on("renderComplete", () => this.#drawnAgain());
    document.addEventListener("mousedown", event => !grid.place.contains(event.target) && this.left());
    this.paint();
  }

  /** The selected rectangle: first and last row, first and last column. */
  get range() {
    const rows = [this.at[0], this.from[0]].sort((a, b) => a - b);
    const columns = [this.at[1], this.from[1]].sort((a, b) => a - b);
    return { top: rows[0], bottom: rows[1], left: columns[0], right: columns[1] };
  }

  /** Whether more than one cell is selected. */
  get many() {
    return this.at[0] !== this.from[0] || this.at[1] !== this.from[1];
  }

  get row() {
    return this.grid.shown[this.at[0]];
  }

  /** The column and measure the cursor stands on; undefined on a name. */
  get figure() {
    return this.grid.page.rows.columns[this.at[1] - 1];
  }

  get cell() {
    return this.grid.cellAt(...this.at);
  }

  /** Go to a place; extend keeps the other corner where it is. */
  go(row, column, { extend = false, focus = true } = {}) {
    this.at = [clamp(row, 0, this.grid.shown.length - 1), clamp(column, 0, this.grid.page.rows.columns.length)];
    if (!extend) this.from = this.at;
    this.grid.reveal(...this.at);
    this.paint();
    if (focus) this.focus();
    this.told();
  }

  by(rows, columns, extend = false) {
    this.go(this.at[0] + rows, this.at[1] + columns, { extend });
  }

  /** Select from one corner to another; the cursor stands in the second. */
  select(from, to) {
    this.from = [clamp(from[0], 0, this.grid.shown.length - 1), clamp(from[1], 0, this.grid.page.rows.columns.length)];
    this.go(...to, { extend: true });
  }

  /** Put the keyboard on the cell. */
  focus() {
    (this.cell ?? this.grid.holder).focus({ preventScroll: true });
  }

  /** Stay on the same row when rows are shown or hidden above it. */
  follow(key) {
    const place = this.grid.shown.findIndex(row => row.key === key);
    this.at = [clamp(place, 0, this.grid.shown.length - 1), this.at[1]];
    this.from = this.at;
    this.paint();
  }

  /** Every selected cell that holds a figure. */
  selected() {
    const { top, bottom, left, right } = this.range;
    const lines = this.grid.shown.slice(top, bottom + 1);
    return lines.map(row => this.grid.page.rows.columns.slice(Math.max(0, left - 1), right).map(one => ({ row, ...one })));
  }

  /** Make the drawn cells look as they are: selected, and one of them with the tab stop. */
  paint() {
    for (const cell of this.marked) unmark(cell);
    this.marked.clear();
    const { top, bottom, left, right } = this.range;
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const cell = this.grid.cellAt(row, column);
        if (cell) this.#select(cell, row === this.at[0] && column === this.at[1]);
      }
    }
    this.#keepTabStop();
  }

  #select(cell, here) {
    cell.setAttribute("aria-selected", "true");
    cell.classList.add("selected");
    if (here) {
      cell.classList.add("here");
      cell.tabIndex = 0;
    }
    this.marked.add(cell);
  }

  #mark(cell) {
    if (!this.marked.has(cell)) return;
    cell.classList.add("selected");
    if (cell === this.cell) cell.classList.add("here");
  }

  #later() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.paint();
    });
  }

  /** While the cell is scrolled away the table itself is the tab stop, so that there always is one. */
  #keepTabStop() {
    const { holder } = this.grid;
    const away = !this.cell;
    holder.tabIndex = away ? 0 : -1;
    if (away && this.inside && document.activeElement === document.body) holder.focus({ preventScroll: true });
  }

  /** Rows that are drawn again lose the keyboard: give it back. */
  #drawnAgain() {
    this.paint();
    if (this.inside && document.activeElement === document.body) this.focus();
  }

  #focused(event) {
    this.inside = true;
    if (event.target === this.grid.holder) return;
    const place = this.grid.placeOf(event.target);
    if (place && (place[0] !== this.at[0] || place[1] !== this.at[1])) this.go(...place);
  }

  /** The keyboard went elsewhere by the reader's own will. */
  left() {
    this.inside = false;
  }
}

function unmark(cell) {
  cell.setAttribute("aria-selected", "false");
  cell.classList.remove("selected", "here");
  cell.tabIndex = -1;
}

function clamp(number, least, most) {
  return Math.max(least, Math.min(most, number));
}
