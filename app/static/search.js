// The search dialog: opened by Ctrl+K, "/" or its link. Arrows go through the results, there and on the page of results.

const dialog = document.getElementById("quick-search");
const field = dialog.querySelector("input");

// The page of results has a field of its own.
const fieldOfPage = document.querySelector("main [data-search] input[type=search]");

function open() {
  if (!fieldOfPage && !dialog.open) dialog.showModal();
  (fieldOfPage ?? field).select();
}

function isTyping(element) {
  return element.isContentEditable || /^(input|select|textarea)$/i.test(element.tagName);
}

document.addEventListener("keydown", (event) => {
  const isShortcut = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
  if (isShortcut || isSlash) {
    event.preventDefault();
    open();
  }
});

for (const link of document.querySelectorAll("[data-opens-search]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
}

dialog.querySelector("[data-closes-search]").addEventListener("click", () => dialog.close());

// The dialog fills the window; what is beside its panel closes it.
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

for (const area of document.querySelectorAll("[data-search]")) {
  area.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [area.querySelector("input[type=search]"), ...area.querySelectorAll(".results a")];
    const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (stops[next]) {
      event.preventDefault();
      stops[next].focus();
    }
  });
}
