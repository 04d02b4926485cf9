/* Checks the answers that a reader gives on a page: the rules of sandtime.exercises in the browser.
 *
 * The build writes each question as JSON into its box, and the grammar of numbers with units once
 * into the page (#answer-rules). Nothing is sent; answers stay in localStorage. Hints, units and
 * slips come from the declarations in Python, so that page and kernel say the same.
 */
"use strict";

(() => {
  const rules = JSON.parse(document.getElementById("answer-rules").textContent);
  const KEY = "sandtime-answers";

  // ---- numbers with units, as in sandtime.exercises.quantity ----

  const [NUMBER, TEN, OVER, SYMBOL] = ["number", "ten", "over", "symbol"].map(
    (name) => new RegExp(rules[name], "y")
  );
  const match = (regex, text) => ((regex.lastIndex = 0), regex.exec(text));
  const unreadable = (why) => {
    throw new Error(why);
  };

  const clean = (text) =>
    rules.clean.reduce((text, [pattern, to]) => {
      if (to === "NFKC") return text.normalize(to);
      const digits = (run) => "^" + run.replace(/./g, (c) => rules.superscripts[c]);
      return text.replace(new RegExp(pattern, "g"), to === "^SUPERSCRIPT" ? digits : to);
    }, text);

  const symbol = (written) => {
    const name = rules.names[written] ?? written;
    if (name === "") return [1, []];
    if (Object.hasOwn(rules.units, name)) return rules.units[name];
    const [first, rest] = [name.slice(0, 1), name.slice(1)];
    if (first in rules.prefixes && rules.prefixed.includes(rest)) {
      return [rules.prefixes[first] * rules.units[rest][0], rules.units[rest][1]];
    }
    return unreadable(`“${name.slice(0, 20)}” is no unit that is known here`);
  };

  const powerOf = (text) => {
    const [top, bottom] = text.split("/");
    if (bottom && !+bottom) unreadable("a power is divided by zero");
    return bottom ? top / bottom : +text.replace(",", ".");
  };

  const unit = (text) => {
    let [rest, value, sign] = [text.replace(/^\s*1\s*\//, "/"), 1, 1];
    const dimension = [0, 0, 0, 0, 0, 0];
    while (rest) {
      if (" *.(){}/".includes(rest[0])) {
        sign = { "/": -1, ")": 1 }[rest[0]] ?? sign;
        rest = rest.slice(1);
        continue;
      }
      const found = match(SYMBOL, rest) ?? unreadable(`“${rest.slice(0, 20)}” is no unit`);
      const power = sign * powerOf(found[2] ?? found[3] ?? "1");
      if (Math.abs(power) > 9) unreadable(`the power ${power} of “${found[1]}” is too large`);
      const [size, exponents] = symbol(found[1]);
      value *= size ** power;
      exponents.forEach((exponent, k) => (dimension[k] += power * exponent));
      rest = rest.slice(found[0].length);
    }
    return [value, dimension.join()];
  };

  const ten = (power) =>
    Math.abs(power) > 300 ? unreadable("the power of ten is too large") : 10 ** power;

  const numberOf = (text) => {
    const alone = match(TEN, text);
    if (alone) return [(alone[1] + "1") * ten(alone[2]), text.slice(alone[0].length)];
    const found = match(NUMBER, text) ?? unreadable("it does not begin with a number");
    const digits = found[1].replace(/[ ']/g, "");
    if (/^[1-9]\d{0,2},\d{3}$/.test(digits)) {
      const [point, none] = [".", ""].map((to) => digits.replace(",", to));
      unreadable(`${digits} can be read in two ways: write ${point} or ${none}`);
    }
    let last = Math.max(digits.lastIndexOf(","), digits.lastIndexOf("."));
    const several = digits.match(/[.,]/g)?.length > 1;
    if (several && digits.split(digits[last]).length > 2) last = digits.length;
    if (last < 0) last = digits.length;
    const whole = digits.slice(0, last).replace(/[.,]/g, "");
    let number = +`${whole}.${digits.slice(last + 1)}0`;
    number *= ten(found[2] ?? 0) * ten(found[3] ?? found[4] ?? 0);
    let rest = text.slice(found[0].length);
    const over = match(OVER, rest);
    if (over) {
      number /= +over[1] || unreadable("it is divided by zero");
      rest = rest.slice(over[0].length);
    }
    return [text[0] === "-" ? -number : number, rest];
  };

  const read = (written) => {
    const text = clean(written.slice(0, 200)) || unreadable("the answer is empty");
    const [number, rest] = numberOf(text);
    if (/^[.,']?\d/.test(rest)) unreadable("write one number, with one decimal point");
    const [size, dimension] = unit(rest);
    const alone = rules.names[rest.trim()] ?? rest.trim();
    const value = number * size;
    if (!(Math.abs(value) < 1e300)) unreadable("the number is too large");
    const bare = !rest.replace(/[ .]/g, "");
    return { value: value + (alone === "°C" ? 273.15 : 0), number, dimension, bare };
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
    const [factor, dimension] = unit(clean(asked.unit));
    if (!found.bare && found.dimension !== dimension) return ["invalid:unit", asked.misfit];
    if (found.bare && /[1-9]/.test(dimension)) return ["invalid:unit", asked.unitless];
    const value = found.bare ? found.number * factor : found.value;
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
