/* Cells as other spreadsheets copy and paste them: lines of texts with tabs between. */

/** Read what Excel, WPS or LibreOffice put on the clipboard. */
export function read(text) {
  const lines = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const line = lines.at(-1);
    const sign = text[at];
    if (quoted && sign === '"' && text[at + 1] === '"') line[line.length - 1] += text[++at];
    else if (quoted && sign === '"') quoted = false;
    else if (quoted) line[line.length - 1] += sign;
    else if (sign === '"' && line.at(-1) === "") quoted = true;
    else if (sign === "\t") line.push("");
    else if (sign === "\n") lines.push([""]);
    else if (sign !== "\r") line[line.length - 1] += sign;
  }
  if (lines.length > 1 && lines.at(-1).join("") === "") lines.pop();
  return lines.map(line => line.map(cell => cell.trim()));
}

/** Write cells as lines with tabs. */
export function write(lines) {
  return lines.map(line => line.join("\t")).join("\r\n");
}

/** Lay a block over the cells from a corner: one cell fills all that is selected, a block that fits n times repeats. */
export function laid(block, range) {
  const tall = block.length;
  const wide = Math.max(...block.map(line => line.length));
  const rows = range.bottom - range.top + 1;
  const columns = range.right - range.left + 1;
  const repeats = rows % tall === 0 && columns % wide === 0;
  const over = repeats ? [rows, columns] : [tall, wide];
  return Array.from({ length: over[0] }, (_, row) =>
    Array.from({ length: over[1] }, (_, column) => block[row % tall][column % wide] ?? ""));
}
