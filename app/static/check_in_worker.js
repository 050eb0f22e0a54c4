// The service worker of one session's check-in page: what can't be fetched is answered from what the page kept
// (check_in_offline.js). It keeps nothing itself, and shows nothing after the session's day.

const SECONDS_TO_WAIT = 6; // for an answer to begin: a network that says nothing is none
const KEPT = /^jangkau-check-in\/(\d{4}-\d\d-\d\d)\//;
const PAGE = new URL(registration.scope).pathname;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(Promise.all([clients.claim(), forgetPast()])));

addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  const ours = pathname.startsWith("/static/") || [PAGE, `${PAGE}/keadaan`].includes(pathname);
  if (ours && origin === location.origin && event.request.method === "GET") {
    event.respondWith(answer(event.request, pathname === PAGE));
  }
});

async function answer(request, isPage) {
  const fetched = await begun(request);
  if (fetched && fetched.status < 500) return fetched;
  await forgetPast();
  return (await caches.match(request, { ignoreSearch: isPage, ignoreVary: true })) ?? fetched ?? Response.error();
}

// The answer, of which the rest may take as long as it does; null where none begins.
async function begun(request) {
  const waiting = new AbortController();
  const patience = setTimeout(() => waiting.abort(), SECONDS_TO_WAIT * 1000);
  try {
    return await fetch(request, { signal: waiting.signal });
  } catch {
    return null;
  } finally {
    clearTimeout(patience);
  }
}

async function forgetPast() {
  const today = new Date().toLocaleDateString("sv", { timeZone: "Asia/Makassar" }); // in Sweden days are ISO 8601
  const past = (await caches.keys()).filter((name) => KEPT.exec(name)?.[1] < today);
  await Promise.all(past.map((name) => caches.delete(name)));
}
