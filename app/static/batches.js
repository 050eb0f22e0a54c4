// Many lists: shows what was chosen or dropped, leaves out what is no list, and sends the files in several requests, so
// that a lost connection costs only the last of them. Without this script the form sends all of them at once.

const LIST = /\.(xlsx|xlsm|xls|xlsb|ods|csv|tsv|txt|docx|pdf|html?|xml|zip)$/i;
const HIDDEN = /^(\.|~\$)|^(thumbs\.db|desktop\.ini)$/i; // Those of folders, and Excel's locks of open files.
const PART_FILES = 20;
const PART_BYTES = 4 * 1024 ** 2;
const WAITS = [2, 4, 8, 15, 30]; // Seconds before a lost request is sent again.
const TEMPORARY = new Set([408, 429, 502, 503, 504]);

const form = document.querySelector(".batch-upload");
const find = (selector) => form.querySelector(selector);
const { maxFiles, maxBytes } = form.dataset;
const language = document.documentElement.lang;

const chosen = new Map(); // The files to send, by their path.
let skipped = new Set(); // The paths of those that are no lists.
let isSending = false;

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const number = (value, digits = 0) => value.toLocaleString(language, { maximumFractionDigits: digits });
const megabytes = (bytes) => `${number(Math.max(bytes / 1024 ** 2, 0.1), 1)} MB`;
const pause = (seconds) =>
  new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
    addEventListener("online", resolve, { once: true });
  });

const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

function add(path, file) {
  if (HIDDEN.test(nameOf(path))) return;
  if (LIST.test(path)) chosen.set(path, file);
  else skipped.add(path);
}

// Returns the files of a dropped file or folder, with their paths.
async function readEntry(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [[entry.fullPath.slice(1), file]];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return found;
    for (const inner of entries) found.push(...(await readEntry(inner)));
  }
}

function totalBytes() {
  return [...chosen.values()].reduce((sum, { size }) => sum + size, 0);
}

function refusal() {
  const { tooMany, tooLarge, none } = find("[data-refused]").dataset;
  if (!chosen.size) return none;
  if (chosen.size > maxFiles) return tooMany;
  return totalBytes() > maxBytes ? tooLarge : "";
}

function say(sentence) {
  const refused = find("[data-refused]");
  refused.textContent = sentence;
  refused.hidden = !sentence;
}

function show() {
  const total = find("[data-total]");
  total.textContent = filled(total.dataset.text, { files: number(chosen.size), size: megabytes(totalBytes()) });
  const left = find("[data-skipped]");
  left.textContent = `${filled(left.dataset.text, { files: number(skipped.size) })} ${[...skipped].map(nameOf).join(", ")}`;
  left.hidden = !skipped.size;
  say(refusal());
  find(".chosen-files").hidden = !chosen.size && !skipped.size;
}

function clear() {
  chosen.clear();
  skipped = new Set();
  unsent = [];
  batch = "";
  for (const input of form.querySelectorAll("input[type=file]")) input.value = "";
}

form.addEventListener("change", ({ target }) => {
  if (target.type !== "file") return;
  for (const file of target.files) add(file.webkitRelativePath || file.name, file);
  show();
});

find("[data-clears]").addEventListener("click", () => {
  clear();
  show();
  find("#files").focus();
});

const zone = find(".drop-zone");
for (const kind of ["dragenter", "dragover"]) {
  zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  });
}
for (const kind of ["dragleave", "drop"]) {
  zone.addEventListener(kind, () => zone.classList.remove("is-over"));
}
zone.addEventListener("drop", async (event) => {
  event.preventDefault();
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  for (const entry of entries) for (const [path, file] of await readEntry(entry)) add(path, file);
  show();
});

// Returns the files in parts that are sent by one request each.
function parts() {
  const divided = [];
  let bytes = 0;
  const byPath = new Intl.Collator(language, { numeric: true });
  for (const entry of [...chosen].sort(([one], [other]) => byPath.compare(one, other))) {
    const { size } = entry[1];
    if (!divided.length || divided.at(-1).length === PART_FILES || bytes + size > PART_BYTES) {
      divided.push([]);
      bytes = 0;
    }
    divided.at(-1).push(entry);
    bytes += size;
  }
  return divided;
}

// Sends a part and returns the answer, once there is one: a request that gets none, or is refused for a moment, is sent
// again. `report` is told how many bytes are sent.
async function send(body, report, status) {
  for (const wait of [...WAITS, null]) {
    const request = await post(body, report);
    const answer = request.response;
    if (request.status >= 200 && request.status < 300 && answer) return answer;
    const isTemporary = !request.status || TEMPORARY.has(request.status);
    if (!isTemporary || wait === null) throw new Error(answer?.detail ?? status.dataset.lost);
    status.textContent = status.dataset.waits;
    await pause(wait);
  }
  return null;
}

function post(body, report) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // `fetch` does not tell how much is sent.
    request.open("POST", form.action);
    request.setRequestHeader("accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded }) => report(loaded));
    request.addEventListener("loadend", () => resolve(request));
    request.send(body);
  });
}

let batch = ""; // The id of the batch, once its first part has been stored.
let unsent = []; // The parts that are still to be sent.

function setSending(sending) {
  isSending = sending;
  find(".sending").hidden = !sending;
  for (const control of form.querySelectorAll("input, select, button")) control.disabled = sending;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isSending) return;
  if (refusal()) {
    find(".chosen-files").hidden = false;
    say(refusal());
    find("#files").focus();
    return;
  }
  say("");
  if (!unsent.length) unsent = parts();
  const organization = find("select[name=organization]")?.value ?? "";
  const status = find("[data-sent]");
  const bar = find("progress");
  const all = totalBytes();
  const left = () => unsent.flat().reduce((sum, [, { size }]) => sum + size, 0);
  const report = (bytes) => {
    const sent = Math.min(all - left() + bytes, all);
    bar.value = sent;
    status.textContent = filled(status.dataset.text, { sent: megabytes(sent), all: megabytes(all) });
  };
  bar.max = all;
  setSending(true);
  try {
    while (unsent.length) {
      report(0);
      const body = new FormData();
      if (batch) body.append("batch", batch);
      body.append("organization", organization);
      body.append("key", find("input[name=key]").value);
      for (const [path, file] of unsent[0]) body.append("files", file, path);
      const answer = await send(body, report, status);
      batch = String(answer.batch);
      unsent.shift();
      if (!unsent.length) location.assign(answer.page);
    }
  } catch (error) {
    setSending(false);
    say(error.message);
    find("button[type=submit]").focus();
  }
});

addEventListener("beforeunload", (event) => {
  if (isSending && unsent.length) event.preventDefault();
});

// Files that are no lists may be of any size: they are not sent.
for (const input of form.querySelectorAll("input[type=file]")) input.dataset.maxFile = "Infinity";
show();
