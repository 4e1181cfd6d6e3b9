/* Numbers as people read them: 万 and 亿 in Chinese, K, M and B in English; exact where a cell is looked at or copied. */

const MISSING = "--";
const SHORT_ENOUGH = 10_000; // below this a number stands whole
const STEPS = {
  zh: [[1e8, "亿"], [1e4, "万"]],
  en: [[1e9, "B"], [1e6, "M"], [1e3, "K"]],
};
const SIGNED = new Set(["growth", "difference"]);

/** How values of the page are written; unit: {code, digits} of the plan's currency. */
export class Numbers {
  constructor(language, unit, exactly) {
    this.steps = STEPS[language.startsWith("zh") ? "zh" : "en"];
    this.unit = unit;
    this.exactly = exactly;
    this.size = 10 ** unit.digits;
    this.whole = grouped(0);
    this.cents = grouped(unit.digits);
  }

  /** As it stands in a cell. */
  brief(measure, value) {
    if (value === null || value === undefined) return MISSING;
    const sign = SIGNED.has(measure.id) && value > 0 ? "+" : "";
    if (measure.kind === "share") return `${sign}${(100 * value).toFixed(1)}%`;
    if (measure.kind === "ratio") return `${sign}${value.toFixed(2)}`;
    return sign + (this.exactly ? this.amount(value) : this.short(value));
  }

  /** To the smallest unit, with the currency's code. */
  exact(measure, value) {
    if (measure.kind !== "money" || value === null || value === undefined) return this.brief(measure, value);
    return `${this.unit.code} ${this.cents.format(value / this.size)}`;
  }

  /** To the smallest unit, where the unit is said beside it. */
  bare(measure, value) {
    return measure.kind === "money" && typeof value === "number" ? this.amount(value) : this.brief(measure, value);
  }

  /** As other programs take it, and as it is edited: no groups, no unit, no zeros at the end. */
  plain(measure, value) {
    if (value === null || value === undefined) return "";
    if (measure.kind === "share") return `${+(100 * value).toFixed(4)}%`;
    if (measure.kind === "ratio") return String(+value.toFixed(4));
    return String(+(value / this.size).toFixed(this.unit.digits));
  }

  amount(value) {
    return (value % this.size ? this.cents : this.whole).format(value / this.size);
  }

  short(value) {
    const major = value / this.size;
    if (Math.abs(major) < SHORT_ENOUGH) return this.amount(value);
    const [size, word] = this.steps.find(([one]) => tenth(Math.abs(major) / one) >= 1);
    return `${Math.sign(major) * tenth(Math.abs(major) / size)}`.replace(/^(-?\d+)$/, "$1.0") + word;
  }
}

function tenth(number) {
  return Math.round(number * 10) / 10;
}

function grouped(digits) {
  return new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
