/* Moves the pictures that sandtime.interactive.explore puts on a page.
 *
 * Each explorer holds all its frames in one script element: gzip in base64 of
 * {lines, frames, texts, alts, said}; a frame is the numbers of its lines. Frames are in the order
 * of nested loops over the sliders, the last slider fastest. Without this script the first frame
 * stands still, with its values named beside it.
 */
"use strict";

(() => {
  const unpack = async (base64) => {
    const bytes = Uint8Array.from(atob(base64.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };

  const start = async (explorer) => {
    const picture = explorer.querySelector(".explorer-picture");
    const sentence = explorer.querySelector(".explorer-says");
    const sliders = [...explorer.querySelectorAll("input[type=range]")];
    const outputs = sliders.map((s) => explorer.querySelector(`output[for="${s.id}"]`));
    const texts = sliders.map((s) => JSON.parse(s.dataset.texts));
    const { lines, frames, texts: sentences, alts, said } = await unpack(
      explorer.querySelector(".explorer-frames").textContent
    );
    let shown = -1;

    const move = () => {
      const index = sliders.reduce((n, s, i) => n * texts[i].length + Number(s.value), 0);
      sliders.forEach((s, i) => {
        const text = texts[i][Number(s.value)];
        s.setAttribute("aria-valuetext", text);
        s.style.setProperty("--at", texts[i].length > 1 ? s.value / (texts[i].length - 1) : 0);
        outputs[i].textContent = text;
      });
      if (index === shown) return;
      const moved = shown >= 0;
      shown = index;
      picture.innerHTML = frames[index].map((n) => lines[n]).join("\n");
      picture.setAttribute("aria-label", sentences[alts[index]]);
      if (sentence && moved) sentence.innerHTML = sentences[said[index]]; // escaped when packed
    };

    sliders.forEach((s) => {
      s.disabled = false;
      s.addEventListener("input", move);
    });
    explorer.classList.add("explorer-ready");
    move();
  };

  if (!("DecompressionStream" in window)) return; // browsers before 2023 keep the still picture

  const all = () => document.querySelectorAll(".explorer").forEach((e) => start(e));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
