/* The buttons and choices above the table. */

const DONE = {
  "do-undo": "undo", "do-redo": "redo", "do-lock": "lock", "do-comment": "comment", "do-why": "why", "do-audit": "audit",
  "do-edit": "edit",
};

/** Make the buttons and choices of a page work. */
export function equip(page) {
  for (const [part, name] of Object.entries(DONE)) {
    page.part(part)?.addEventListener("click", () => page.part(part).getAttribute("aria-disabled") !== "true" && page.commands[name]());
  }
  page.part("open-all").addEventListener("click", () => page.turn({ all: true, turned: new Set() }));
  page.part("shut-all").addEventListener("click", () => page.turn({ all: false, turned: new Set() }));
  page.part("do-keys").addEventListener("click", () => page.part("keys").showModal());
  page.part("choices").addEventListener("change", event => take(page, event.currentTarget));
  page.part("choices").addEventListener("submit", event => event.preventDefault());
  if (matchMedia("(max-width: 40rem)").matches) page.part("choosing").open = false;
  addEventListener("popstate", async () => {
    await page.again();
    tick(page);
  });
}

function take(page, form) {
  const data = new FormData(form);
  const [down, measures] = ["down", "measures"].map(name => data.getAll(name));
  if (down.length && measures.length) page.choose({ down, measures, across: data.get("across"), exactly: data.get("numbers") === "exact" });
  else tick(page); // at least one row and one measure
}

/** Tick what the address says. */
function tick(page) {
  const { down, measures, across, exactly } = page.choices;
  for (const field of page.part("choices").elements) {
    if (field.name === "down") field.checked = down.includes(field.value);
    if (field.name === "measures") field.checked = measures.includes(field.value);
    if (field.name === "across") field.value = across;
    if (field.name === "numbers") field.checked = exactly;
  }
}
