// Choosing people in a list: how many are chosen, and all of a page by one tap. Without this script each has a box.

for (const form of document.querySelectorAll(".people-form")) {
  const boxes = [...form.querySelectorAll("[name=pilih]")];
  const page = form.querySelector("[data-page]");
  const everyone = form.querySelector("[name=semua]");

  const show = () => {
    const count = everyone.checked ? Number(form.dataset.total) : boxes.filter((box) => box.checked).length;
    form.querySelector("[data-chosen]").textContent = form.dataset.textChosen.replace("{count}", count);
    if (page) page.checked = boxes.every((box) => box.checked);
  };

  form.addEventListener("change", ({ target }) => {
    if (target === page || target === everyone) for (const box of boxes) box.checked = target.checked;
    if (target !== everyone) everyone.checked &&= target.checked;
    show();
  });

  // Once everyone is chosen by the filters, the single boxes need not be sent.
  form.addEventListener("submit", () => {
    if (everyone.checked) for (const box of boxes) box.checked = false;
  });

  if (page) page.closest("label").hidden = false;
  addEventListener("pageshow", show); // the browser's way back keeps what was chosen
  show();
}
