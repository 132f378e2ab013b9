"""Claims, passages, sources and terms as CSV on the Web: tables, and metadata by which they are RDF again."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cvo.export.reading import parsed
from cvo.files import shipped
from cvo.terms import CVO, DCTERMS, OA, PREFIXES, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cvo.export.reading import Node, Statements, Term

SEPARATOR = " "
_TEXTS = " | "
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
METADATA = "csv-metadata.json"
"""The name under which CSV on the Web looks for the metadata of the tables beside them."""
_QUDT = PREFIXES["qudt"]
_STATUS = f"{PREFIXES['vs']}term_status"
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its *name* and Chinese title, and the *relation* whose values it holds: IRIs, *texts* in *lang*, or a *kind* of data."""

    name: str
    zh: str
    relation: str = ""
    lang: str = ""
    kind: str = "anyURI"
    many: bool = False

    def cell(self, values: list[Term]) -> str:
        """Return the cell for *values*: those of the language, or all."""
        mine = [v for v in values if isinstance(v, ox.Literal) and v.language == self.lang] if self.lang else values
        return (_TEXTS if self.lang else SEPARATOR).join(v.value for v in mine if not isinstance(v, ox.Triple))

    def described(self, cells: list[str]) -> dict[str, Any]:
        """Return what the metadata say of the column whose *cells* these are.

        A list of IRIs has no RDF: CSV on the Web makes one IRI, or texts, of it. It is a list only if a cell holds two.
        """
        said: dict[str, Any] = {"name": self.name, "titles": {"en": self.name, "zh": self.zh}}
        if not self.relation:
            return {**said, **({"lang": self.lang} if self.lang else {"datatype": self.kind}), "suppressOutput": True}
        said["propertyUrl"] = self.relation
        if self.lang:
            return {**said, "lang": self.lang, **({"separator": _TEXTS} if self.many else {})}
        said["datatype"] = self.kind
        if self.kind == "anyURI" and any(SEPARATOR in cell for cell in cells):
            return {**said, "separator": SEPARATOR, "suppressOutput": True}
        return {**said, "valueUrl": f"{{+{self.name}}}"} if self.kind == "anyURI" else said


def _both(name: str, zh: str, relation: str, *, many: bool = False) -> tuple[Column, Column]:
    return Column(f"{name}_zh", f"{zh}（中文）", relation, "zh", many=many), Column(
        f"{name}_en", f"{zh}（英文）", relation, "en", many=many
    )


CLAIMS = (
    Column("type", "类型", f"{RDF}type"),
    *_both("statement", "陈述", f"{CVO}statement"),
    Column("subject", "主语", f"{CVO}claimSubject"),
    Column("subject_zh", "主语（中文）", lang="zh"),
    Column("subject_en", "主语（英文）", lang="en"),
    Column("predicate", "谓语", f"{CVO}claimPredicate"),
    Column("object", "宾语", f"{CVO}claimObject"),
    Column("object_zh", "宾语（中文）", lang="zh"),
    Column("object_en", "宾语（英文）", lang="en"),
    Column("stage", "环节", f"{CVO}inStage"),
    Column("sector", "行业", f"{CVO}inSector"),
    Column("polarity", "极性", f"{CVO}polarity"),
    Column("modality", "情态", f"{CVO}modality"),
    Column("certainty", "确定程度", f"{CVO}certainty"),
    Column("basis", "依据", f"{CVO}basis"),
    Column("holder", "持论者", f"{CVO}opinionHolder"),
    Column("attribution", "归属方式", f"{CVO}attributionMode"),
    Column("addressee", "建议对象", f"{CVO}addressee"),
    Column("source", "来源", f"{CVO}statedIn"),
    Column("passage", "段落", f"{CVO}locator"),
    *_both("qualifier", "限定语", f"{CVO}qualifier"),
    *_both("condition", "条件", f"{CVO}condition"),
    Column("event_date", "事件日期", kind="string"),
    Column("value", "数值", f"{_QUDT}numericValue", kind="decimal"),
    Column("unit", "单位", f"{_QUDT}unit"),
    Column("raw_value", "原文数值", f"{CVO}rawValue", kind="string"),
    Column("approximation", "近似", f"{CVO}approximation"),
    *_both("population", "统计对象", f"{CVO}population"),
    *_both("note", "编者注", f"{SKOS}editorialNote"),
)
SOURCES = (
    Column("key", "引用键", f"{CVO}citeKey", kind="string"),
    *_both("title", "题名", f"{DCTERMS}title"),
    Column("creator", "作者", f"{DCTERMS}creator"),
    Column("issued", "出版日期", kind="string"),
    Column("identifier", "标识符", f"{DCTERMS}identifier", kind="string"),
    Column("citation", "书目引文", f"{DCTERMS}bibliographicCitation", kind="string"),
    Column("language", "语言", f"{DCTERMS}language", kind="string"),
)
PASSAGES = (
    Column("part", "序号", kind="integer"),
    Column("section", "章节", kind="string"),
    Column("expression", "文本", kind="string"),
    Column("start", "起", kind="integer"),
    Column("end", "止", kind="integer"),
    Column("digest", "摘要值", kind="string"),
    Column("length", "长度", kind="integer"),
)
TERMS = (
    Column("kind", "类别", f"{RDF}type"),
    *_both("label", "名称", f"{SKOS}prefLabel"),
    *_both("synonyms", "同义词", f"{SKOS}altLabel", many=True),
    *_both("definition", "定义", f"{SKOS}definition"),
    *_both("scope", "范围注释", f"{SKOS}scopeNote"),
    Column("broader", "上位词", f"{SKOS}broader"),
    Column("scheme", "词表", f"{SKOS}inScheme"),
    Column("status", "状态", _STATUS, kind="string"),
    Column("source", "来源", f"{DCTERMS}source"),
    *(Column(f"{name}_match", zh, f"{SKOS}{name}Match") for name, zh in (("exact", "精确对应"), ("close", "近似对应"))),
    *(Column(f"{name}_match", zh, f"{SKOS}{name}Match") for name, zh in (("broad", "上位对应"), ("narrow", "下位对应"))),
    Column("related_match", "相关对应", f"{SKOS}relatedMatch"),
)


def tables(statements: Statements) -> Iterator[tuple[str, bytes]]:
    """Give the tables of the claims of *statements* and of the terms, shipped ones and those of the same files, then the metadata.

    Raises: whatever reading the files raises.
    """
    terms = _terms(statements)
    sources = dict.fromkeys(source for claim in statements.claims for source in statements.values(claim, f"{CVO}statedIn"))
    passages = dict.fromkeys(passage for claim in statements.claims for passage in statements.values(claim, f"{CVO}locator"))
    made = {
        "claims": ("claim", CLAIMS, [_claim(claim, statements, terms) for claim in statements.claims]),
        "passages": ("passage", PASSAGES, [row for passage in passages for row in _passage(passage, statements)]),
        "sources": ("source", SOURCES, [_source(source, statements) for source in sources]),
        "terms": ("term", TERMS, [_row(term, said, TERMS) for term, said in terms.items()]),
    }
    for name, (about, columns, rows) in made.items():
        yield f"{name}.csv", _csv([[about, *(column.name for column in columns)], *rows])
    yield METADATA, _metadata(made)


Said = dict[str, list["Term"]]


def _terms(statements: Statements) -> dict[str, Said]:
    """Return what is said of each term, sorted by its IRI: those of the vocabulary, and those that the files themselves define."""
    found: dict[str, Said] = {}
    quads = [quad for path in (*shipped("ontology/vocabulary"), *shipped("ontology/alignments")) for quad in parsed(path)]
    quads += [ox.Quad(node, ox.NamedNode(relation), value) for node, said in statements.out.items() for relation, value in said]
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode):
            found.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object)
    return {iri: found[iri] for iri in sorted(found) if f"{SKOS}inScheme" in found[iri]}


def _row(about: str, said: Said, columns: Sequence[Column]) -> list[str]:
    return [about, *(column.cell(said.get(column.relation, [])) for column in columns)]


def _of(node: Term, statements: Statements) -> Said:
    said: Said = {}
    for relation, value in statements.out.get(node, ()):  # type: ignore[arg-type]  # a literal has none
        said.setdefault(relation, []).append(value)
    return said


def _claim(claim: Node, statements: Statements, terms: dict[str, Said]) -> list[str]:
    said = _of(claim, statements)
    row = _row(claim.value, said, CLAIMS)
    for at, column in enumerate(CLAIMS, start=1):
        part = column.name.removesuffix(f"_{column.lang}")
        if column.name == "event_date":
            row[at] = column.cell(said.get(f"{CVO}eventDate", []))
        elif not column.relation:
            ends = said.get(CVO + {"subject": "claimSubject", "object": "claimObject"}[part], [])
            labels = [v for end in ends if isinstance(end, ox.NamedNode) for v in terms.get(end.value, {}).get(f"{RDFS}label", [])]
            row[at] = column.cell(labels)
    return row


def _source(source: Term, statements: Statements) -> list[str]:
    row = _row(source.value, _of(source, statements), SOURCES)  # type: ignore[union-attr]  # a source is a thing
    row[1 + [column.name for column in SOURCES].index("issued")] = SEPARATOR.join(
        value.value for value in statements.values(source, f"{DCTERMS}issued") if isinstance(value, ox.Literal)
    )
    return row


def _passage(passage: Term, statements: Statements) -> Iterator[list[str]]:
    """Give a row for each part of *passage*: where it begins and ends, and the digest by which it is verified."""

    def text(node: Term | None, relation: str) -> str:
        value = statements.one(node, relation)
        return "" if value is None or isinstance(value, ox.Triple) else value.value

    for part, selector in enumerate(statements.values(passage, f"{OA}hasSelector"), start=1):
        digest = statements.one(selector, f"{OA}refinedBy")
        yield [
            passage.value,  # type: ignore[union-attr]  # a passage is a thing
            str(part),
            text(passage, f"{CVO}section"),
            text(passage, f"{OA}hasSource"),
            text(selector, f"{OA}start"),
            text(selector, f"{OA}end"),
            text(digest, f"{CVO}passageDigest"),
            text(digest, f"{CVO}passageLength"),
        ]


def _csv(rows: Rows) -> bytes:
    """Return *rows* as RFC 4180 has it: commas, quotes where they are needed, CR LF at the end of each line, UTF-8."""
    return "".join(",".join(map(_cell, row)) + "\r\n" for row in rows).encode()


def _cell(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if {",", '"', "\n", "\r"} & set(text) or text != text.strip() else text


def _metadata(made: dict[str, tuple[str, tuple[Column, ...], Rows]]) -> bytes:
    keys = {name: {row[0] for row in rows} for name, (_, _, rows) in made.items()}
    group = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": [
            {"@value": "Claims about AI in the cultural value chain", "@language": "en"},
            {"@value": "文化价值链中人工智能的论断", "@language": "zh"},
        ],
        "dc:license": {"@id": _LICENCE},
        "tables": [_table(name, *entry, keys) for name, entry in made.items()],
    }
    return (json.dumps(group, ensure_ascii=False, indent=1) + "\n").encode()


_TITLES = {"claim": "论断", "passage": "段落", "source": "来源", "term": "词条"}


def _table(name: str, about: str, columns: tuple[Column, ...], rows: Rows, keys: dict[str, set[str]]) -> dict[str, Any]:
    first = {"name": about, "titles": {"en": about, "zh": _TITLES[about]}, "datatype": "anyURI", "required": True, "suppressOutput": True}
    described = [column.described([row[at] for row in rows]) for at, column in enumerate(columns, start=1)]
    schema: dict[str, Any] = {
        "columns": [first, *described],
        "primaryKey": [about, "part"] if name == "passages" else about,
        "aboutUrl": f"{{+{about}}}",
    }
    if name == "claims":
        ends = {"subject": "terms", "object": "terms", "source": "sources"}
        at = {column.name: number for number, column in enumerate(columns, start=1)}
        schema["foreignKeys"] = [
            {"columnReference": end, "reference": {"resource": f"{there}.csv", "columnReference": there.removesuffix("s")}}
            for end, there in ends.items()
            if all(row[at[end]] in keys[there] for row in rows)
        ]
    return {"url": f"{name}.csv", "tableSchema": schema}


def packed(files: Iterator[tuple[str, bytes]]) -> bytes:
    """Return *files* as one zip file, the same for the same content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # else it is that of the machine
            archive.writestr(entry, content)
    return buffer.getvalue()
