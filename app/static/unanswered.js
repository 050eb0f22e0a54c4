// A press that nobody answers, for the connection or the server is gone, is said; what was typed stays in its form.
// So is an answer that the service is unavailable (503). Without scripts the browser or a page says so.

const notice = () => document.getElementById("tanpa-jawaban");

document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx && !detail.ctx.response) notice().hidden = false;
});

document.addEventListener("htmx:after:request", ({ detail }) => {
  notice().hidden = detail.ctx?.response?.status !== 503;
});
