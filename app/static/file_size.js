// Says at once that a chosen file is too large, instead of after it was sent. A field may have a limit
// and a sentence of its own.

const { maxFile, fileTooLarge } = document.body.dataset;

addEventListener("change", ({ target }) => {
  if (target.type !== "file") return;
  const limit = Number(target.dataset.maxFile ?? maxFile);
  const isTooLarge = [...target.files].some(({ size }) => size > limit);
  target.setCustomValidity(isTooLarge ? target.dataset.fileTooLarge ?? fileTooLarge : "");
  target.reportValidity();
});
