// People who came without having registered, typed without a connection. They stay in the browser's storage until the
// server has answered: registered once each, by the key of their form. What the server asks about them is asked at the
// door, and answered or dropped there; the people it offers to choose from are not stored. A log-out deletes all.

import { keptIn, post, store } from "./check_in_queue.js";

const KEY = "jangkau-walk-ins-";
const ASKS = "person-unclear";
const KNOWN = "already-registered";
const DAYS_KEPT = 7; // on a device on which nobody logs in again

export class WalkInQueue {
  // `heard` is told what becomes of the people: `changed()`, `sent(answer)`, `asked(walkIn)`, `loggedOut()`.
  constructor(user, heard) {
    this.key = `${KEY}${user}`;
    this.heard = heard;
    this.sending = false;
    this.answers = new Map(); // what the server said of whom, by the key of the form
  }

  get people() {
    return keptIn(this.key);
  }

  add(walkIn) {
    this.keep([...this.people.filter((other) => other.key !== walkIn.key), walkIn]);
    this.send();
  }

  keep(people) {
    store(this.key, people);
    this.heard.changed();
  }

  drop(key) {
    this.answers.delete(key);
    this.keep(this.people.filter((other) => other.key !== key));
  }

  // Sends somebody again, now with who it is: the id of a known person, or "new".
  choose(key, person) {
    this.answers.delete(key);
    this.keep(this.people.map((other) => (other.key === key ? { ...other, person } : other)));
    this.send();
  }

  // Sends everybody of whom nothing is asked, in order, until there is no connection.
  async send() {
    if (this.sending || !navigator.onLine) return;
    this.sending = true;
    try {
      for (let next; (next = this.people.find(({ key }) => !this.answers.has(key))); ) {
        const { session, place, ...walkIn } = next;
        const answer = await post(`/sesi/${encodeURIComponent(session)}/hadir/datang/tertunda`, walkIn);
        if (!answer || answer.status === 429 || answer.status >= 500) return;
        if (answer.status === 401) return this.heard.loggedOut();
        if (!this.people.some(({ key }) => key === next.key)) continue; // dropped meanwhile
        if ("registration" in answer.body) {
          this.drop(next.key);
          this.heard.sent(answer.body);
        } else {
          this.answers.set(next.key, answer.body);
          this.heard.changed();
          this.heard.asked(next);
        }
      }
    } finally {
      this.sending = false;
    }
  }
}

// Shows those of one session who are kept, each with what is asked about them.
export class WalkInList {
  // `decided.correct(walkIn)` and `decided.drop(walkIn)` are told what the user decided; nobody is kept any more then.
  constructor(section, session, queue, decided) {
    Object.assign(this, { section, session, queue, decided });
    section.addEventListener("submit", (event) => this.decide(event));
  }

  show() {
    const people = this.queue.people.filter(({ session }) => session === this.session);
    const list = this.section.querySelector("ul");
    const shown = new Map([...list.children].map((item) => [item.dataset.key, item]));
    list.replaceChildren(...people.map((walkIn) => this.item(walkIn, shown.get(walkIn.key))));
    this.section.hidden = people.length === 0;
  }

  // The one that is shown already stays as long as nothing else is said of it: somebody may be choosing in it.
  item(walkIn, shown) {
    const answer = this.queue.answers.get(walkIn.key);
    const said = answer?.detail ?? "";
    if (shown && shown.dataset.said === said) return shown;
    const item = this.section.querySelector("template").content.firstElementChild.cloneNode(true);
    item.dataset.key = walkIn.key;
    item.dataset.said = said;
    item.querySelector("strong").textContent = walkIn.name;
    item.querySelector("small").textContent = walkIn.place;
    const state = item.querySelector(".kept-state");
    state.textContent = [said || state.dataset.waiting, ...(answer?.errors ?? []).map(({ text }) => text)].join(" ");
    const form = item.querySelector("form");
    form.hidden = !answer;
    const button = (value) => form.querySelector(`button[value=${value}]`);
    button("choose").hidden = answer?.code !== ASKS;
    button("new").hidden = answer?.code !== KNOWN;
    button("correct").hidden = !answer || [ASKS, KNOWN].includes(answer.code);
    if (answer?.code === ASKS) addChoices(form.querySelector("fieldset"), answer.people);
    return item;
  }

  decide(event) {
    event.preventDefault();
    event.stopPropagation();
    const { key } = event.target.closest("li").dataset;
    const walkIn = this.queue.people.find((other) => other.key === key);
    const { value } = event.submitter;
    if (!walkIn) return this.show();
    if (value === "new") this.queue.choose(key, "new");
    else if (value === "choose") this.queue.choose(key, new FormData(event.target).get("person"));
    else {
      this.queue.drop(key);
      this.decided[value](walkIn);
    }
  }
}

function addChoices(fieldset, people) {
  fieldset.hidden = false;
  for (const { id, text } of [...people, { id: "new", text: fieldset.dataset.new }]) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "person", value: id });
    input.required = true;
    label.append(input, ` ${text}`);
    fieldset.append(label);
  }
}

export function forgetWalkIns() {
  for (const key of keys()) localStorage.removeItem(key);
}

export function forgetOldWalkIns() {
  const oldest = new Date(Date.now() - DAYS_KEPT * 24 * 60 * 60 * 1000).toISOString();
  for (const key of keys()) {
    const people = keptIn(key);
    const recent = people.filter(({ at }) => at >= oldest);
    if (recent.length < people.length) store(key, recent);
  }
}

function keys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(KEY));
}
