// Opens the browser's calendar beside a text field for a date: <button data-picks="ID" hidden>. The day that is chosen
// is written as pages write dates, dd-mm-yyyy, and what stands in the field is the day that the calendar begins with. To
// a text area each day is added as a line.

const WRITTEN = /^(\d{1,2})[-/.\s](\d{1,2})[-/.\s](\d{4})$/;

function toIso(text) {
  const parts = WRITTEN.exec(text.trim());
  return parts ? `${parts[3]}-${parts[2].padStart(2, "0")}-${parts[1].padStart(2, "0")}` : "";
}

for (const button of document.querySelectorAll("button[data-picks]")) {
  const field = document.getElementById(button.dataset.picks);
  const calendar = document.createElement("input");
  if (!calendar.showPicker) break;
  calendar.type = "date";
  calendar.className = "picked";
  calendar.tabIndex = -1;
  calendar.ariaHidden = "true";
  button.after(calendar);
  button.hidden = false;
  button.addEventListener("click", () => {
    calendar.value = toIso(field.value);
    calendar.showPicker();
  });
  calendar.addEventListener("change", () => {
    if (!calendar.value) return;
    const day = calendar.value.split("-").reverse().join("-");
    const isList = field.tagName === "TEXTAREA" && field.value.trim();
    field.value = isList ? `${field.value.trimEnd()}\n${day}` : day;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
}

// The end of a session stays as far behind its start as it was: <input data-ends-after="ID of the start">.

const CLOCK = /^(\d{1,2})(?:[.:](\d{2}))?$/;

function toMinutes(text) {
  const parts = CLOCK.exec(text.trim());
  return parts ? Number(parts[1]) * 60 + Number(parts[2] ?? 0) : null;
}

for (const end of document.querySelectorAll("[data-ends-after]")) {
  const start = document.getElementById(end.dataset.endsAfter);
  let duration = toMinutes(end.value) - toMinutes(start.value);
  end.addEventListener("change", () => {
    duration = toMinutes(end.value) - toMinutes(start.value);
  });
  start.addEventListener("change", () => {
    const begins = toMinutes(start.value);
    if (begins === null || duration <= 0 || begins + duration >= 24 * 60) return;
    const ends = begins + duration;
    end.value = `${String(Math.floor(ends / 60)).padStart(2, "0")}.${String(ends % 60).padStart(2, "0")}`;
  });
}
