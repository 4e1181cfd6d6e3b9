/* The planning table: brings its parts together on the page that the server sent. */

import { asked, chosen, keep } from "./choices.js";
import { Commands } from "./commands.js";
import { Cursor } from "./cursor.js";
import { Edits } from "./edits.js";
import { Grid } from "./grid.js";
import { follow } from "./live.js";
import { Numbers } from "./numbers.js";
import { Panel } from "./panel.js";
import { Questions } from "./questions.js";
import { Rows, idOf, valueOf } from "./rows.js";
import { Status } from "./status.js";
import { Server, wordsOf } from "./server.js";
import { learn } from "./texts.js";
import { equip } from "./toolbar.js";

const REST = 800; // milliseconds without an edit before the bar of the gap is asked for

class Page {
  constructor(place) {
    this.place = place;
    this.part = name => place.querySelector(`[data-part="${name}"]`);
    this.server = new Server(place.dataset.base, place.querySelector("[name=csrfmiddlewaretoken]").value);
    this.offered = JSON.parse(place.dataset.chosen);
    this.choices = chosen(this.offered);
    this.edits = new Edits(this, new Questions(this.part, () => this.cursor.focus()));
    this.panel = new Panel(this.part("panel"), this.server, () => this.cursor.focus());
    this.status = new Status(this);
    this.waiting = new Set(); // rows to paint in the next frame
  }

  /** Read the rows of the choices and draw them. */
  async load() {
    const loading = (this.loading = {});
    this.part("grid").setAttribute("aria-busy", "true");
    const answer = await this.server.get("rows/", asked(this.choices));
    if (loading !== this.loading) return;
    const key = this.cursor?.row?.key;
    this.rows = new Rows(answer);
    Object.assign(this, { unit: answer.unit, measures: answer.measures });
    this.#writeNumbers();
    this.status.steps(answer);
    await this.draw(key);
  }

  #writeNumbers() {
    this.numbers = new Numbers(document.documentElement.lang, this.unit, this.choices.exactly);
  }

  /** Draw the table anew from what is known. */
  async draw(key = this.cursor?.row?.key) {
    this.grid?.destroy();
    this.#writeNumbers();
    const place = this.part("grid");
    place.replaceChildren();
    place.removeAttribute("aria-busy");
    this.place.classList.add("alive");
    this.grid = await new Grid(place, this).ready;
    this.cursor = new Cursor(this.grid, () => this.status.show());
    if (key) this.cursor.follow(key);
    this.commands ??= new Commands(this);
    this.status.show();
  }

  /** Take the choices of the address again, after back or forward. */
  async again() {
    this.choices = chosen(this.offered);
    await this.load();
  }

  /** Take choices: into the address, then the rows (or only their look) again. */
  async choose(changes, { step = true } = {}) {
    const before = JSON.stringify(asked(this.choices));
    Object.assign(this.choices, changes);
    keep(this.choices, { step });
    if (JSON.stringify(asked(this.choices)) === before) await this.draw();
    else await this.load();
  }

  /** Open or shut a row, or all of them. */
  turn(changes, row) {
    const key = this.cursor.row.key;
    Object.assign(this.choices, changes);
    keep(this.choices, { step: false });
    this.grid.refresh(row);
    this.cursor.follow(this.#nearestShown(key));
    this.cursor.focus();
  }

  #nearestShown(key) {
    let row = this.rows.byKey.get(key);
    while (row && !row.shown) row = this.rows.byKey.get(row.parent);
    return row?.key;
  }

  /** Take an answer in: rows, edition, what can be undone, what was done in words; return how many rows look different. */
  async take(answer, by = "") {
    const changed = this.rows.change(answer.edition, answer.rows, by);
    this.status.steps(answer);
    if (answer.said) this.announce(answer.said);
    if (!changed) return this.load();
    for (const row of changed) this.grid.repaint(row);
    this.status.show();
    if (changed.size) this.#coverLater();
    return changed.size;
  }

  /** What moves amounts moves the gap: its bar follows once the edits rest. */
  #coverLater() {
    clearTimeout(this.covering);
    this.covering = setTimeout(() => (this.edits.busy ? this.#coverLater() : this.#cover().catch(() => {})), REST);
  }

  async #cover() {
    const bar = document.querySelector(".coverage");
    const made = document.createRange().createContextualFragment(await this.server.part("coverage/")).querySelector(".coverage");
    if (bar && made) bar.replaceWith(made);
  }

  /** Paint a row again before the next frame. */
  repaintLater(row) {
    if (!this.waiting.size) requestAnimationFrame(() => this.#repaintWaiting());
    this.waiting.add(row);
  }

  #repaintWaiting() {
    const rows = [...this.waiting];
    this.waiting.clear();
    for (const row of rows) this.grid.repaint(row);
    this.status.show();
  }

  announce(text) {
    this.part("said").textContent = text;
  }

  /** Go to the cell of an edit. */
  point({ row, column, measure }) {
    const at = this.rows.columns.findIndex(one => one.column.id === column.id && one.measure.id === measure.id);
    this.cursor.go(row.place, at + 1);
  }

  /** Go to a cell and open it with the text that could not be kept, so that it can be mended. */
  offer(edit) {
    this.point(edit);
    this.commands.edit(edit.text);
  }

  nameOf(rowKey, columnId) {
    const { column } = this.rows.columns.find(one => one.column.id === columnId);
    return `${this.rows.byKey.get(rowKey)?.name ?? rowKey} · ${column.title}`;
  }

  /** What a preview would change, in words: what moves most stands first. */
  differences(rows) {
    const found = rows.flatMap(row => this.rows.columns.flatMap(({ column, measure }) => {
      const now = valueOf(this.rows.byKey.get(row.key), column, measure);
      const then = valueOf(row, column, measure);
      if (now === then || !measure.editable) return [];
      return { row, column, measure, now, then, by: Math.abs((then ?? 0) - (now ?? 0)) };
    }));
    return found.sort((one, other) => other.by - one.by).map(({ row, column, measure, now, then }) => (
      { where: this.nameOf(row.key, column.id), now: this.numbers.bare(measure, now), then: this.numbers.bare(measure, then) }));
  }

  noteOf(row, { column, measure }) {
    return this.rows.notes.get(idOf(row, column, measure));
  }
}

async function start() {
  const place = document.getElementById("planning-table");
  learn(JSON.parse(document.getElementById("table-texts").textContent));
  const page = new Page(place);
  await page.load();
  equip(page);
  follow(page);
  addEventListener("resize", () => page.status.show());
}

start().catch(failure => {
  document.querySelector("[data-part=said]").textContent = wordsOf(failure);
  throw failure;
});
