/* What was typed on its way to the server: one batch after the other, each undone as one, none lost. */

import { asked } from "./choices.js";
import { idOf } from "./rows.js";
import { say } from "./texts.js";

export class Edits {
  /** page: the table's page; asks: how to ask the reader (see questions.js). */
  constructor(page, asks) {
    this.page = page;
    this.asks = asks;
    this.queue = [];
    this.busy = false;
  }

  /** Send texts for cells: edits is [{row, column, measure, text}] with the objects themselves. */
  submit(edits, more = {}) {
    if (!edits.length) return;
    for (const edit of edits) this.#note(edit, { state: "pending", text: edit.text });
    this.queue.push({ batch: crypto.randomUUID(), edits, more });
    this.#next();
  }

  /** Take back, or do again, the last thing this person did. */
  step(which) {
    this.tell(`${which}/`, {});
  }

  /** Send anything else that changes rows: a lock, a lift, a comment. */
  tell(path, body) {
    this.queue.push({ path, body });
    this.#next();
  }

  /** Give up what was typed into a cell and could not be kept. */
  forget(edit) {
    this.#note(edit, null);
  }

  async #next() {
    if (this.busy || !this.queue.length) return;
    this.busy = true;
    const one = this.queue.shift();
    try {
      await (one.path ? this.#told(one) : this.#send(one));
    } catch (failure) {
      await this.#failed(one, failure);
    } finally {
      this.busy = false;
      this.#next();
    }
  }

  async #told({ path, body }) {
    const answer = await this.page.server.post(path, { seen: this.page.rows.edition, ...body, ...asked(this.page.choices) });
    if (answer.clash) await this.asks.clash(answer.clash);
    else if (answer.problems) this.page.announce(answer.problems[0].message);
    else await this.page.take(answer);
  }

  async #send(one) {
    const answer = await this.page.server.post("edits/", {
      seen: this.page.rows.edition,
      batch: one.batch,
      reason: "",
      edits: one.edits.map(({ row, column, measure, text }) => ({ row: row.key, column: column.id, measure: measure.id, text })),
      ...asked(this.page.choices),
      ...one.more,
    });
    if (answer.problems) return this.#unfit(one, answer.problems);
    if (answer.conflicts) return this.#conflict(one, answer);
    if (answer.clash) return this.#clash(one, answer.clash);
    if (one.more.dry) return this.#preview(one, answer);
    this.#clear(one.edits);
    return this.page.take(answer);
  }

  /** Some texts are no numbers: nothing was kept, each says why beside its cell, and the rest may go without them. */
  async #unfit(one, problems) {
    const wrong = new Map(problems.map(problem => [`${problem.row}\n${problem.column}`, problem]));
    const [bad, good] = parted(one.edits, edit => wrong.has(`${edit.row.key}\n${edit.column.id}`));
    for (const edit of good) this.#note(edit, null);
    for (const edit of bad) {
      this.#note(edit, { state: "wrong", text: edit.text, message: wrong.get(`${edit.row.key}\n${edit.column.id}`).message });
    }
    if (one.edits.length === 1) return this.page.point(bad[0]);
    const listed = problems.map(problem => ({ where: this.page.nameOf(problem.row, problem.column), text: problem.text, why: problem.message }));
    if (await this.asks.unfit(listed, good.length)) this.submit(good, one.more);
    return null;
  }

  /** Others changed the very cells: both values are named, and one of them is chosen for each. */
  async #conflict(one, answer) {
    this.#clear(one.edits);
    await this.page.take(answer, this.asks.whoOf(answer.conflicts));
    const named = answer.conflicts.map(conflict => ({
      ...conflict,
      where: this.page.nameOf(conflict.row, conflict.column),
      theirs: this.page.numbers.exact(one.edits[0].measure, conflict.theirs),
    }));
    const mine = await this.asks.conflict(named);
    const taken = new Set(answer.conflicts.filter((_, at) => !mine[at]).map(({ row, column }) => `${row}\n${column}`));
    this.submit(one.edits.filter(edit => !taken.has(`${edit.row.key}\n${edit.column.id}`)), one.more);
  }

  /** The rules do not allow it: the sentence says which, and a click loosens one of them. */
  async #clash(one, clash) {
    const relax = await this.asks.clash(clash);
    this.#clear(one.edits);
    if (relax) this.submit(one.edits, { ...one.more, relax });
    else this.page.offer(one.edits[0]);
  }

  async #preview(one, answer) {
    const choice = await this.asks.preview(this.page.differences(answer.rows), this.page.unit.code, one.more.nearest);
    this.#clear(one.edits);
    if (choice === "keep") this.submit(one.edits);
    else if (choice === "again") this.submit(one.edits, { dry: true, nearest: !one.more.nearest });
    else this.page.offer(one.edits[0]);
  }

  /** No answer: what was typed stays in its cells until it could be sent, or is given up. */
  async #failed(one, failure) {
    if (failure.sentence && !one.edits) return this.page.announce(failure.sentence);
    const again = await this.asks.failed(failure, one.edits?.length ?? 0);
    if (again) this.queue.unshift(one);
    else if (one.edits) this.#clear(one.edits);
    return null;
  }

  #clear(edits) {
    for (const edit of edits) this.#note(edit, null);
  }

  #note({ row, column, measure }, note) {
    const id = idOf(row, column, measure);
    if (note) this.page.rows.notes.set(id, note);
    else this.page.rows.notes.delete(id);
    this.page.repaintLater(row);
  }
}

/** What is laid over cells that take it, and what is left over with the reason. */
export function fitting(block, cells, rows) {
  const edits = [];
  const left = [];
  block.forEach((line, at) => line.forEach((text, across) => {
    const cell = cells[at]?.[across];
    if (!text) return; // an empty cell never overwrites
    const closed = cell ? rows.closed(cell.row, cell.column, cell.measure) : "outside";
    if (closed) left.push({ cell, text, why: say(`closed_${closed}`) });
    else edits.push({ ...cell, text });
  }));
  return { edits, left };
}

function parted(items, isFirst) {
  return [items.filter(isFirst), items.filter(item => !isFirst(item))];
}
