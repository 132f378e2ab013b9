"""The beginnings of an instance file: the source, its text and its encoding, and a term for each author that is none yet."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from cvo.contribute.locate import named_information
from cvo.contribute.sentences import HAN
from cvo.dataset import load_shipped
from cvo.errors import InputError
from cvo.files import decode, read_bytes, read_text, shipped
from cvo.output import deliver
from cvo.terms import CVT, PREFIXES, SOURCE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

KEY: Final = re.compile(r"[a-z]+(-[a-z]+)*-([0-9]{4}[a-z]?|nd)")
KINDS: Final = {"person": "Person", "organisation": "Organisation", "collective": "Collective"}
UNKNOWN: Final = ("unknown", "nd", "n.d.", "未知", "不详", "无")
_IDENTIFIER: Final = re.compile(r"doi:10[.][0-9]{4,9}/[^ ]+|[a-ce-z][a-z]*:[^ ]+")
_DOI: Final = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_HAN: Final = re.compile(f"[{HAN}]")
_USED: Final = ("cvo", "cvt", "dcterms", "oa", "prov", "qudt", "skos", "unit", "xsd")
_OF_TERMS: Final = ("cvo", "cvt", "dcterms", "owl", "rdfs", "skos", "vs", "xsd")

_TERM: Final = """\
cvt:{name} a cvo:{kind} ;
  rdfs:label {zh} , {en} ;
  skos:prefLabel {zh} , {en} ;
  skos:definition "{key} 的作者。"@zh ,
    "The author of {key}."@en ;
  skos:inScheme <https://w3id.org/cvo/vocabulary/agent> ;
  dcterms:source <{source}> ;
  dcterms:created "{today}T00:00:00Z"^^xsd:dateTime ;
  rdfs:isDefinedBy <https://w3id.org/cvo/vocabulary/agent> ;
  vs:term_status "testing" .
"""


@dataclass(frozen=True, slots=True)
class Agent:
    """Someone who wrote a source: the *name* of the term, its *labels* in Chinese and English, and whether it is *known* already."""

    name: str
    labels: tuple[str, str]
    known: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """What is asked about a source; *issued* is a date or empty, *creators* are names or labels of agents, or ``中文名 | Latin name``."""

    title_zh: str
    title_en: str
    creators: tuple[str, ...]
    issued: str
    language: str
    identifiers: tuple[str, ...] = ()
    license: str = ""
    text: Path | None = None
    key: str = ""
    kind: str = "person"
    encoder: str = "cvt:cvo-curators"


@dataclass(frozen=True, slots=True)
class Scaffold:
    """An instance file without claims: its *key*, its Turtle *text*, and the blocks of the *terms* that the vocabulary lacks."""

    key: str
    text: str
    terms: tuple[str, ...]


def scaffold(answers: Answers, taken: Collection[str] = (), today: date | None = None) -> Scaffold:
    """Return the instance file that begins with *answers*; no cite key of *taken* or of a shipped source is used again.

    Raises: InputError, if an answer is missing or not what it should be.
    """
    day = (today or datetime.now(UTC).date()).isoformat()
    for title, flag in ((answers.title_zh, "--title-zh"), (answers.title_en, "--title-en")):
        if not title.strip():
            raise InputError("a source needs a title in Chinese and one in English", hint=f"give {flag}; translate it where there is none")
    if answers.language not in ("zh", "en"):
        raise InputError(f"not a language of the data: {answers.language}", hint="--language zh or en, that of the original")
    if not answers.creators:
        raise InputError("a source needs an author", hint="--creator '张三 | Zhang San', or a term such as cvt:weibo")
    issued = _date(answers.issued)
    agents = [agent(creator) for creator in answers.creators]
    if len({a.name for a in agents}) < len(agents):
        raise InputError(f"an author is named twice: {' '.join(answers.creators)}")
    used = {path.stem for path in shipped("instances")} | set(taken)
    key = answers.key or propose_key(agents[0], answers.issued, used)
    _check_key(key, answers.issued, used)
    encoder = agent(answers.encoder)
    if not encoder.known:
        raise InputError(f"not an agent of the vocabulary: {answers.encoder}", hint="add the term first, or leave --encoder out")
    text = _source(key, answers, agents, encoder, issued, day)
    terms = tuple(
        _TERM.format(
            name=a.name,
            kind=KINDS[answers.kind],
            zh=_said(a.labels[0], "zh"),
            en=_said(a.labels[1], "en"),
            key=key,
            source=SOURCE + key,
            today=day,
        )
        for a in agents
        if not a.known
    )
    return Scaffold(key, text, terms)


def write(answers: Answers, folder: Path | None = None) -> tuple[Scaffold, Path]:
    """Return the scaffold of *answers* and the file in *folder* that now holds it; a file that is there is never overwritten.

    Without a *folder* it is ``instances``, where that is here, else the folder that we are in.
    Raises: InputError, as `scaffold` does, or if the file is there or cannot be written.
    """
    made = scaffold(answers, taken(folder))
    where = _folder(folder)
    if not where.is_dir():
        raise InputError(f"no such folder: {where}", hint="make it first, or name another with --dir")
    file = where / f"{made.key}.ttl"
    if file.exists():
        raise InputError(f"is there already: {file}", hint="choose another cite key with --key")
    deliver(made.text, file)
    return made, file


def taken(folder: Path | None = None) -> set[str]:
    """Return the cite keys of the files in *folder*, as `write` understands it, and of the shipped sources."""
    return {path.stem for path in [*_folder(folder).glob("*.ttl"), *shipped("instances")] if KEY.fullmatch(path.stem)}


def _folder(folder: Path | None) -> Path:
    return folder or (Path("instances") if Path("instances").is_dir() else Path())


def agent(words: str) -> Agent:
    """Return the agent that *words* mean: a term's name, a label of one, or a new one from ``中文名 | Latin name``.

    >>> agent("cvt:weibo").known, agent("微博").name
    (True, 'weibo')
    >>> agent("李四 | Li Si")
    Agent(name='li-si', labels=('李四', 'Li Si'), known=False)

    Raises: InputError, if it is new and its name in Latin letters is missing, or its term's name is taken.
    """
    words = words.strip()
    known = _agents()
    chinese, bar, latin = (part.strip() for part in words.partition("|"))
    for name, labels in known.items():
        if words.removeprefix("cvt:") == name or words in labels or (bar and {chinese, latin} <= set(labels)):
            return Agent(name, labels, known=True)
    if words.startswith("cvt:"):
        raise InputError(f"not an agent of the vocabulary: {words}", hint="for a new one give the name: '张三 | Zhang San'")
    if not latin and not _HAN.search(chinese):
        latin = chinese
    name = slug(latin)
    if not name:
        raise InputError(f"a new author needs the name in Latin letters as well: {words}", hint=f"write '{chinese or '张三'} | Zhang San'")
    if _is_term(name):
        raise InputError(f"the vocabulary has another {name}: {words}", hint=f"if it is the same, write cvt:{name}; else add a middle name")
    return Agent(name, (chinese or latin, latin), known=False)


def propose_key(first: Agent, issued: str, used: Collection[str]) -> str:
    """Return a cite key that is not *used*, from the family name of the *first* author and the year.

    >>> propose_key(Agent("li-si", ("李四", "Li Si"), False), "2024-05", {"li-2024"})
    'li-2024b'
    >>> propose_key(Agent("jane-smith", ("Jane Smith", "Jane Smith"), False), "unknown", set())
    'smith-nd'
    """
    parts = re.sub(r"[0-9]+", "", first.name).strip("-").split("-")
    parts = [part for part in parts if part] or ["anonymous"]
    family = parts[0] if _HAN.search(first.labels[0]) else parts[-1]
    if issued.lower() in UNKNOWN or not issued:
        longer = (f"{'-'.join(parts)}{'-x' * n}-nd" for n in range(99))
        return next(key for key in (f"{family}-nd", *longer) if key not in used)
    year = issued[:4]
    return next((key for key in (f"{family}-{year}{letter}" for letter in ["", *"bcdefghijklmnopqrstuvwxyz"]) if key not in used), "")


def slug(name: str) -> str:
    """Return *name* as the name of a term.

    >>> slug("José-María O'Neill"), slug("张三")
    ('jose-maria-o-neill', '')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def insert_terms(file: Path, blocks: Sequence[str]) -> None:
    """Write the term *blocks* into *file*, each at its place in the alphabet; a file that is not there is begun.

    Raises: InputError, if the file cannot be read or written, or has a term of this name.
    """
    head = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in _OF_TERMS)
    text = read_text(file) if file.exists() else head
    for block in blocks:
        name = block.split(" ", 1)[0]
        found = [(m.start(), m.group(1)) for m in re.finditer(r"^(cvt:[\w-]+) a ", text, re.MULTILINE)]
        if name in [other for _, other in found]:
            raise InputError(f"has {name} already: {file}")
        place = next((start for start, other in found if other > name), None)
        text = f"{text.rstrip()}\n\n{block}" if place is None else f"{text[:place]}{block}\n{text[place:]}"
    deliver(text, file)


def _source(  # noqa: PLR0913, PLR0917 - the parts of one file
    key: str, answers: Answers, agents: Sequence[Agent], encoder: Agent, issued: str, day: str
) -> str:
    language = answers.language
    title = answers.title_zh if language == "zh" else answers.title_en
    identifiers = list(dict.fromkeys(map(identifier, answers.identifiers)))
    lines = [
        f"@prefix : <{SOURCE}{key}#> .",
        *(f"@prefix {name}: <{PREFIXES[name]}> ." for name in _USED),
        "",
        f"<{SOURCE}{key}> a cvo:Source ;",
        f'  cvo:citeKey "{key}" ;',
        f"  dcterms:title {_said(answers.title_zh, 'zh')} ,",
        f"    {_said(answers.title_en, 'en')} ;",
        f"  dcterms:creator {' , '.join(f'cvt:{a.name}' for a in agents)} ;",
        *([f"  dcterms:issued {issued} ;"] if issued else []),
        *([f"  dcterms:identifier {' , '.join(_said(i) for i in identifiers)} ;"] if identifiers else []),
        *([f"  dcterms:license {_iri(answers.license)} ;"] if answers.license else []),
        f'  dcterms:language "{language}" ;',
        "  cvo:hasExpression :text .",
        "",
        ":encoding a cvo:Encoding ;",
        f"  cvo:encodes <{SOURCE}{key}> ;",
        f"  prov:wasAttributedTo cvt:{encoder.name} ;",
        f'  dcterms:created "{day}"^^xsd:date ;',
        "  dcterms:license <https://creativecommons.org/licenses/by/4.0/> .",
        "",
        ":text a cvo:Expression ;",
        f"  dcterms:title {_said(title, language)} ;",
        f'  dcterms:language "{language}" .',
    ]
    if answers.text:
        data = read_bytes(answers.text)
        decode(data, str(answers.text))  # offsets can be counted only in UTF-8
        lines += ["", ":text-state a cvo:TextState ;", f'  cvo:textDigest "{named_information(data)}"^^xsd:anyURI .']
    lines += ["", "# ---- claims, in the order of the text", "", "# ---- passages: code points of the text, with a digest to verify them"]
    return "\n".join(lines) + "\n"


def identifier(text: str) -> str:
    """Return *text* as an identifier of a source, a DOI in its short form.

    >>> identifier("https://doi.org/10.1234/AbC"), identifier("isbn:9787300000000")
    ('doi:10.1234/AbC', 'isbn:9787300000000')

    Raises: InputError, if it is none.
    """
    doi = _DOI.fullmatch(text.strip())
    found = f"doi:{doi[1]}" if doi else text.strip()
    if not _IDENTIFIER.fullmatch(found):
        raise InputError(f"not an identifier: {text}", hint="write kind:value, such as doi:10.1234/abc, isbn:9787… or https://…")
    return found


def _date(text: str) -> str:
    """Return the date *text* as a literal of Turtle, nothing if it is unknown."""
    if text.strip().lower() in UNKNOWN:
        return ""
    kinds = {r"\d{4}": "gYear", r"\d{4}-\d\d": "gYearMonth", r"\d{4}-\d\d-\d\d": "date"}
    kind = next((kind for pattern, kind in kinds.items() if re.fullmatch(pattern, text.strip(), re.ASCII)), "")
    try:
        date.fromisoformat((text.strip() + "-01-01")[:10] if kind == "gYear" else (text.strip() + "-01")[:10])
    except ValueError:
        kind = ""
    if not kind:
        raise InputError(f"not a date: {text}", hint="--year 2024, 2024-05, 2024-05-20 or unknown")
    return f'"{text.strip()}"^^xsd:{kind}'


def _check_key(key: str, issued: str, used: Collection[str]) -> None:
    if not KEY.fullmatch(key):
        raise InputError(f"not a cite key: {key}", hint="names in lower case, then the year, such as li-2024 or li-nd; give it with --key")
    if key in used:
        raise InputError(f"the cite key is taken: {key}", hint="add a letter, such as li-2024b, or choose another with --key")
    if (issued.strip().lower() in UNKNOWN) != key.endswith("-nd"):
        raise InputError(f"the cite key and the year disagree: {key}", hint="-nd is for a source that bears no date")


def _said(text: str, language: str = "") -> str:
    return str(ox.Literal(" ".join(text.split()), language=language or None))


def _iri(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"{}|^`\\]+", text):
        raise InputError(f"not an address: {text}", hint="--license https://creativecommons.org/licenses/by/4.0/")
    return f"<{text}>"


@cache
def _agents() -> dict[str, tuple[str, str]]:
    """Return the agents of the vocabulary by the names of their terms, each with its label in Chinese and in English."""
    rows = load_shipped().query("""SELECT ?agent ?zh ?en { VALUES ?kind { cvo:Person cvo:Organisation cvo:Collective }
      ?agent a ?kind ; skos:prefLabel ?zh , ?en FILTER(LANG(?zh) = "zh" && LANG(?en) = "en") } ORDER BY ?agent""")
    return {row["agent"].removeprefix(CVT): (row["zh"], row["en"]) for row in rows}


@cache
def _is_term(name: str) -> bool:
    return len(load_shipped().query(f"SELECT ?p {{ <{CVT}{name}> ?p ?o }} LIMIT 1")) > 0
