"""How far two encodings of the same passages agree: share of equal values and Cohen's kappa, for each property.

Prints the table of instances/AGREEMENT.md from agreement.tsv, which holds both encodings as they were before anything was corrected:
``python bench/agreement.py``.
"""

import csv
from collections import Counter
from pathlib import Path

SAMPLE = Path(__file__).with_name("agreement.tsv")
PROPERTIES = ("polarity", "modality", "certainty", "attribution", "holder", "subject", "predicate", "object")


def pairs(path=SAMPLE):
    """Return the two rows of each claim, the first coder's before the second's."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return list(zip(rows[::2], rows[1::2], strict=True))


def agreement(found):
    """Return the share of pairs of values that are equal, and Cohen's kappa, which is None where both coders used one value only."""
    found = list(found)
    observed = sum(one == two for one, two in found) / len(found)
    first, second = Counter(one for one, _ in found), Counter(two for _, two in found)
    chance = sum(number * second[value] for value, number in first.items()) / len(found) ** 2
    return observed, None if chance == 1 else (observed - chance) / (1 - chance)


def table(rows):
    """Return the lines of a Markdown table: a row for each property, a column for each source and for all."""
    sources = list(dict.fromkeys(one["source"] for one, _ in rows))
    lines = ["| | " + " | ".join([*(f"`{s}`" for s in sources), "all", "κ, all"]) + " |", "|---" * (len(sources) + 3) + "|"]
    for name in PROPERTIES:
        cells = [agreement((o[name], t[name]) for o, t in rows if o["source"] == s)[0] for s in sources]
        share, kappa = agreement((o[name], t[name]) for o, t in rows)
        cells = [f"{cell:.0%}" for cell in (*cells, share)] + ["–" if kappa is None else f"{kappa:.2f}"]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    terms = ("subject", "predicate", "object")
    same = [(o["source"], all(o[n] == t[n] for n in terms)) for o, t in rows]
    whole = [*(sum(equal for source, equal in same if source == s) for s in sources), sum(equal for _, equal in same)]
    counts = [*(sum(o["source"] == s for o, _ in rows) for s in sources), len(rows)]
    lines.append("| all three terms | " + " | ".join(f"{w / n:.0%}" for w, n in zip(whole, counts, strict=True)) + " | |")
    return lines


if __name__ == "__main__":
    print("\n".join(table(pairs())))
