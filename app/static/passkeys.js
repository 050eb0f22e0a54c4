// Passkeys: <form data-passkey="get|create" data-options="URL" hidden> is shown where the browser has them. Sending it
// fetches the options, asks the user for the passkey, and sends the answer as the field "credential".

const parsers = {
  get: (options) => ({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  create: (options) => ({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
};

if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  document.querySelector("[data-no-passkeys]")?.remove();
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      usePasskey(form);
    });
  }
}

async function usePasskey(form) {
  const failed = form.querySelector("[data-failed]");
  const sentence = (failed.dataset.failed ||= failed.textContent);
  failed.hidden = true;
  try {
    const answer = await fetch(form.dataset.options, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    const options = await answer.json();
    if (!answer.ok) throw new Error(options.detail, { cause: "server" });
    const kind = form.dataset.passkey;
    const credential = await navigator.credentials[kind](parsers[kind](options));
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    failed.textContent = error.cause === "server" ? error.message : sentence;
    failed.hidden = false;
  }
}
