// Compares a file without sending it: its SHA-256 is computed here, and the page is asked for that alone. Without this
// script, or without https, the form sends the file.

const form = document.querySelector("[data-verifies-file]");
const input = form.elements.file;

async function fingerprint(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function check(file) {
  form.querySelector("[data-says]").textContent = form.dataset.working;
  location.assign(`/verifikasi?q=${await fingerprint(file)}`);
}

if (crypto.subtle) {
  form.querySelector("[data-without-script]").hidden = true;
  form.querySelector("[data-with-script]").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check(input.files[0]);
  });
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("chosen");
  });
  form.addEventListener("dragleave", () => form.classList.remove("chosen"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("chosen");
    const [file] = event.dataTransfer.files;
    if (file) check(file);
  });
}
