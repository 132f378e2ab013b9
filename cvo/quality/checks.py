"""The catalogue of quality checks: SPARQL files that say in a header what they find, how grave it is and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cvo.errors import InputError, Place
from cvo.files import read_text, shipped
from cvo.findings import SEVERITIES, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GROUPS = ("owl", "metadata", "words", "language", "structure", "skos", "mapping", "claims", "numbers", "text")
"""What checks are about, in the order in which they are listed."""

ENGINES = ("sparql", "numbers", "profiles", "reasoner", "documents")
"""Who finds: the query alone; the query, of whose rows those stay whose numbers differ; the OWL API; HermiT; given documents."""

_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Check:
    """One quality check: its *code* stays the same for ever; *query* is empty where another engine finds.

    *like* names the tests of other tools that look for the same; a *symmetric* query tells of each pair, ``?focus`` and
    ``?other``, once. A hole ``{name}`` in a text is filled from the query's column.
    """

    code: str
    group: str
    severity: str
    messages: Texts
    help: Texts
    query: str = ""
    engine: str = "sparql"
    like: str = ""
    symmetric: bool = False

    def told(self, cells: dict[str, str]) -> tuple[Texts, Texts]:
        """Return the message and what to do, with *cells* in their holes."""
        return _filled(self.messages, cells), _filled(self.help, cells)


def _filled(texts: Texts, cells: dict[str, str]) -> Texts:
    """Return *texts* with *cells* in their holes.

    >>> _filled((("en", "{focus} is {what}"),), {"focus": "cvo:Risk"})
    (('en', 'cvo:Risk is '),)
    """
    return tuple((lang, _HOLE.sub(lambda hole: cells.get(hole[1], ""), text)) for lang, text in texts)


def parse(name: str, text: str) -> Check:
    r"""Return the check that *text*, the file called *name*, describes.

    The header is the run of lines at the top that start with ``#+``; below it stands a query that selects ``?focus``, and
    where it can ``?property`` and ``?value``: the triple at fault.

    >>> head = "#+ code: CVO-X\n#+ group: words\n#+ severity: warning\n"
    >>> texts = "".join(f"#+ {key}-{lang}: …\n" for key in ("message", "help") for lang in ("zh", "en"))
    >>> check = parse("x.rq", head + texts + "SELECT ?focus { ?focus a cvo:Risk }")
    >>> check.code, check.severity, check.query
    ('CVO-X', 'warning', 'SELECT ?focus { ?focus a cvo:Risk }')

    Raises: InputError, if something is missing in the header or unknown.
    """
    fields: dict[str, str] = {}
    lines = text.splitlines()
    number = 0
    for number, line in enumerate(lines):  # noqa: B007 - where the header ends
        if not line.startswith("#+"):
            break
        key, _, value = line.removeprefix("#+").partition(":")
        fields[key.strip()] = value.strip()
    else:
        number = len(lines)
    query = "\n".join(lines[number:]).strip()
    engine = fields.get("engine", "sparql")
    wanted = ("code", "group", "severity", "message-zh", "message-en", "help-zh", "help-en")
    wrong = [key for key in wanted if not fields.get(key)]
    wrong += [key for key, known in (("group", GROUPS), ("severity", SEVERITIES)) if fields.get(key, known[0]) not in known]
    wrong += ["engine"] if engine not in ENGINES else []
    wrong += ["query"] if bool(query) != (engine in ("sparql", "numbers")) else []
    if wrong:
        raise InputError(
            f"the header of a check is missing or wrong in: {', '.join(wrong)}",
            place=Place(name),
            hint="write `#+ code: …`, group, severity, message-zh, message-en, help-zh, help-en, and the query below",
        )
    messages, helps = (tuple((lang, fields[f"{key}-{lang}"]) for lang in ("en", "zh")) for key in ("message", "help"))
    return Check(
        fields["code"], fields["group"], fields["severity"], messages, helps, query, engine, fields.get("like", ""), "symmetric" in fields
    )


def catalogue() -> tuple[Check, ...]:
    """Return all shipped checks, by group and code.

    >>> len({check.code for check in catalogue()}) == len(catalogue()) > 50
    True
    """
    checks = [parse(str(path), read_text(path)) for path in shipped("ontology", "checks/*.rq")]
    return tuple(sorted(checks, key=lambda check: (GROUPS.index(check.group), check.code)))


def chosen(checks: Iterable[Check], select: Sequence[str] = (), ignore: Sequence[str] = ()) -> tuple[Check, ...]:
    """Return those of *checks* whose code or group is in *select* (empty: all) and not in *ignore*; case does not matter.

    A code may be shortened, as in ``CVO-SKOS``, to mean all that begin so.

    >>> [check.code for check in chosen(catalogue(), ["numbers"], ["CVO-FIGURES-RAW"])]
    ['CVO-FIGURES-STATEMENT', 'CVO-FIGURES-TRANSLATION']

    Raises: InputError, if a word means no check.
    """
    checks = tuple(checks)
    sets = []
    for words in (select, ignore):
        found: set[str] = set()
        for word in (part.strip() for text in words for part in text.split(",") if part.strip()):
            meant = {c.code for c in checks if c.group == word.lower() or c.code == word.upper() or c.code.startswith(f"{word.upper()}-")}
            if not meant:
                raise InputError(f"no such check or group of checks: {word}", hint=f"groups: {', '.join(GROUPS)}; see cvo check --list")
            found |= meant
        sets.append(found)
    return tuple(check for check in checks if (not sets[0] or check.code in sets[0]) and check.code not in sets[1])
