/* Checks the answers given on a page; sandtime.exercises in the browser. Nothing is sent. */
"use strict";

(() => {
  const rules = JSON.parse(document.getElementById("answer-rules").textContent);
  const KEY = "sandtime-answers";

  // quantity.py

  const [NUMBER, TEN, OVER, SYMBOL, GROUPED] = "number ten over symbol grouped".split(" ").map(
    (name) => new RegExp(rules[name], "y")
  );
  const match = (regex, text) => ((regex.lastIndex = 0), regex.exec(text));
  const unreadable = (why) => {
    throw Error(why);
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
    const times = match(GROUPED, text) ? 1000 : 0; // 1,234 may be meant so
    return { value: value + (alone === "°C" ? 273.15 : 0), number, dimension, bare, times };
  };

  // slips.py, diagnosis.py, checking.py: kind and hint

  const say = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const near = (size, factor, rtol) =>
    Math.abs(size / factor - 1) <= rtol || Math.abs(size * factor - 1) <= rtol;
  const ofTen = (size) => 10 ** Math.round(Math.log10(size));

  const slip = (ratio, rtol, fraction) => {
    const { sign, signed, hundred, ten } = rules.words;
    const [size, also] = [Math.abs(ratio), ratio < 0 ? signed : ""];
    if (near(size, 1, rtol)) return also && ["sign", sign];
    if (fraction && near(size, 100, rtol)) return ["per cent", hundred + also];
    const known = rules.factors.find(([, factor]) => near(size, factor, rtol));
    if (known) return [known[0], known[2] + also];
    return ofTen(size) !== 1 && near(size / ofTen(size), 1, rtol) && ["power of ten", ten + also];
  };

  const twoSlips = (size, rtol) => {
    for (const [name, factor, words] of rules.factors) {
      if (!rules.second.includes(name)) continue;
      for (const left of [size / factor, size * factor]) {
        if (near(left / ofTen(left), 1, rtol)) {
          return [`generic:power of ten and ${name}`, say(rules.words["ten and"], { two: words })];
        }
      }
    }
    return null;
  };

  const diagnose = (asked, value) => {
    const { rtol, right } = asked;
    const floor = (v) => Math.max(asked.atol, 1e-9 * (Math.abs(v) || asked.size));
    const known = (table) => {
      const found = table.find(([v, , near]) => {
        const within = (near ?? rtol) * Math.abs(v - asked.zero) + floor(v);
        return Math.abs(value - v) <= within;
      });
      return found && asked.said[found[1]];
    };
    const ratio = (v) => (Math.abs(v) > floor(v) && value ? value / v : null);
    const quotient = ratio(right);
    const one = () => {
      const found = quotient && slip(quotient, rtol, asked.fraction);
      return found && [`generic:${found[0]}`, found[1]];
    };
    const withMistake = () => {
      for (const [v, hint] of asked.mistakes) {
        const two = ratio(v) && slip(ratio(v), rtol);
        if (two && ["sign", "power of ten", ...rules.second].includes(two[0])) {
          const both = say(rules.words.and, { one: hint, two: two[1] });
          return ["mistake+slip", both.length > 240 ? both.slice(0, 239) + "…" : both];
        }
      }
      return null;
    };
    const unknown = () => {
      if (!quotient) return ["unknown", rules.words.mixed];
      const off = Math.abs(Math.log10(Math.abs(quotient)));
      let far = quotient > 0 && off < 0.3 ? " by less than a factor of 2" : "";
      if (quotient > 0 && off > 1) far = " by more than a factor of ten";
      const size = quotient > 1 ? "large" : "small";
      return ["unknown", say(rules.words.unknown, { size, far })];
    };
    return (
      known(asked.first) || one() || known(asked.then) || withMistake() || known(asked.last) ||
      (quotient && twoSlips(Math.abs(quotient), rtol)) || known(asked.end) || unknown()
    );
  };

  const number = (asked, text) => {
    let found;
    try {
      found = read(text);
    } catch (error) {
      return ["invalid:text", say(rules.words.unreadable, { why: error.message })];
    }
    const plain = found.number * asked.size + asked.zero;
    const either = (value) => {
      const grouped = found.times && diagnose(asked, value * found.times);
      return grouped?.[0] === "right" ? grouped : diagnose(asked, value);
    };
    if (found.bare) {
      if (asked.dimension) return ["invalid:unit", asked.unitless];
      return either(plain);
    }
    const dimension = found.dimension.replace(/(,0)+$/, "").replace(/^0$/, "");
    if (dimension !== asked.dimension) {
      const got = rules.means[dimension] ? `; this is ${rules.means[dimension]}` : "";
      return ["invalid:unit", say(asked.misfit, { got })];
    }
    const verdict = either(found.value);
    const fits = verdict[0] !== "right" && diagnose(asked, plain)[0] === "right";
    return fits ? ["generic:unit", asked.other] : verdict;
  };

  const judge = {
    number,
    choose: (asked, text) => asked.verdicts[text] ?? ["invalid:none", rules.words.none],
    order: (asked, text) => asked.verdicts[text] ?? asked.wrong,
  };

  // memory: this browser's own

  const recall = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  };

  const keep = (id, text) => {
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...recall(), [id]: text }));
    } catch {} // no storage
  };

  // boxes

  const field = (box) => ({
    get: () => box.elements.answer.value, // of a text field, and of radio buttons
    set: (text) => (box.elements.answer.value = text),
  });

  const order = (box) => {
    const list = box.querySelector("ol");
    const said = box.querySelector(".answer-moved");
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const item = button?.closest("li");
      const up = button?.dataset.move === "up";
      const other = up ? item.previousElementSibling : item?.nextElementSibling;
      if (!other) return;
      if (up) other.before(item);
      else other.after(item);
      button.focus();
      list.dispatchEvent(new Event("input", { bubbles: true }));
      const place = [...list.children].indexOf(item) + 1;
      said.textContent = `${item.dataset.text}: ${place} of ${list.children.length}`;
    });
    return {
      get: () => [...list.children].map((item) => item.dataset.item).join(),
      set: (text) =>
        text.split(",").forEach((each) => list.append(list.querySelector(`[data-item="${each}"]`))),
    };
  };

  document.querySelectorAll("form.answer-box").forEach((box) => {
    const asked = JSON.parse(box.querySelector("script").textContent);
    const verdict = box.querySelector(".answer-verdict");
    const way = (asked.kind === "order" ? order : field)(box);
    const input = box.querySelector("input[type=text]");
    const show = () => {
      const [kind, hint] = judge[asked.kind](asked, way.get());
      box.dataset.kind = kind;
      verdict.textContent = hint;
      input?.setAttribute("aria-invalid", kind !== "right");
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
      input?.removeAttribute("aria-invalid");
    });
  });
})();
