"""The columns of a table of claims: their names in both languages, and the property of the Turtle that each one holds."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

ZH, EN = "zh", "en"


@dataclass(frozen=True, slots=True)
class Column:
    """A column *name*, in Chinese *zh*, that holds values of the property *iri* (a prefixed name; none: it is no property).

    *form* says how a value is written: text, string, date, day, decimal, term, choice, claim, iri or plain. *kind* is the class
    of a term or a choice, *lang* the language of a text, *many* whether there may be several values, *node* whose property it is,
    *code* that of the rule which asks for such a value, if there is one.
    """

    name: str
    zh: str
    iri: str = ""
    form: str = "plain"
    kind: str = ""
    lang: str = ""
    many: bool = False
    node: str = ""
    code: str = ""

    @property
    def rule(self) -> str:
        """Return the code of the rule that a value breaks which cannot be understood.

        >>> CLAIMS.column("stage").rule, CLAIMS.column("contradicts").rule, SOURCE.column("publisher").rule
        ('CVO-STAGE', 'CVO-CLAIM-NUMBER', 'CVO-TERM')
        """
        return self.code or {"term": "CVO-TERM", "choice": "CVO-TERM", "claim": "CVO-CLAIM-NUMBER"}.get(self.form, "CVO-CELL")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet *name*, in Chinese *zh*, with its *columns*."""

    name: str
    zh: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column called *name*."""
        return next(column for column in self.columns if column.name == name)


def _both(name: str, zh: str, iri: str) -> tuple[Column, Column]:
    """Return the columns of a text that is there in both languages."""
    return Column(f"{name}-zh", f"{zh}（中文）", iri, "text", lang=ZH), Column(f"{name}-en", f"{zh}（英文）", iri, "text", lang=EN)


COMMENT = Column("comment", "注释")
NOTE = _both("note", "编者按", "skos:editorialNote")
ABOUT = (
    Column("contributor", "贡献者", "dcterms:contributor", "term", "cvo:Agent", many=True),
    Column("publisher", "出版者", "dcterms:publisher", "term", "cvo:Agent", many=True),
    Column("issued", "出版日期", "dcterms:issued", "date", code="CVO-ISSUED-DATE"),
    Column("identifier", "标识符", "dcterms:identifier", "string", many=True),
    Column("citation", "引用格式", "dcterms:bibliographicCitation", "string"),
)
RIGHTS = (
    *_both("description", "说明", "dcterms:description"),
    Column("rights", "权利", "dcterms:rights", "string"),
    Column("license", "许可", "dcterms:license", "iri", code="CVO-LICENSE"),
)
SOURCE = Sheet(
    "source",
    "来源",
    (
        Column("cite-key", "引用键", "cvo:citeKey", "string", code="CVO-CITE-KEY"),
        *_both("title", "题名", "dcterms:title"),
        Column("creator", "作者", "dcterms:creator", "term", "cvo:Agent", many=True, code="CVO-CREATOR"),
        *ABOUT,
        Column("language", "语言", "dcterms:language", "string"),
        *RIGHTS,
        *NOTE,
        Column("encoder", "编码者", "prov:wasAttributedTo", "term", "cvo:Agent", many=True, node="encoding", code="CVO-ENCODER"),
        Column("created", "编码日期", "dcterms:created", "day", node="encoding", code="CVO-ENCODING-DATE"),
        Column("modified", "修改日期", "dcterms:modified", "day", node="encoding"),
        COMMENT,
    ),
)
TEXTS = Sheet(
    "texts",
    "文本",
    (
        Column("id", "编号"),
        *_both("title", "题名", "dcterms:title"),
        Column("creator", "作者", "dcterms:creator", "term", "cvo:Agent", many=True, code="CVO-CREATOR"),
        *ABOUT,
        Column("language", "语言", "dcterms:language", "string"),
        Column("format", "格式", "dcterms:format", "string"),
        *RIGHTS,
        *NOTE,
        Column("digest", "文本摘要", "cvo:textDigest", "uri", node="state", code="CVO-TEXT-DIGEST"),
        COMMENT,
    ),
)
RELATIONS = (
    Column("agrees-with", "一致", "cvo:agreesWith", "claim", many=True),
    Column("contradicts", "矛盾", "cvo:contradicts", "claim", many=True),
    Column("in-tension-with", "存在张力", "cvo:inTensionWith", "claim", many=True),
    Column("refines", "细化", "cvo:refines", "claim", many=True),
    Column("restates", "重述", "cvo:restates", "claim", many=True),
)
CLAIMS = Sheet(
    "claims",
    "论断",
    (
        Column("id", "编号"),
        Column("kind", "种类", "rdf:type", "choice", "cvo:Claim", code="CVO-CLAIM-TYPE"),
        *_both("statement", "陈述", "cvo:statement"),
        Column("subject", "主词", "cvo:claimSubject", "term", "cvo:Term", code="CVO-SUBJECT"),
        Column("relation", "关系", "cvo:claimPredicate", "term", "cvo:DomainRelation", code="CVO-PREDICATE"),
        Column("object", "宾词", "cvo:claimObject", "term", "cvo:Term", code="CVO-OBJECT"),
        Column("stage", "环节", "cvo:inStage", "term", "cvo:Stage", many=True, code="CVO-STAGE"),
        Column("sector", "行业", "cvo:inSector", "term", "cvo:Sector", many=True, code="CVO-SECTOR"),
        Column("addressee", "建议对象", "cvo:addressee", "term", "cvo:Party", many=True, code="CVO-ADDRESSEE"),
        Column("polarity", "极性", "cvo:polarity", "choice", "cvo:Polarity", code="CVO-POLARITY"),
        Column("modality", "情态", "cvo:modality", "choice", "cvo:ClaimModality", code="CVO-MODALITY"),
        Column("certainty", "确定程度", "cvo:certainty", "choice", "cvo:Certainty", code="CVO-CERTAINTY"),
        Column("basis", "依据", "cvo:basis", "choice", "cvo:Basis", code="CVO-BASIS"),
        *_both("qualifier", "限定语", "cvo:qualifier"),
        *_both("condition", "条件", "cvo:condition"),
        Column("event-date", "事件日期", "cvo:eventDate", "string"),
        Column("value", "数值", "qudt:numericValue", "decimal", code="CVO-FIGURE"),
        Column("unit", "单位", "qudt:unit", "term", "qudt:Unit", code="CVO-UNIT"),
        Column("raw-value", "原始数值", "cvo:rawValue", "string"),
        Column("approximation", "近似方式", "cvo:approximation", "choice", "cvo:Approximation", code="CVO-APPROXIMATION"),
        *_both("population", "总体", "cvo:population"),
        Column("period", "时期", "cvo:period", "string"),
        Column("holder", "观点持有者", "cvo:opinionHolder", "term", "cvo:Agent", many=True, code="CVO-HOLDER"),
        Column("attribution", "归属方式", "cvo:attributionMode", "choice", "cvo:AttributionMode", code="CVO-ATTRIBUTION"),
        Column("passage", "段落", "cvo:locator", "passage", many=True, code="CVO-LOCATOR"),
        Column("section", "章节", many=True, code="CVO-SECTION"),
        Column("text", "文本"),
        *RELATIONS,
        *NOTE,
        COMMENT,
    ),
)
PASSAGES = Sheet(
    "passages",
    "段落",
    (
        Column("id", "编号"),
        Column("text", "文本"),
        Column("section", "章节", code="CVO-SECTION"),
        Column("passage", "段落"),
        Column("start", "起点"),
        Column("end", "终点"),
        Column("length", "长度"),
        Column("digest", "摘要"),
        Column("reason", "不取理由", "cvo:omissionReason", "choice", "cvo:OmissionReason", code="CVO-OMISSION-REASON"),
        *NOTE,
        COMMENT,
    ),
)
COMPARISONS = Sheet(
    "comparisons",
    "比较",
    (
        Column("id", "编号"),
        Column("first", "第一论断", "cvo:firstClaim", "claim", code="CVO-FIRST-CLAIM"),
        Column("relation", "比较关系", "cvo:comparisonRelation", "choice", "cvo:relatesToClaim", code="CVO-COMPARISON-RELATION"),
        Column("second", "第二论断", "cvo:secondClaim", "claim", code="CVO-SECOND-CLAIM"),
        *_both("reason", "理由", "cvo:reason"),
        Column("judge", "判断者", "prov:wasAttributedTo", "term", "cvo:Agent", many=True, code="CVO-JUDGE"),
        COMMENT,
    ),
)
SHEETS = (SOURCE, TEXTS, CLAIMS, PASSAGES, COMPARISONS)


def folded(text: str) -> str:
    """Return *text* as names of sheets and columns are compared: letters and digits alone.

    >>> folded("Statement (ZH)"), folded("陈述（中文）")
    ('statementzh', '陈述中文')
    """
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).casefold()


def headers(sheet: Sheet) -> dict[str, Column]:
    """Return the columns of *sheet* by the folded names that a header may have.

    >>> headers(CLAIMS)["主词"].name, headers(CLAIMS)["eventdate"].name
    ('subject', 'event-date')
    """
    return _HEADERS[sheet.name]


_HEADERS = {sheet.name: {folded(name): column for column in sheet.columns for name in (column.name, column.zh)} for sheet in SHEETS}
