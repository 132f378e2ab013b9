"""The guides of docs/ as pages of a site: Markdown of our own, without HTML in it, whose links lead to pages where there are any."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from posixpath import dirname, normpath
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from cvo.files import data_root, read_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

GUIDES = ("ask", "sparql", "add-a-paper", "check-in-ci", "reuse", "publish", "large")
"""The guides in the order in which they are read: the first for everybody, the last for those who run servers."""

_TABLE = "instances/TABLE"
_HAN = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef\u2018-\u201d\u2026]")
_ENDING = re.compile(r"(?:\.zh)?\.md$")


@dataclass(frozen=True, slots=True)
class Guide:
    """A document as a page: its *path* in the site, its *title*, its first paragraph as plain text, and its body as HTML."""

    path: str
    title: str
    lead: str
    body: Markup


def sources() -> dict[str, str]:
    """Return the documents that become pages, the guides first: the path of each page, and its file without the ending."""
    docs = data_root() / "docs"
    further = sorted(path.name.removesuffix(".zh.md") for path in docs.glob("*.zh.md"))
    return (
        {f"guides/{name}": f"docs/guides/{name}" for name in GUIDES} | {f"docs/{n}": f"docs/{n}" for n in further} | {"docs/table": _TABLE}
    )


def files() -> list[Path]:
    """Return the files that the pages are made from."""
    return [data_root() / f"{stem}{ending}" for stem in sources().values() for ending in (".md", ".zh.md")]


@cache
def guides(lang: str) -> tuple[Guide, ...]:
    """Return the pages in *lang*, the guides first."""
    return tuple(_read(path, stem, lang) for path, stem in sources().items())


def _read(path: str, stem: str, lang: str) -> Guide:
    text = read_text(data_root() / f"{stem}{'.zh' if lang == 'zh' else ''}.md")
    tokens = _without_switch(_parser().parse(text))
    title, lead = tokens[1].content, next(token.content for token in tokens[3:] if token.type == "inline")
    environment = {"lang": lang, "folder": dirname(stem)}
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", _target(str(child.attrGet("href")), path, environment))
    _name_headings(tokens)
    body = _parser().renderer.render(tokens[3:], _parser().options, environment)
    return Guide(path, title, _plain(lead), Markup(body))  # noqa: S704 - the parser escapes, and knows no HTML


@cache
def _parser() -> MarkdownIt:
    """Return the parser of Markdown, which takes HTML for text."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only a build that is not up to date needs it

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    parser.add_render_rule("table_open", lambda *_: '<div class="wide" tabindex="0"><table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    parser.add_render_rule("softbreak", _softbreak)
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("link_close", _link_close)
    return parser


def _fence(renderer: Any, tokens: Sequence[Token], index: int, options: Any, environment: Any) -> str:  # noqa: ANN401, ARG001 - its interface
    """Return a block of code: with the name of the file that it is, and what is typed apart from what is answered."""
    token = tokens[index]
    language, *marks = token.info.split() or [""]
    name = next((mark.removeprefix("file=") for mark in marks if mark.startswith("file=")), "")
    lines = [
        f"<b>{escape(line)}</b>" if language == "console" and line.startswith("$ ") else str(escape(line))
        for line in token.content.splitlines()
    ]
    shown = "\n".join(lines)
    return (f'<p class="file">{escape(name)}</p>\n' if name else "") + f'<pre tabindex="0"><code>{shown}</code></pre>\n'


def _softbreak(renderer: Any, tokens: Sequence[Token], index: int, options: Any, environment: Any) -> str:  # noqa: ANN401, ARG001 - its interface
    """Return what stands for the end of a line: nothing between Chinese characters, which a space would part."""
    before = next((token.content for token in reversed(tokens[:index]) if token.content), "")
    after = next((token.content for token in tokens[index + 1 :] if token.content), "")
    return "" if _HAN.match(before[-1:]) and _HAN.match(after[:1]) else "\n"


def _link_open(renderer: Any, tokens: Sequence[Token], index: int, options: Any, environment: Any) -> str:  # noqa: ANN401 - its interface
    return renderer.renderToken(tokens, index, options, environment) if tokens[index].attrGet("href") else ""


def _link_close(renderer: Any, tokens: Sequence[Token], index: int, options: Any, environment: Any) -> str:  # noqa: ANN401 - its interface
    opened = next(token for token in reversed(tokens[:index]) if token.type == "link_open")
    return renderer.renderToken(tokens, index, options, environment) if opened.attrGet("href") else ""


def _target(href: str, path: str, environment: dict[str, str]) -> str:
    """Return where a link of a document leads on its page; nothing, if the site does not hold what it leads to."""
    if ":" in href or href.startswith("#"):
        return href
    file, _, fragment = href.partition("#")
    stem = _ENDING.sub("", normpath(f"{environment['folder']}/{file}"))
    page = next((page for page, source in sources().items() if source == stem), "")
    mark = f"#{fragment}" if fragment else ""
    return f"{'../' * path.count('/')}{page}.{environment['lang']}.html{mark}" if page else ""


def _without_switch(tokens: list[Token]) -> list[Token]:
    """Return *tokens* without the paragraph that leads to the other language: a page has that in its head."""
    for i, token in enumerate(tokens[:6]):
        if token.type == "inline" and re.fullmatch(r"\[[^]]+\]\([\w.-]+\.md\)", token.content):
            return tokens[: i - 1] + tokens[i + 2 :]
    return tokens


def _name_headings(tokens: Sequence[Token]) -> None:
    """Give each heading the address that GitHub gives it, too."""
    seen: dict[str, int] = {}
    for i, token in enumerate(tokens):
        if token.type == "heading_open":
            name = _slug(tokens[i + 1].content)
            seen[name] = seen.get(name, -1) + 1
            token.attrSet("id", f"{name}-{seen[name]}" if seen[name] else name)


def _slug(heading: str) -> str:
    """Return the address of *heading* within its page.

    >>> _slug("Ask `cvo` in words, not SPARQL"), _slug("第一步：找词条")
    ('ask-cvo-in-words-not-sparql', '第一步找词条')
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _plain(text: str) -> str:
    r"""Return Markdown *text* without its marks.

    >>> _plain("Ask [the site](x.md) or `cvo`,\nin **words**.")
    'Ask the site or cvo, in words.'
    """
    joined = re.sub(rf"(?<={_HAN.pattern})\n(?={_HAN.pattern})", "", text).replace("\n", " ")
    return re.sub(r"\[([^]]*)\]\([^)]*\)|[`*]", r"\1", joined)
