/* Checks the answers that a reader gives on a page: the rules of sandtime.exercises in the browser.
 *
 * The build writes each question as JSON into its box, and the grammar of numbers with units once
 * into the page (#answer-rules). Nothing is sent; answers stay in localStorage. Hints, units and
 * slips come from the declarations in Python, so that page and kernel say the same.
 */
"use strict";

(() => {
  const rules = JSON.parse(document.getElementById("answer-rules").textContent);
  const pattern = (name) => new RegExp(rules.patterns[name], "y");
  const match = (regex, text) => ((regex.lastIndex = 0), regex.exec(text));
  const [NUMBER, POWER, SYMBOL] = ["number", "power", "symbol"].map(pattern);
  const KEY = "sandtime-answers";

  // ---- numbers with units ----

  const plain = (text) => text.replace(/./gu, (c) => rules.superscripts[c] ?? c);

  const symbol = (written) => {
    const name = rules.names[written] ?? written;
    if (Object.hasOwn(rules.units, name)) return rules.units[name];
    const [first, rest] = [name.slice(0, 1), name.slice(1)];
    if (first in rules.prefixes && rules.prefixed.includes(rest)) {
      return [rules.prefixes[first] * rules.units[rest][0], rules.units[rest][1]];
    }
    throw new Error(`“${name}” is no unit that is known here`);
  };

  const unit = (text) => {
    let [rest, value, sign] = [text.trim(), 1, 1];
    const dimension = [0, 0, 0, 0, 0, 0];
    while (rest) {
      if (" ·*×.()/".includes(rest[0])) {
        if (rest[0] === "/") sign = -1;
        rest = rest.slice(1);
        continue;
      }
      const found = match(SYMBOL, rest);
      if (!found) throw new Error(`“${rest.slice(0, 20)}” is no unit`);
      const power = sign * plain(found.slice(2).find((g) => g) ?? "1");
      if (Math.abs(power) > 9) throw new Error(`the power ${power} of “${found[1]}” is too large`);
      const [size, exponents] = symbol(found[1].replace("μ", "µ"));
      value *= size ** power;
      exponents.forEach((exponent, k) => (dimension[k] += power * exponent));
      rest = rest.slice(found[0].length);
    }
    return [value, dimension.join()];
  };

  const read = (written) => {
    let text = written.trim().replace(/[−–]/g, "-").replace(/[\u00a0\u2009\u202f]/g, " ");
    text = text.replace(/^[≈~= ]+/, "");
    if (!text) throw new Error("the answer is empty");
    text = text.replace(/^([+-])\s+/, "$1");
    const alone = match(POWER, text);
    const found = alone ?? match(NUMBER, text);
    if (!found) throw new Error("it does not begin with a number");
    let number;
    if (alone) number = (alone[1] + "1") * 10 ** plain(alone[2] ?? alone[3]);
    else {
      const power = plain(found[1] ?? found[2] ?? "0");
      if (Math.abs(power) > 300) throw new Error("the power of ten is too large");
      number = found[0].match(/[^*·×x\s]+/)[0].replace(",", ".") * 10 ** power;
    }
    const rest = text.slice(found[0].length);
    if (/^[.,\d]/.test(rest)) {
      throw new Error("write one decimal point and no separator of thousands");
    }
    const [value, dimension] = unit(rest);
    if (rest.trim() === "°C") number += 273.15;
    return { value: number * value, dimension, bare: !rest.trim() };
  };

  // ---- verdicts: kind and hint ----

  const alike = (a, b, rtol) => Math.abs(a - b) <= rtol * Math.abs(b);

  const slip = (ratio, rtol) => {
    if (!Number.isFinite(ratio) || !ratio) return null;
    const [size, signed] = [Math.abs(ratio), ratio < 0 ? rules.words.signed : ""];
    if (!signed && Math.abs(size - 1) <= rtol) return null;
    for (const [name, factor, words] of rules.slips) {
      if (name === "sign") {
        if (Math.abs(size - 1) <= rtol) return [name, words];
      } else if (alike(size / factor, 1, rtol) || alike(size * factor, 1, rtol)) {
        return [name, words + signed];
      }
    }
    const power = Math.log10(size);
    if (Math.abs(power - Math.round(power)) > rtol / 2.3 || !Math.round(power)) return null;
    return ["power of ten", rules.words.power + signed];
  };

  const number = (asked, text) => {
    let found;
    try {
      found = read(text);
    } catch (error) {
      return ["invalid:text", `${rules.words.unreadable} ${error.message}.`];
    }
    const [factor, dimension] = unit(asked.unit);
    if (!found.bare && found.dimension !== dimension) return ["invalid:unit", asked.misfit];
    if (found.bare && /[1-9]/.test(dimension)) return ["invalid:unit", asked.unitless];
    const value = found.bare ? found.value * factor : found.value;
    const { right, rtol } = asked;
    if (right.some((each) => alike(value, each, rtol))) return ["right", rules.words.right];
    const same = asked.mistakes.filter(([, made]) => alike(value, made, rtol));
    if (same.length) {
      return [`mistake:${same[0][0]}`, same.slice(0, 2).map((each) => each[2]).join(" Or: ")];
    }
    if (alike(value, right[0], rules.near)) return ["near", asked.near];
    const one = slip(value / right[0], rtol);
    if (one) return [`generic:${one[0]}`, one[1]];
    for (const [, made, hint] of asked.mistakes) {
      const two = slip(value / made, rtol);
      if (two) return ["mistake+slip", `Two things. ${hint} And: ${two[1]}`];
    }
    return ["unknown", rules.words.unknown];
  };

  const judge = {
    number,
    choose: (asked, text) => asked.verdicts[text] ?? ["invalid:none", rules.words.none],
    order: (asked, text) => asked.verdicts[text] ?? asked.wrong,
  };

  // ---- memory: this browser's own ----

  const recall = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  };

  const keep = (id, text) => {
    try {
      const answers = recall();
      if (text) answers[id] = text;
      else delete answers[id];
      localStorage.setItem(KEY, JSON.stringify(answers));
    } catch {
      // no storage: the answer lasts as long as the page
    }
  };

  // ---- boxes ----

  const ways = {
    number: (box) => {
      const field = box.querySelector("input");
      return { get: () => field.value, set: (text) => (field.value = text) };
    },
    choose: (box) => ({
      get: () => box.querySelector("input:checked")?.value ?? "",
      set: (text) => box.querySelectorAll("input").forEach((i) => (i.checked = i.value === text)),
    }),
    order: (box) => {
      const list = box.querySelector("ol");
      const said = box.querySelector(".answer-moved");
      list.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (!button) return;
        const item = button.closest("li");
        const up = button.dataset.move === "up";
        const other = up ? item.previousElementSibling : item.nextElementSibling;
        if (!other) return;
        if (up) other.before(item);
        else other.after(item);
        button.focus();
        const place = [...list.children].indexOf(item) + 1;
        said.textContent = `${item.dataset.text}: ${place} of ${list.children.length}`;
      });
      return {
        get: () => [...list.children].map((item) => item.dataset.item).join(),
        set: (text) => text.split(",").forEach((each) => {
          const item = list.querySelector(`[data-item="${each}"]`);
          if (item) list.append(item);
        }),
      };
    },
  };

  document.querySelectorAll("form.answer-box").forEach((box) => {
    const asked = JSON.parse(box.querySelector("script").textContent);
    const verdict = box.querySelector(".answer-verdict");
    const way = ways[asked.kind](box);
    const show = () => {
      const [kind, hint] = judge[asked.kind](asked, way.get());
      box.dataset.kind = kind;
      verdict.textContent = hint;
      box.querySelector("input[type=text]")?.setAttribute("aria-invalid", kind !== "right");
      if (kind.startsWith("invalid")) return;
      const fold = document.getElementById(`reveal-${asked.id}`);
      if (fold) fold.open = true;
    };
    box.querySelectorAll("[disabled]").forEach((each) => (each.disabled = false));
    const kept = recall()[asked.id];
    if (kept) {
      way.set(kept);
      show();
    }
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      keep(asked.id, way.get());
      verdict.textContent = ""; // the same words again are read out again
      setTimeout(show, 30);
    });
    box.addEventListener("input", () => {
      delete box.dataset.kind;
      verdict.textContent = "";
      box.querySelector("input[type=text]")?.removeAttribute("aria-invalid");
    });
    box.classList.add("answer-ready");
  });
})();
