// Check-in at the venue. A tap shows at once and is sent behind it; without a connection the list stays usable, and
// what was marked is sent when there is one again. Without this script every button is a form of its own.

import { Camera, acknowledge } from "./check_in_camera.js";
import { KeptPage, forgetKeptPages } from "./check_in_offline.js";
import { MarkQueue, nonce } from "./check_in_queue.js";
import { WalkInList, WalkInQueue } from "./check_in_walk_ins.js";

const SECONDS_BETWEEN_LOOKS = 15;
const MILLISECONDS_TO_WAIT = 15_000;
const TICKET = /(?:^|\/)([2-9A-HJ-NP-Z]{8,12})(?:[/?#]|$)/;
const MILLISECONDS_TO_TYPE = 300;

const page = document.getElementById("check-in");
const texts = page.dataset;
const { session, user } = page.dataset;
const address = `/sesi/${session}/hadir`;
const early = page.dataset.early === "yes";
const paged = page.dataset.paged === "yes"; // a long list, of which a part is here: the server searches and counts
const LISTS = ["listed", "others", "others-count", "places", ...(paged ? ["present", "registered", "pager"] : [])];
const search = page.querySelector("input[name=q]");
const undo = byId("undo");

const kept = new KeptPage(address, texts.keptUntil, texts.worker);

let last = null; // the mark that can be undone: registration, and what was there before
let taps = 0; // an answer that was asked for before the last tap doesn't know of it

const queue = new MarkQueue(user, {
  changed: showUnsent,
  loggedOut,
  refused: (sentence) => {
    say(sentence);
    lookAgain();
  },
  sent: ({ registration, name, attendance }) => {
    const row = byId(registration);
    if (row) {
      show(row, attendance);
      withUnsent();
      kept.keep(`${address}/keadaan`, new Response(JSON.stringify(outcomesShown())));
    } else {
      say(spoken(name, attendance));
      renew();
    }
  },
});

const walkIns = new WalkInQueue(user, {
  changed: () => {
    walkInList.show();
    showUnsent();
  },
  loggedOut,
  asked: ({ name }) => say(fill(texts.textAsked, { name })),
  sent: ({ name }) => {
    say(fill(texts.textRegistered, { name }));
    renew();
  },
});

const walkInList = new WalkInList(byId("walk-ins-kept"), session, walkIns, {
  drop: ({ name }) => say(fill(texts.textDropped, { name })),
  correct: typeAgain,
});

// --- marking ---

function mark(registration, status) {
  const row = byId(registration);
  last = row ? { registration, before: row.dataset.outcome || null } : null;
  taps += 1;
  if (row) {
    show(row, status);
    count();
    say(spoken(nameOf(row), status));
  }
  undo.hidden = !last;
  queue.add(session, registration, status, early);
}

function show(row, status) {
  row.dataset.outcome = status ?? "";
  for (const button of row.querySelectorAll("button[aria-pressed]")) {
    button.setAttribute("aria-pressed", String(button.value === status));
  }
}

// What a ticket's QR says, or what was typed of it.
function ticket(text) {
  const code = TICKET.exec(text.trim().toUpperCase())?.[1];
  if (!code) return say(fill(texts.textNoCode, { text }));
  const row = byId(code);
  if (row && isPresent(row)) return say(fill(texts.textAlready, { name: nameOf(row) }));
  if (row) acknowledge();
  else if (!navigator.onLine) say(fill(texts.textUnlisted, { code }));
  mark(code, "present");
}

// --- what stands on the page ---

function count() {
  if (paged) return;
  const here = rows("#listed").concat(rows("#others").filter(isPresent));
  byId("present").textContent = here.filter(isPresent).length;
  byId("registered").textContent = here.length;
  for (const line of byId("places").children) {
    const ofPlace = here.filter((row) => row.dataset.place === line.dataset.place);
    line.querySelector("b").textContent = ofPlace.filter(isPresent).length;
    line.querySelector("b + span").textContent = ofPlace.length;
    line.hidden = ofPlace.length === 0;
  }
}

function filter() {
  if (paged) return;
  const wanted = search.value.trim().toLowerCase();
  for (const row of rows("#listed, #others")) {
    row.hidden = !row.querySelector(".person-who").textContent.toLowerCase().includes(wanted);
  }
  const found = (list) => rows(list).some((row) => !row.hidden);
  byId("nobody").hidden = !wanted || found("#listed, #others");
  if (wanted && found("#others")) byId("others").closest("details").open = true;
}

function showUnsent() {
  const unsent = byId("unsent");
  const count = queue.marks.length + walkIns.people.length;
  unsent.hidden = count === 0;
  unsent.textContent = fill(texts.textUnsent, { count });
}

function say(sentence) {
  byId("said").hidden = false;
  byId("said").firstElementChild.textContent = sentence;
  undo.hidden = true;
}

function spoken(name, status) {
  const outcomes = { present: texts.textPresent, absent: texts.textAbsent, excused: texts.textExcused };
  return fill(texts.textSaid, { name, outcome: outcomes[status] ?? texts.textTakenBack });
}

// --- what others did meanwhile ---

async function lookAgain() {
  await walkIns.send();
  await queue.send();
  if (!navigator.onLine || document.hidden) return;
  await showOutcomes();
}

// How everybody stands: as the server says, or as it stood where the worker answers for it.
async function showOutcomes() {
  if (paged) return renew();
  const before = taps;
  const outcomes = await got(`${address}/keadaan`, (answer) => answer.json());
  if (!outcomes) return;
  if (Object.keys(outcomes).some((registration) => !byId(registration))) await renew();
  if (before !== taps) return;
  for (const row of rows("#listed, #others")) if (row.id in outcomes) show(row, outcomes[row.id]);
  withUnsent();
}

function outcomesShown() {
  return Object.fromEntries(rows("#listed, #others").map((row) => [row.id, row.dataset.outcome || null]));
}

// Fetches the list anew: somebody was registered since it was loaded.
async function renew() {
  const before = taps;
  const shown = listAddress();
  const html = await got(shown, (answer) => answer.text());
  if (!html || (paged && (before !== taps || shown !== listAddress()))) return;
  const fresh = parsed(html);
  replace(fresh, LISTS);
  if (paged) byId("nobody").hidden = fresh.getElementById("nobody").hidden;
}

// The address of what stands on the page: all of a list, or the page of a long one that the search is on.
function listAddress() {
  const asked = new URL(location.href).searchParams;
  if (!paged) return address;
  if (asked.get("q") !== search.value) asked.delete("halaman");
  asked.set("q", search.value);
  return `${address}?${asked}`;
}

let typing = 0;

function searchOnServer() {
  clearTimeout(typing);
  typing = setTimeout(renew, MILLISECONDS_TO_TYPE);
}

// What `read` makes of the answer, which is kept; null where there is no connection, or nobody is logged in any more.
async function got(what, read) {
  try {
    const answer = await fetch(what, { headers: { Accept: "application/json, text/html" } });
    if (isLogin(answer)) loggedOut();
    if (!answer.ok || answer.redirected) return null;
    if (!what.includes("?")) kept.keep(what, answer.clone());
    return await read(answer);
  } catch {
    return null;
  }
}

function isLogin(answer) {
  return new URL(answer.url).pathname === "/masuk";
}

function loggedOut() {
  say(texts.textLoggedOut);
  if (byId("kept")) byId("kept").hidden = true;
  forgetKeptPages();
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

function replace(fresh, ids) {
  for (const id of ids) byId(id).replaceWith(fresh.getElementById(id) ?? byId(id));
  filter();
  withUnsent();
}

function withUnsent() {
  for (const unsent of queue.marks) {
    const row = unsent.session === session && byId(unsent.registration);
    if (row) show(row, unsent.status);
  }
  count();
  showUnsent();
}

async function walkIn(form, button) {
  const typed = new FormData(form, button);
  if (!navigator.onLine) return keepWalkIn(form, typed);
  const body = new URLSearchParams(typed);
  let answer;
  form.inert = true; // what is typed meanwhile would be taken for who was sent
  try {
    answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(MILLISECONDS_TO_WAIT) });
  } catch {
    return keepWalkIn(form, typed);
  } finally {
    form.inert = false;
  }
  if (isLogin(answer)) return loggedOut();
  const fresh = parsed(await answer.text());
  if (!fresh.getElementById("walk-in")) {
    return say(fresh.querySelector(".refusal")?.textContent ?? texts.textNoAnswer);
  }
  replace(fresh, [...LISTS, "walk-in"]);
  if (answer.redirected) {
    say(fresh.querySelector(".flash").textContent);
    got(address, () => null); // the page that is kept has them too
  } else {
    byId("said").hidden = true; // what is wrong stands beside the fields
  }
  byId("name").focus();
}

// Somebody typed without a connection: kept under the key of the form, so that what arrived after all counts once.
function keepWalkIn(form, typed) {
  const { name, kelurahan, target_group, person, key } = Object.fromEntries(typed);
  const place = [...form.elements.kelurahan.options].find(({ value }) => value === kelurahan).textContent;
  const at = new Date().toISOString();
  walkIns.add({ session, name, kelurahan, target_group, person: person ?? "", key, at, early, place });
  if (form.elements.name.value === name) form.elements.name.value = "";
  renewKey(form);
  say(fill(texts.textKept, { name }));
  form.elements.name.focus();
}

// Each person has a key of their own: by it the device keeps them and the server knows them again.
function renewKey(form) {
  form.elements.key.value = nonce();
}

// What the server refused goes back into the form, to be put right.
function typeAgain(walkIn) {
  const { elements } = byId("walk-in").querySelector("form");
  for (const field of ["name", "kelurahan", "target_group"]) {
    if (elements[field]) elements[field].value = walkIn[field] ?? "";
  }
  byId("walk-in").closest("details").open = true;
  byId("name").focus();
}

// --- small things ---

function byId(id) {
  return document.getElementById(id);
}

function rows(lists) {
  return [...page.querySelectorAll(lists)].flatMap((list) => [...list.querySelectorAll(".person")]);
}

function nameOf(row) {
  return row.querySelector("a").textContent;
}

function isPresent(row) {
  return row.dataset.outcome === "present";
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// --- what people do ---

page.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "get") {
    event.preventDefault();
  } else if ("mark" in form.dataset) {
    event.preventDefault();
    mark(form.elements.registration.value, event.submitter.value);
  } else if ("ticket" in form.dataset) {
    event.preventDefault();
    ticket(form.elements.registration.value);
    form.reset();
  } else if ("walkIn" in form.dataset) {
    event.preventDefault();
    walkIn(form, event.submitter);
  }
});

search.addEventListener("input", paged ? searchOnServer : filter);
search.form.querySelector("button").hidden = true;

byId("nobody").querySelector("a").addEventListener("click", (event) => {
  event.preventDefault();
  byId("walk-in").closest("details").open = true;
  byId("name").focus();
});

undo.addEventListener("click", () => {
  mark(last.registration, last.before);
  undo.hidden = true;
});

for (const form of document.querySelectorAll("form[action='/keluar']")) {
  form.addEventListener("submit", (event) => {
    const { length } = walkIns.people;
    if (length && !confirm(fill(texts.textLogOut, { count: length }))) event.preventDefault();
  });
}

const scan = byId("scan");
const camera = new Camera(byId("viewfinder"), texts.reader, texts.decoder, ticket);
scan.hidden = !navigator.mediaDevices;
scan.addEventListener("click", async () => {
  try {
    if (camera.running) camera.stop();
    else await camera.start();
  } catch {
    camera.stop();
    say(texts.textNoCamera);
  }
  byId("camera").hidden = !camera.running;
  scan.textContent = camera.running ? scan.dataset.stop : scan.dataset.start;
});

addEventListener("online", lookAgain);
document.addEventListener("visibilitychange", lookAgain);
setInterval(lookAgain, SECONDS_BETWEEN_LOOKS * 1000);
if (search.value && !paged) renew(); // the server left out whom the search doesn't find
else withUnsent();
kept.begin("BarcodeDetector" in globalThis ? [] : [texts.reader, texts.decoder]).then((isKept) => {
  if (isKept) byId("kept").hidden = false;
});
renewKey(byId("walk-in").querySelector("form")); // that of a page that is kept is the same each time it is opened
walkInList.show();
await walkIns.send();
await queue.send();
if (navigator.serviceWorker?.controller) showOutcomes(); // the page may be one that was kept
