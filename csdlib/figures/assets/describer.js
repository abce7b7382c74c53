// The page's side of the engine: it starts the worker, asks for the weights by a click, and hands it pictures one by one.
//
//   const describer = new Describer(engine, record, place);
//   const whole = await describer.describe(files, onEach);
//
// engine is the worker's script, record what weights_record gives in Python (without an address, but with file, the words for
// what the reader has to choose), and place an empty element, in which the panel for the weights stands: nothing is fetched before the reader has clicked there. describe waits for the weights. For each
// file in its order onEach gets { number, file, vector, milliseconds: { decoding, computing } }, where vector is a Float32Array
// of unit norm, or { number, file, reason }, one sentence. What is asked for meanwhile waits its turn. describe gives false
// where it was stopped before the end, and fails, with a sentence as its message, where nothing can be computed. A file is a
// Blob, or pixels { data, width, height } (RGBA).

const MOST_PICTURES = 50; // at once

class Describer {
  constructor(engine, record, place) {
    this.record = record;
    this.runs = 0; // stop raises it, and what belongs to an earlier run ends
    this.last = Promise.resolve(); // the request before
    this.ready = new Promise((resolve, reject) => Object.assign(this, { opened: resolve, gaveUp: reject }));
    this.ready.catch(() => {}); // whoever describes is told; nobody else needs to be
    this.panel = new WeightsPanel(place, record, (weights) => this.load(weights));
    try {
      const address = URL.createObjectURL(new Blob([engine], { type: "text/javascript" }));
      this.worker = new Worker(address);
      this.worker.onerror = () => this.lost();
    } catch {
      this.lost();
    }
  }

  // No worker could be started, or it has died: there is nothing to wait for any more.
  lost() {
    this.gone = new Error(this.heard
      ? "The engine has stopped; perhaps the memory was full. Open the page anew."
      : "This browser starts no Web Worker here, and nothing can be computed without one: take another browser.");
    this.gaveUp(this.gone);
    this.failed?.(this.gone);
    this.panel.say(this.gone.message);
  }

  // weights: an ArrayBuffer, or nothing, where they are to be fetched.
  async load(weights) {
    const { name, config, sha256, address } = this.record;
    const request = { kind: "load", name, config, sha256, weights: weights ?? new URL(address, document.baseURI).href };
    try {
      const { checked, fast } = await this.ask(request, ({ loaded }) => this.panel.progress(loaded));
      const doubt = checked ? "" : " Their hash could not be checked: this page is not served by https.";
      this.panel.say(`${name} is loaded.${doubt}${fast ? "" : " Without WebAssembly each picture takes a few times as long."}`);
      this.loaded = true;
      this.opened();
    } catch (error) {
      this.panel.failed(error.message);
    }
  }

  async describe(files, onEach) {
    if (files.length > MOST_PICTURES)
      throw new Error(`${files.length} pictures are too many: ${MOST_PICTURES} are computed at once. Choose fewer.`);
    const run = this.runs;
    await this.ready;
    for (const [number, file] of [...files].entries()) {
      const found = run === this.runs && (await this.one(file, () => run === this.runs));
      if (!found || run !== this.runs) return false;
      onEach({ number, file, ...found });
    }
    return true;
  }

  stop() {
    this.runs += 1;
  }

  async one(picture, wanted) {
    const { name } = this.record;
    const found = {};
    await this.ask({ kind: "describe", id: 0, name, pictures: [picture] }, ({ vector, milliseconds, reason }) => {
      Object.assign(found, vector ? { vector, milliseconds } : { reason });
    }, wanted);
    return found;
  }

  // One request after the other: the last reply, or the reason of a failure as an error. A request that is not wanted any more
  // when its turn comes is not made.
  ask(request, onReply, wanted = () => true) {
    const asked = this.last.then(() => wanted() && new Promise((resolve, reject) => {
      if (this.gone) throw this.gone;
      this.failed = reject;
      this.worker.onmessage = ({ data }) => {
        this.heard = true;
        if (data.kind === "failed") reject(new Error(data.reason));
        else if (data.kind === "loaded" || data.kind === "done") resolve(data);
        else onReply(data);
      };
      this.worker.postMessage(request);
    }));
    this.last = asked.catch(() => {});
    return asked;
  }
}

// Where the reader loads the weights: by a click, with what it costs, or as a file where the page may not fetch.
class WeightsPanel {
  constructor(place, record, load) {
    Object.assign(this, { place, name: record.name, megabytes: record.bytes / 1e6 });
    place.classList.add("csd-describer");
    const cost = `${this.name}: ${this.megabytes.toFixed(1)} MB`;
    this.said = this.add("p", "");
    this.said.setAttribute("role", "status");
    this.said.tabIndex = -1;
    this.button = this.add("button", `Load ${cost}`);
    this.button.type = "button";
    this.button.onclick = () => this.begin(load);
    this.bar = this.add("progress", "");
    this.bar.setAttribute("aria-label", `Loading ${this.name}`);
    this.bar.hidden = true;
    this.fetches = Boolean(record.address) && location.protocol !== "file:";
    const name = record.address ? `${record.address.split("/").pop()} from the book's folder _static/weights` : record.file;
    this.chooser = this.add("label", `Choose ${name}: `);
    const file = this.chooser.appendChild(document.createElement("input"));
    file.type = "file";
    file.accept = ".safetensors";
    file.onchange = async () => file.files.length && this.begin(load, await file.files[0].arrayBuffer());
    this.chooser.hidden = this.button.hidden = true;
    if (this.fetches) this.button.hidden = false;
    else this.choose(record);
  }

  add(tag, text) {
    const element = this.place.appendChild(document.createElement(tag));
    element.textContent = text;
    return element;
  }

  choose({ name, address }) {
    this.chooser.hidden = false;
    this.said.textContent = address
      ? "A page that is opened from the disk may not fetch the descriptor's weights: choose their file, or run make serve in " +
        "the book's repository, and open the book at the address that it prints."
      : `This page asks no server for anything: to describe pictures it needs the file of ${name}'s weights.`;
  }

  begin(load, weights) {
    this.say(`Loading ${this.name}.`);
    this.bar.hidden = false;
    this.bar.removeAttribute("value");
    load(weights);
  }

  progress(bytes) {
    this.bar.max = this.megabytes;
    this.bar.value = bytes / 1e6;
  }

  failed(reason) {
    this.say(reason);
    this.button.hidden = !this.fetches;
    this.chooser.hidden = false;
  }

  // A sentence, and nothing to press; a keyboard's focus goes to what is said.
  say(text) {
    const focused = this.place.contains(document.activeElement);
    this.said.textContent = text;
    this.button.hidden = this.bar.hidden = this.chooser.hidden = true;
    if (focused) this.said.focus();
  }
}
