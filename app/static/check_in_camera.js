// Reads QR codes from the camera: by the browser's own detector, or by ours, which is loaded where there is none.

const MILLISECONDS_BETWEEN_LOOKS = 200;
const MILLISECONDS_BEFORE_THE_SAME_AGAIN = 4000;

export class Camera {
  // `reader` and `decoder` are the addresses of our detector and its WebAssembly; `found` gets each text read.
  constructor(video, reader, decoder, found) {
    Object.assign(this, { video, reader, decoder, found });
    this.stream = null;
    this.last = { text: "", at: 0 };
  }

  get running() {
    return this.stream !== null;
  }

  // Raises what the browser does where there is no camera or nobody allows it.
  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    this.detector ??= await detector(this.reader, this.decoder);
    this.video.srcObject = this.stream;
    await this.video.play();
    this.look();
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  async look() {
    while (this.running) {
      const seen = await this.detector.detect(this.video).catch(() => []); // a picture that can't be read shows none
      for (const { rawValue } of seen) this.read(rawValue);
      await new Promise((resolve) => setTimeout(resolve, MILLISECONDS_BETWEEN_LOOKS));
    }
  }

  // A ticket that stays before the camera is one ticket.
  read(text) {
    const now = Date.now();
    const same = text === this.last.text && now - this.last.at < MILLISECONDS_BEFORE_THE_SAME_AGAIN;
    this.last = { text, at: now };
    if (!same) this.found(text);
  }
}

async function detector(reader, decoder) {
  const formats = ["qr_code"];
  if (!(await globalThis.BarcodeDetector?.getSupportedFormats())?.includes(formats[0])) {
    globalThis.BarcodeDetector = undefined; // ours puts itself there only where there is none
    await loaded(reader);
    BarcodeDetectionAPI.setZXingModuleOverrides({ locateFile: () => decoder });
  }
  return new BarcodeDetector({ formats });
}

function loaded(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: address, onload: resolve, onerror: reject });
    document.head.append(script);
  });
}

// A short tone and a short shake: whoever scans looks at the ticket.
export function acknowledge() {
  navigator.vibrate?.(80);
  const context = new AudioContext();
  const tone = context.createOscillator();
  tone.frequency.value = 880;
  tone.connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.12);
  tone.onended = () => context.close();
}
