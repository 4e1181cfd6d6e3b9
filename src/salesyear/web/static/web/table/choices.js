/* What the reader chose to see, kept in the address: back, refresh, a new tab and a bookmark all show the same. */

const LISTS = ["down", "measures"];

/** The choices of the page's address; what it does not name is as the server chose (`offered`). */
export function chosen(offered) {
  const asked = new URLSearchParams(location.search);
  const lists = Object.fromEntries(LISTS.map(name => [name, listOf(asked, name) ?? offered[name]]));
  return {
    ...lists,
    across: asked.get("across") || offered.across,
    exactly: asked.get("numbers") === "exact",
    all: asked.get("open") === "all",
    turned: new Set((asked.get(asked.get("open") === "all" ? "shut" : "open") || "").split(",").filter(Boolean)),
  };
}

/** The part that the server needs to know: rows, columns, measures. */
export function asked(choices) {
  return { down: choices.down.join(","), across: choices.across, measures: choices.measures.join(",") };
}

/** Put the choices into the address: a new entry of the history for what was chosen, none for a row opened. */
export function keep(choices, { step }) {
  const query = new URLSearchParams(asked(choices));
  if (choices.exactly) query.set("numbers", "exact");
  if (choices.all) query.set("open", "all");
  if (choices.turned.size) query.set(choices.all ? "shut" : "open", [...choices.turned].join(","));
  const address = `?${query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/")}`;
  if (address === location.search) return;
  history[step ? "pushState" : "replaceState"](null, "", address);
}

/** Whether a row stands open. */
export function isOpen(choices, key) {
  return choices.all !== choices.turned.has(key);
}

function listOf(query, name) {
  const all = query.getAll(name).flatMap(one => one.split(",")).filter(Boolean);
  return all.length ? all : null;
}
