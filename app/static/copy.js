// Buttons that copy a field, shown where the browser can: <button data-copies="ID" data-done="Copied" hidden>.
// Elsewhere one selects the text by hand.

for (const button of document.querySelectorAll("button[data-copies]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copies);
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.done;
  });
}
