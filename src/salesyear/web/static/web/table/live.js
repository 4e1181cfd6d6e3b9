/* Other people's changes, asked for every few seconds while somebody looks. */

import { asked } from "./choices.js";
import { say } from "./texts.js";

const EVERY = 2500; // milliseconds

/** Keep a page up to date. */
export function follow(page) {
  let waiting = 0;
  const again = () => {
    clearTimeout(waiting);
    if (!document.hidden) waiting = setTimeout(look, EVERY);
  };
  async function look() {
    if (!page.edits.busy) await changed(page).catch(() => {}); // away for a while: the next look tells
    again();
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(waiting) : look()));
  again();
}

async function changed(page) {
  const { rows } = page;
  const answer = await page.server.get("changes/", { since: rows.edition, ...asked(page.choices) });
  if (page.rows !== rows || page.edits.busy || answer.edition <= rows.edition) return;
  const who = answer.by.join(", ");
  const n = await page.take(answer, who);
  if (who) page.announce(say("others_changed", { who, n: n ?? answer.rows.length }));
}
