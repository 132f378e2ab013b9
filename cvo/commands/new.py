"""``cvo new``: begin a file."""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cvo.errors import InputError
from cvo.output import Lang

if TYPE_CHECKING:
    from cvo.contribute.scaffold import Answers

_SAID = {
    "zh": {
        "language": "原文语言（zh 或 en）",
        "creators": "作者（新作者写“张三 | Zhang San”，多人用分号隔开）",
        "title-zh": "中文题名（没有则请翻译）",
        "title-en": "英文题名（没有则请翻译）",
        "year": "出版年份（2024、2024-05、2024-05-20，不详写“不详”）",
        "identifier": "标识符，如 doi:10.1234/abc（没有则直接回车）",
        "text": "文档的 UTF-8 文本文件，用于计算摘要值（没有则直接回车）",
        "key": "引用键",
        "written": "已写入",
        "terms": "已写入新词条",
        "add": "下列作者还不是词条：请按字母顺序加入 ontology/vocabulary/agent.ttl，或用 --agents 文件 直接写入",
        "next": "接下来",
    },
    "en": {
        "language": "language of the original (zh or en)",
        "creators": "authors (a new one as '张三 | Zhang San'; several with ; between them)",
        "title-zh": "title in Chinese (translate it where there is none)",
        "title-en": "title in English (translate it where there is none)",
        "year": "date of publication (2024, 2024-05, 2024-05-20 or unknown)",
        "identifier": "identifier such as doi:10.1234/abc (Enter: none)",
        "text": "the document as a UTF-8 text file, for its digest (Enter: none)",
        "key": "cite key",
        "written": "written",
        "terms": "new terms written",
        "add": "these authors are no terms yet: add them to ontology/vocabulary/agent.ttl in alphabetical order, or use --agents FILE",
        "next": "next",
    },
}

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, help="Begin a file.")


class AgentKind(StrEnum):
    """What an author can be."""

    PERSON = "person"
    ORGANISATION = "organisation"
    COLLECTIVE = "collective"


@app.callback()
def _new() -> None:
    pass


@app.command()
def source(  # noqa: PLR0913 - one parameter for each answer
    *,
    title_zh: Annotated[str, typer.Option(help="The title in Chinese.")] = "",
    title_en: Annotated[str, typer.Option(help="The title in English.")] = "",
    creator: Annotated[
        list[str] | None, typer.Option(help="An author: '张三 | Zhang San', a term such as cvt:weibo, or its label. Repeatable.")
    ] = None,
    kind: Annotated[AgentKind, typer.Option(help="What an author is that is no term yet.")] = AgentKind.PERSON,
    year: Annotated[str, typer.Option(help="2024, 2024-05, 2024-05-20 or unknown.")] = "",
    language: Annotated[str, typer.Option(help="The language of the original: zh or en.")] = "",
    identifier: Annotated[list[str] | None, typer.Option(help="doi:10.1234/abc, isbn:…, https://…. Repeatable.")] = None,
    license_: Annotated[str, typer.Option("--license", metavar="IRI", help="The licence of the document, if it has one.")] = "",
    text: Annotated[Path | None, typer.Option("--text", metavar="DOC", help="The document as UTF-8 text, for its digest.")] = None,
    encoder: Annotated[str, typer.Option(help="Who encodes it: an agent of the vocabulary.")] = "cvt:cvo-curators",
    key: Annotated[str, typer.Option(help="The cite key. Default: family name and year.")] = "",
    folder: Annotated[Path | None, typer.Option("--dir", help="Where to write. Default: instances, if it is here, else here.")] = None,
    agents: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the terms of new authors into FILE; else they are printed.")
    ] = None,
    asked: Annotated[bool | None, typer.Option("--ask/--no-ask", help="Ask for what is missing. Default: on a terminal.")] = None,
    lang: Annotated[Lang, typer.Option(help="The language of the questions.")] = Lang.EN,
) -> None:
    """Begin instances/<citekey>.ttl with the source, its text and its encoding; asks for what no option says.

    Example: cvo new source --title-zh 题名 --title-en Title --creator '张三 | Zhang San' --year 2024 --language zh
    """
    from cvo.contribute import scaffold  # noqa: PLC0415

    given = scaffold.Answers(
        title_zh, title_en, tuple(creator or ()), year, language, tuple(identifier or ()), license_, text, key, kind.value, encoder
    )
    if sys.stdin.isatty() if asked is None else asked:
        given = _ask(given, lang, folder)
    made, file = scaffold.write(given, folder)
    say = _SAID[lang.value]
    typer.echo(f"{say['written']}: {file}", err=True)
    if made.terms and agents:
        scaffold.insert_terms(agents, made.terms)
        typer.echo(f"{say['terms']}: {agents}", err=True)
    elif made.terms:
        typer.echo(say["add"], err=True)
        sys.stdout.write("\n".join(made.terms))
    typer.echo(f"{say['next']}: cvo validate {' '.join(map(str, filter(None, [file, agents])))}", err=True)


def _ask(given: Answers, lang: Lang, folder: Path | None) -> Answers:
    """Return *given* with the answers to what it lacks."""
    from dataclasses import replace  # noqa: PLC0415

    from cvo.contribute import scaffold  # noqa: PLC0415

    say = _SAID[lang.value]

    def answer(question: str, *, optional: bool = False, default: str = "") -> str:
        while True:
            typer.echo(f"{say[question]}{f' [{default}]' if default else ''}: ", nl=False, err=True)  # typer's own asks on stdout
            line = sys.stdin.readline()
            if not line:
                raise InputError("the answers end here", hint="give the rest as options; see cvo new source --help")
            if (said := line.strip() or default) or optional:
                return said

    language = given.language or answer("language", default="zh")
    creators = given.creators or tuple(filter(None, map(str.strip, re.split(r"[;；]", answer("creators")))))
    given = replace(
        given,
        language=language,
        creators=creators,
        title_zh=given.title_zh or answer("title-zh"),
        title_en=given.title_en or answer("title-en"),
        issued=given.issued or answer("year"),
        identifiers=given.identifiers or tuple(answer("identifier", optional=True).split()),
        text=given.text or (Path(document) if (document := answer("text", optional=True)) else None),
    )
    proposed = given.key or scaffold.propose_key(scaffold.agent(creators[0]), given.issued, scaffold.taken(folder)) if creators else ""
    return replace(given, key=given.key or answer("key", default=proposed))
