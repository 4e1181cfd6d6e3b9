/* What the table asks its reader, each in a dialog of the page: the words and fields are in the template. */

import { wordsOf } from "./server.js";
import { say } from "./texts.js";

/** Open a dialog and wait: the value of the button that closed it, "" when it was left by Escape. */
export function answered(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

export class Questions {
  /** part: finds an element of the page by its name; back: puts the keyboard on the table again. */
  constructor(part, back) {
    this.part = part;
    this.back = back;
  }

  /** Which texts do not fit; true to take the others. */
  async unfit(problems, others) {
    this.#list("unfit-list", problems, ({ where, text, why }) => [where, text, why]);
    this.part("unfit-rest").hidden = !others;
    this.part("unfit-rest").textContent = say("take_others", { n: others });
    return (await this.#ask("unfit")) === "rest";
  }

  /** Whose value counts, conflict by conflict: true for one's own. */
  async conflict(conflicts) {
    this.#list("conflict-list", conflicts, ({ where, yours, theirs, by }, at) =>
      [where, choice(at, "mine", say("mine", { value: yours }), false), choice(at, "theirs", say("by_them", { who: by, value: theirs }), true)]);
    const said = await this.#ask("conflict");
    if (said === "mine") return conflicts.map(() => true);
    if (said === "theirs" || !said) return conflicts.map(() => false);
    return conflicts.map((_, at) => this.part("conflict").querySelector(`[name="conflict-${at}"]:checked`)?.value === "mine");
  }

  /** Who else is meant by some conflicts. */
  whoOf(conflicts) {
    return [...new Set(conflicts.map(one => one.by))].join(", ");
  }

  /** The sentence, the rules and what each loosening would be; its id, or "". */
  clash({ sentence, rules, relaxations }) {
    this.part("clash-sentence").textContent = sentence;
    this.part("clash-rules").replaceChildren(...(rules ?? []).map(rule => element("li", rule)));
    this.part("clash-ways").replaceChildren(...relaxations.map(one => {
      const button = element("button", one.label);
      button.value = one.id;
      const item = document.createElement("li");
      item.append(button);
      return item;
    }));
    this.part("clash-ways-head").hidden = !relaxations.length;
    return this.#ask("clash");
  }

  /** What would change; "keep", "again" (the other way of spreading) or "". */
  preview(differences, unit, nearest) {
    this.#list("preview-list", differences.slice(0, 200), ({ where, now, then }) => [where, number(now), number(then)]);
    this.part("preview-count").textContent = [say("would_change", { n: differences.length }), say("amounts_in", { unit })].join(" · ");
    this.part("preview-look").textContent = nearest ? say("only_a_look") : "";
    this.part("preview-keep").hidden = Boolean(nearest);
    this.part("preview-again").textContent = say(nearest ? "from_start" : "from_seen");
    return this.#ask("preview");
  }

  /** No answer from the server; true to try again. */
  async failed(failure, edits) {
    this.part("failed-why").textContent = wordsOf(failure);
    this.part("failed-what").textContent = edits ? say("kept_here", { n: edits }) : "";
    return (await this.#ask("failed")) === "again";
  }

  /** A line of text for a cell (a reason, a comment); null when it was left. */
  async line(name, where) {
    const field = this.part(`${name}-text`);
    field.value = "";
    this.part(`${name}-where`).textContent = where;
    return (await this.#ask(name)) ? field.value.trim() : null;
  }

  async #ask(name) {
    const said = await answered(this.part(name));
    this.back();
    return said;
  }

  #list(name, items, cellsOf) {
    this.part(name).replaceChildren(...items.map((item, at) => {
      const line = document.createElement("tr");
      line.append(...cellsOf(item, at).map(content => element("td", content)));
      return line;
    }));
  }
}

function choice(at, value, text, checked) {
  const label = document.createElement("label");
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: `conflict-${at}`, value, checked });
  label.append(radio, " ", text);
  return label;
}

function number(text) {
  return Object.assign(document.createElement("data"), { value: text, textContent: text });
}

function element(name, content) {
  const made = document.createElement(name);
  made.append(content);
  return made;
}
