// A press that nobody answers, for the connection or the server is gone, is said; what was typed stays in its form.
// Without scripts the browser says so itself.

const notice = () => document.getElementById("tanpa-jawaban");

document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx && !detail.ctx.response) notice().hidden = false;
});

document.addEventListener("htmx:after:request", () => {
  notice().hidden = true;
});
