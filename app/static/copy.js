// What copies a text, where the browser can; elsewhere one selects the text by hand.
// <button data-copies="ID" data-done="Copied" hidden> copies a field and is shown then.
// <a href="…" data-copies-text="TEXT" data-done="Copied"> copies a text, instead of leading to the page that has it.

for (const button of document.querySelectorAll("button[data-copies]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copies);
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.done;
  });
}

for (const link of document.querySelectorAll("a[data-copies-text]")) {
  link.addEventListener("click", async (event) => {
    if (!navigator.clipboard) return;
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(link.dataset.copiesText);
      link.textContent = link.dataset.done;
    } catch {
      location.assign(link.href);
    }
  });
}
