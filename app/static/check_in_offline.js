// Keeps a session's check-in page, so that it can be loaded anew without a connection: the page, what it consists of,
// and how everybody stands. The marks themselves wait elsewhere (check_in_queue.js), for they must outlive a log-out.

const KEPT = "jangkau-check-in/";

export class KeptPage {
  // `until` is the session's last day, empty where nothing may be kept; `worker` is the address of the worker.
  constructor(address, until, worker) {
    Object.assign(this, { address, worker });
    this.name = until && navigator.serviceWorker ? `${KEPT}${until}${address}` : null;
  }

  // Once the page stands; `more` are addresses of what it may load later. Whether the page opens without a connection
  // from now on.
  async begin(more) {
    try {
      await forgetPastPages();
      await forgetPages((name) => name.endsWith(this.address) && name !== this.name);
      if (!this.name) return false;
      await navigator.serviceWorker.register(this.worker, { scope: this.address });
      const loaded = performance.getEntriesByType("resource").map(({ name }) => name.replace(location.origin, ""));
      const parts = [...loaded, ...more].filter((part) => part.startsWith("/static/"));
      const cache = await caches.open(this.name);
      await cache.addAll([this.address, ...new Set(parts)]);
      await navigator.serviceWorker.ready;
      return true;
    } catch {
      return false; // without a connection there is nothing newer, and without room the page works as before
    }
  }

  // What the worker answers for `address` where nothing can be fetched.
  async keep(address, answer) {
    if (!this.name) return;
    const cache = await caches.open(this.name).catch(() => null);
    await cache?.put(address, answer).catch(() => {});
  }
}

// Each is kept until the end of its day; dates are compared as they are written (ISO 8601, which is how Swedes do).
export async function forgetPastPages() {
  const today = new Date().toLocaleDateString("sv", { timeZone: "Asia/Makassar" });
  await forgetPages((name) => name.startsWith(KEPT) && name.slice(KEPT.length, KEPT.length + today.length) < today);
}

// For whoever is logged out: nobody's name stays on the device.
export async function forgetKeptPages() {
  await forgetPages((name) => name.startsWith(KEPT));
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(workers.map((worker) => worker.unregister()));
}

async function forgetPages(which) {
  const names = (await globalThis.caches?.keys()) ?? [];
  await Promise.all(names.filter(which).map((name) => caches.delete(name)));
}
