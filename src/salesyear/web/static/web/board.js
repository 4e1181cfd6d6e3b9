/* Keeps an open dashboard true: asks every second whether it has changed, and shows the new figures in place. */
"use strict";
const EVERY = 1000, AWAY = 10_000;

class LiveBoard extends HTMLElement {
  connectedCallback() {
    this.tag = this.getAttribute("tag");
    this.timer = setTimeout(() => this.look(), EVERY);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  async look() {
    let wait = EVERY;
    if (!document.hidden) {
      try {
        wait = await this.ask();
      } catch {
        wait = AWAY; // the network is away; the page still reads
      }
    }
    this.timer = setTimeout(() => this.look(), wait);
  }

  async ask() {
    const answer = await fetch(this.getAttribute("from"), { headers: { "If-None-Match": this.tag }, cache: "no-store" });
    if (answer.redirected) location.reload(); // signed out in the meantime
    if (answer.status === 200) this.show(await answer.text(), answer.headers.get("ETag"));
    const later = Number(answer.headers.get("Retry-After"));
    return answer.status < 400 ? EVERY : Math.max(AWAY, later * 1000);
  }

  show(part, tag) {
    const open = [...this.querySelectorAll("details[open][id]")].map(one => one.id);
    const path = document.activeElement?.getAttribute("href"), within = this.contains(document.activeElement);
    this.tag = tag;
    this.innerHTML = part;
    for (const id of open) this.querySelector(`#${id}`)?.setAttribute("open", "");
    if (within && path) this.querySelector(`[href="${CSS.escape(path)}"]`)?.focus();
    document.querySelector("p.hear[role=status]").textContent = this.getAttribute("said");
  }
}
customElements.define("live-board", LiveBoard);
