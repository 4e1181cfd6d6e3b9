/* The panel beside the table: why this number, what was said about it, how good the targets are as a whole. */

import { wordsOf } from "./server.js";

export class Panel {
  /** place: the panel's element; back: puts the keyboard on the table again. */
  constructor(place, server, back) {
    this.place = place;
    this.server = server;
    this.back = back;
    this.content = place.querySelector("[data-content]");
    this.heading = place.querySelector("h2");
    place.querySelector("[data-close]").addEventListener("click", () => this.close());
    place.addEventListener("keydown", event => event.key === "Escape" && this.close());
  }

  /** Fill the panel from an address of the table; the keyboard goes to its heading. */
  async open(title, path, query) {
    this.heading.textContent = title;
    this.place.hidden = false;
    this.content.setAttribute("aria-busy", "true");
    this.content.replaceChildren();
    this.heading.focus();
    const asking = (this.asking = {});
    const part = await this.server.part(path, query).catch(failure => failure);
    if (asking !== this.asking) return;
    this.content.removeAttribute("aria-busy");
    if (part instanceof Error) this.content.textContent = wordsOf(part);
    else this.content.innerHTML = part;
  }

  close() {
    this.asking = null;
    this.place.hidden = true;
    this.back();
  }
}
