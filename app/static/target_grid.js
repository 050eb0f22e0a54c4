// Makes the grid of targets feel like a spreadsheet: arrow keys and Enter move, a block of numbers is pasted from the
// chosen cell on, sums follow what is typed. Without it the grid is a form like any other.

const NUMBER = /^(\d{1,6}|\d{1,3}[.,]\d{3})$/;
const NOTHING = /^[-–—.\s]*$/;
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const grid = document.querySelector(".target-grid");
const refusedPaste = document.querySelector("[data-refused-paste]");
// The fields as rows and columns, the line for all kelurahan first.
const rows = [...grid.querySelectorAll("tbody tr")]
  .map((row) => [...row.querySelectorAll("input")])
  .filter((fields) => fields.length > 0);
const [defaults, ...places] = rows;
// Kelurahan that closed within the year are in no sum of the city.
const lasting = places.filter((fields) => !fields[0].closest("[data-closed]"));

const numberOf = (text) => (NUMBER.test(text.trim()) ? Number(text.trim().replace(/[.,]/, "")) : null);
const targetOf = (field) => numberOf(field.value) ?? numberOf(field.placeholder) ?? 0;
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

function show(output, number) {
  output.textContent = number.toLocaleString(document.documentElement.lang);
}

function updateSums() {
  for (const fields of places) {
    fields.forEach((field, column) => {
      field.placeholder = String(numberOf(defaults[column].value) ?? "");
    });
    show(fields[0].closest("tr").querySelector("output"), sum(fields.slice(1).map(targetOf)));
  }
  const totals = defaults.map((_, column) => sum(lasting.map((fields) => targetOf(fields[column]))));
  const outputs = grid.querySelectorAll("tfoot output");
  [...totals, sum(totals.slice(1))].forEach((total, column) => show(outputs[column], total));
}

function positionOf(field) {
  const row = rows.findIndex((fields) => fields.includes(field));
  return [row, rows[row].indexOf(field)];
}

// Sideways only from where the cursor can't go further in its own field.
function leaves(field, key) {
  if (key === "ArrowLeft") return field.selectionEnd === 0 || field.selectionStart < field.selectionEnd;
  if (key === "ArrowRight") return field.selectionEnd === field.value.length;
  return true;
}

function move(event) {
  const step = MOVES[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!leaves(event.target, event.key)) return;
  event.preventDefault();
  const [row, column] = positionOf(event.target);
  rows[row + step[0]]?.[column + step[1]]?.focus();
}

function cellsOf(text) {
  return text
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .map((line) => line.split("\t").map((cell) => cell.trim()));
}

// Why a block can't be pasted from a cell on, or nothing.
function refusal(block, row, column) {
  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const width = Math.max(...block.map((cells) => cells.length));
  const wrong = block.flat().find((cell) => !NUMBER.test(cell) && !NOTHING.test(cell));
  if (wrong !== undefined) return fill(grid.dataset.notNumbers, { text: wrong.slice(0, 40) });
  if (row + block.length > rows.length) {
    return fill(grid.dataset.tooTall, { rows: block.length, room: rows.length - row });
  }
  if (column + width > defaults.length) {
    return fill(grid.dataset.tooWide, { columns: width, room: defaults.length - column });
  }
  return "";
}

function paste(event) {
  const text = event.clipboardData.getData("text/plain");
  const block = cellsOf(text);
  if (block.length === 1 && block[0].length === 1) return;
  event.preventDefault();
  const [row, column] = positionOf(event.target);
  const refused = refusal(block, row, column);
  refusedPaste.textContent = refused;
  refusedPaste.hidden = !refused;
  if (refused) {
    refusedPaste.scrollIntoView({ block: "center" });
    return;
  }
  block.forEach((cells, down) => {
    cells.forEach((cell, right) => {
      rows[row + down][column + right].value = NOTHING.test(cell) ? "" : cell;
    });
  });
  updateSums();
}

grid.addEventListener("keydown", move);
grid.addEventListener("paste", paste);
grid.addEventListener("input", updateSums);
grid.addEventListener("focusin", (event) => event.target.select?.());
document.querySelector("[data-with-scripts]").hidden = false;
