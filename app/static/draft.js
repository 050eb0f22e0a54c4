// Keeps what is typed into a form (`data-draft`) on this device until it has arrived, for a connection that is lost on
// the way. The page is whole without it. `data-answered` marks a form that the server has sent back with remarks.

const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000;

const nameOf = (session) => `jangkau-draft-${session}`;

function stored(session) {
  try {
    const draft = JSON.parse(localStorage.getItem(nameOf(session)));
    return draft && Date.now() - draft.at < KEPT_MILLISECONDS ? draft : null;
  } catch {
    return null; // storage that is switched off, or holds something else
  }
}

function store(session, draft) {
  try {
    localStorage.setItem(nameOf(session), JSON.stringify(draft));
  } catch {
    // storage that is full or switched off: the form works all the same
  }
}

function forget(session) {
  try {
    localStorage.removeItem(nameOf(session));
  } catch {
    // nothing was kept there
  }
}

function typed(form) {
  const values = Object.fromEntries(new FormData(form));
  delete values.website;
  return values;
}

// The key travels with the draft: what arrived although the answer was lost is not registered twice.
function fill(form, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name];
    if (!field) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const session = form.dataset.draft;
  const unsent = form.querySelector("[data-unsent]");
  const keep = (sent) => store(session, { at: Date.now(), sent, values: typed(form) });
  const draft = stored(session);
  if ("answered" in form.dataset) {
    keep(false);
  } else if (draft) {
    fill(form, draft.values);
    unsent.hidden = !draft.sent;
  }
  form.addEventListener("input", () => keep(false));
  form.addEventListener("submit", (event) => {
    if (navigator.onLine && event.submitter?.name === "send_ticket") forget(session); // they are registered already
    else keep(true);
    if (!navigator.onLine) {
      event.preventDefault();
      unsent.hidden = false;
      unsent.scrollIntoView({ block: "center" });
    }
  });
}

for (const ticket of document.querySelectorAll("[data-registered]")) {
  forget(ticket.dataset.registered);
}
