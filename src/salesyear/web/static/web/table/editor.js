/* The field in a cell while somebody types there. */

import { say } from "./texts.js";

export class Editor {
  /** done(text, way): way is [rows, columns] to go next, or "fill" or "preview"; dropped(): given up. */
  constructor({ done, dropped }) {
    this.done = done;
    this.dropped = dropped;
    this.field = null;
  }

  get open() {
    return this.field !== null;
  }

  /** Open the field in a cell; typed: it begins with the key being pressed, and arrows leave it. */
  start(cell, text, label, { typed = false } = {}) {
    this.cell = cell;
    this.typed = typed;
    this.label = label;
    this.field = Object.assign(document.createElement("input"), { type: "text", value: typed ? "" : text, autocomplete: "off", spellcheck: false });
    this.field.setAttribute("aria-label", say("new_value", { cell: label }));
    this.field.enterKeyHint = "done";
    this.before = [...cell.childNodes];
    cell.classList.add("editing");
    cell.replaceChildren(this.field);
    this.field.focus({ preventScroll: true });
    if (!typed) this.field.select();
    this.field.addEventListener("keydown", event => this.#key(event));
    this.field.addEventListener("blur", () => this.finish(null));
  }

  /** Close and hand over what was typed. */
  finish(way) {
    if (!this.field) return;
    const text = this.field.value.trim();
    this.#close();
    if (text) this.done(text, way);
    else this.dropped(way);
  }

  cancel() {
    if (!this.field) return;
    this.#close();
    this.dropped(null);
  }

  #close() {
    this.field = null; // first: taking the field away makes it say that it lost the keyboard
    this.cell.classList.remove("editing");
    this.cell.replaceChildren(...this.before);
  }

  #key(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    const way = this.#wayOf(event);
    if (way === undefined) return;
    event.preventDefault();
    if (way === null) this.cancel();
    else this.finish(way);
  }

  #wayOf(event) {
    if (event.key === "Escape") return null;
    if (event.key === "Enter" && event.altKey) return "preview";
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return "fill";
    if (event.key === "Enter") return [event.shiftKey ? -1 : 1, 0];
    if (event.key === "Tab") return [0, event.shiftKey ? -1 : 1];
    return this.typed ? ARROWS[event.key] : undefined;
  }
}

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
