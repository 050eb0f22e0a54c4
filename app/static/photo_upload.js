// Sends photos of signed pages one after the other, so that a weak signal loses at most one of them. Before that a photo
// is made smaller in the browser, if the browser can draw it. Without this script the form sends all files at once, whole.

const form = document.querySelector("form[data-photos]");
const list = form.querySelector(".photo-list");
const news = form.querySelector(".photo-news");
const submit = form.querySelector("button[type=submit]");
const review = form.querySelector("[data-review]");
const texts = form.dataset;
const maxPixels = Number(texts.photos);

const THUMBNAIL = 96;
const QUALITY = 0.85;
const SMALL_ENOUGH = 600_000; // bytes
const TRIES = 3;
const BEING_READ = "not-in-review"; // the photos before it
const SECONDS_BETWEEN = 3;
const MAX_WAITS = 40;
const REFUSED = [400, 403, 404, 409, 413, 415, 422];

const photos = []; // { file, content, state: "waiting" | "sent" | "refused", item, … }
let address = form.action;
let busy = false;

const sizeText = (bytes) =>
  `${(bytes / 1_000_000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1, minimumFractionDigits: 1 })} MB`;

form.querySelector("[data-with-script]").hidden = false;
form.addEventListener("change", ({ target }) => {
  if (target.type !== "file") return;
  for (const file of target.files) add(file);
  target.value = ""; // the same camera field is used for the next page
});
form.addEventListener("submit", (event) => {
  if (photos.length === 0) return; // the server says that no file was chosen
  event.preventDefault();
  if (!busy) sendAll();
});

function add(file) {
  const item = list.appendChild(document.createElement("li"));
  const picture = item.appendChild(document.createElement("canvas"));
  const text = item.appendChild(document.createElement("p"));
  text.textContent = file.name;
  const status = text.appendChild(document.createElement("small"));
  const remove = item.appendChild(document.createElement("button"));
  remove.type = "button";
  remove.className = "plain";
  remove.textContent = texts.remove;
  remove.setAttribute("aria-label", `${texts.remove}: ${file.name}`);
  const photo = { file, content: file, state: "waiting", item, picture, status, remove };
  remove.addEventListener("click", () => drop(photo));
  photos.push(photo);
  list.hidden = false;
  say(photo, texts.shrinking);
  photo.ready = (photos.at(-2)?.ready ?? Promise.resolve()).then(() => shrink(photo));
}

function drop(photo) {
  photos.splice(photos.indexOf(photo), 1);
  photo.item.remove();
  list.hidden = photos.length === 0;
}

function say(photo, text) {
  const { file, content } = photo;
  const size = content === file ? sizeText(file.size) : `${sizeText(file.size)} → ${sizeText(content.size)}`;
  photo.status.textContent = `${size} · ${text}`;
}

// Draws the photo upright and no larger than what is needed. What the browser cannot draw, as a PDF, is sent as it is.
async function shrink(photo) {
  try {
    const picture = await createImageBitmap(photo.file, { imageOrientation: "from-image" });
    draw(photo.picture, picture, THUMBNAIL);
    if (Math.max(picture.width, picture.height) > maxPixels || photo.file.size > SMALL_ENOUGH) {
      const canvas = document.createElement("canvas");
      draw(canvas, picture, maxPixels);
      const smaller = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
      if (smaller && smaller.size < photo.file.size) photo.content = smaller;
    }
    picture.close();
  } catch {
    // Sent whole.
  }
  if (photo.state === "waiting") say(photo, texts.waits);
}

function draw(canvas, picture, longest) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
}

async function sendAll() {
  busy = submit.disabled = true;
  submit.setAttribute("aria-busy", "true");
  news.hidden = true;
  for (let next; (next = findNext()); ) {
    if (!(await send(next))) {
      tell(texts.broken);
      submit.textContent = texts.again;
      return stop();
    }
  }
  if (photos.every(({ state }) => state === "sent") && review.dataset.ready) {
    tell(texts.all);
    location.assign(review.href);
    return;
  }
  tell(texts.refused);
  stop();
}

// A PDF is read in the background, and nothing can be added meanwhile: it comes last.
function findNext() {
  const waiting = photos.filter(({ state }) => state === "waiting");
  return waiting.find(({ file }) => file.type !== "application/pdf") ?? waiting[0];
}

function stop() {
  busy = submit.disabled = false;
  submit.removeAttribute("aria-busy");
}

function tell(text) {
  news.textContent = text;
  news.hidden = false;
}

// Returns whether the server has answered: it read the photo, or said why it cannot.
async function send(photo) {
  await photo.ready;
  photo.remove.hidden = true;
  const progress = photo.item.appendChild(document.createElement("progress"));
  let answer = null;
  for (let attempt = 0; attempt < TRIES && !isAnswer(answer); attempt += 1) {
    if (attempt > 0) await pause(attempt);
    say(photo, texts.sending);
    answer = await post(photo, progress);
    for (let waits = 0; waits < MAX_WAITS && answer?.body.code === BEING_READ; waits += 1) {
      say(photo, texts.reading);
      await pause(SECONDS_BETWEEN);
      answer = await post(photo, progress);
    }
  }
  progress.remove();
  if (!isAnswer(answer)) {
    photo.remove.hidden = false;
    say(photo, texts.unsent);
    return false;
  }
  if (answer.status === 200) {
    photo.state = "sent";
    say(photo, texts.done);
    address = answer.body.more;
    review.href = answer.body.review;
    review.dataset.ready = "true";
    review.hidden = false;
  } else {
    photo.state = "refused";
    photo.remove.hidden = false;
    photo.item.className = "refused";
    say(photo, answer.body.detail ?? texts.refused);
  }
  return true;
}

const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
const isAnswer = (answer) => answer !== null && (answer.status === 200 || REFUSED.includes(answer.status));

function post(photo, progress) {
  const data = new FormData();
  data.append("files", photo.content, photo.content === photo.file ? photo.file.name : photo.file.name.replace(/\.\w+$/, ".jpg"));
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      progress.max = total;
      progress.value = loaded;
      if (loaded === total) {
        progress.removeAttribute("value");
        say(photo, texts.reading);
      }
    });
    request.addEventListener("load", () => done({ status: request.status, body: request.response ?? {} }));
    for (const event of ["error", "abort", "timeout"]) request.addEventListener(event, () => done(null));
    request.send(data);
  });
}
