// Marks that the server hasn't confirmed yet. They stay in the browser's storage until it has, so that neither a lost
// connection nor a closed page loses one. Each carries its own time and a nonce: sent twice, it is kept once.

const SECONDS_TO_WAIT = 15;

export class MarkQueue {
  // `heard` is told what becomes of the marks: `changed()`, `sent(answer)`, `refused(sentence)`, `loggedOut()`.
  constructor(user, heard) {
    this.key = `jangkau-marks-${user}`;
    this.heard = heard;
    this.sending = false;
  }

  get marks() {
    return keptIn(this.key);
  }

  add(session, registration, status, early) {
    const mark = { session, registration, status, early, at: new Date().toISOString(), nonce: nonce() };
    this.keep([...this.marks, mark]);
    this.send();
  }

  keep(marks) {
    store(this.key, marks);
    this.heard.changed();
  }

  // Sends what waits, in order, until there is nothing left or no connection.
  async send() {
    if (this.sending || !navigator.onLine) return;
    this.sending = true;
    try {
      for (let mark; (mark = this.marks[0]); ) {
        const { session, ...sent } = mark;
        const answer = await post(`/sesi/${encodeURIComponent(session)}/hadir/tanda`, sent);
        if (!answer || answer.status === 429 || answer.status >= 500) return;
        if (answer.status === 401) return this.heard.loggedOut();
        this.keep(this.marks.filter((other) => other.nonce !== mark.nonce));
        if (answer.status === 200) this.heard.sent(answer.body);
        else this.heard.refused(answer.body.detail);
      }
    } finally {
      this.sending = false;
    }
  }
}

export function keptIn(key) {
  return JSON.parse(localStorage.getItem(key) ?? "[]");
}

export function store(key, things) {
  if (things.length) localStorage.setItem(key, JSON.stringify(things));
  else localStorage.removeItem(key);
}

// The answer; null where there is no connection, or a network that puts a page of its own in between.
export async function post(address, body) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(SECONDS_TO_WAIT * 1000),
    });
    return { status: answer.status, body: await answer.json() };
  } catch {
    return null;
  }
}

// `crypto.randomUUID` is there on secure addresses alone; a server tried out within a house has none.
export function nonce() {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");
}
