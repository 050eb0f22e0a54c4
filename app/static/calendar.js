// Sessions are dragged to another day of the calendar: <p draggable="true" data-moves="/sesi/CODE/pindah"> onto
// <td data-day="2026-12-05">. That opens the page that asks; nothing is saved by dropping.

let dragged = null;

for (const session of document.querySelectorAll("[data-moves]")) {
  session.addEventListener("dragstart", (event) => {
    dragged = session;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", session.textContent.trim());
  });
  session.addEventListener("dragend", () => {
    dragged = null;
  });
}

for (const day of document.querySelectorAll("td[data-day]")) {
  const isTarget = () => dragged !== null && !day.contains(dragged);
  day.addEventListener("dragover", (event) => {
    if (!isTarget()) return;
    event.preventDefault();
    day.classList.add("target");
  });
  day.addEventListener("dragleave", () => day.classList.remove("target"));
  day.addEventListener("drop", (event) => {
    day.classList.remove("target");
    if (!isTarget()) return;
    event.preventDefault();
    location.assign(`${dragged.dataset.moves}?tanggal=${day.dataset.day}`);
  });
}
