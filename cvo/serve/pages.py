"""What a person sees of a thing in a browser: its card as a page, in Chinese or English; a first page; a form for questions."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cvo.names import expanded, short
from cvo.serve.negotiation import ENDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cvo.ask.card import Card, Line, Texts, Value

STYLE = (
    "body{font:1.05rem/1.6 system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"
    "}body{max-width:52rem;margin:0 auto;padding:1rem}"
    "dt{font-weight:600;margin-top:.6rem}dd{margin:0 0 0 1.5rem}code{font-size:.9em;overflow-wrap:anywhere}"
    "section{border-top:1px solid #767676;margin-top:1.5rem}textarea{width:100%;font:1rem/1.4 monospace}"
    ":root{color-scheme:light dark}nav ul{padding:0}nav li{display:inline;margin-right:1rem}"
)
OTHER = {"en": ("zh", "中文"), "zh": ("en", "English")}
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "skip": "Skip to the content",
        "formats": "Formats",
        "claims": "Claims that speak of it",
        "first": "the first {n} of {all}",
        "parts": "What it contains",
        "home": "Contents",
        "ask": "Ask with SPARQL",
        "query": "Query (SPARQL 1.1)",
        "format": "Format of the answer",
        "send": "Ask",
        "note": "note",
        "graphs": "Named graphs",
        "read": "This endpoint only reads. It speaks the SPARQL 1.1 Protocol; SERVICE is refused.",
    },
    "zh": {
        "skip": "跳到正文",
        "formats": "格式",
        "claims": "涉及它的论断",
        "first": "共 {all} 条，此处列前 {n} 条",
        "parts": "所含内容",
        "home": "目录",
        "ask": "用 SPARQL 提问",
        "query": "查询语句（SPARQL 1.1）",
        "format": "回答的格式",
        "send": "提问",
        "note": "编者注",
        "graphs": "命名图",
        "read": "本端点只读，遵循 SPARQL 1.1 协议；不接受 SERVICE。",
    },
}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
"""What such a page may load: nothing."""


def page(title: str, body: Iterable[str], lang: str, *, up: str = "", head: str = "") -> str:
    """Return a whole page; *up* is the way from it to the first page."""
    words = WORDS[lang]
    other, name = OTHER[lang]
    return "".join([
        f'<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>{head}</head>\n<body>\n",
        f'<a href="#main">{words["skip"]}</a>\n<nav aria-label="cvo"><ul><li><a href="{up or "./"}?lang={lang}">{words["home"]}</a></li>',
        f'<li><a href="{up}sparql?lang={lang}">{words["ask"]}</a></li>',
        f'<li><a href="?lang={other}" hreflang="{other}" lang="{other}">{name}</a></li></ul></nav>\n<main id="main">\n',
        *body,
        "</main>\n</body>\n</html>\n",
    ])  # fmt: skip


def document(card: Card, parts: Sequence[Card], linked: Callable[[str], str], path: str, lang: str) -> str:
    """Return the page of *card* and of the things with a fragment in the same document, *parts*."""
    up = "../" * path.count("/")

    def href(iri: str) -> str:
        local = linked(iri)
        return up + local if local else iri if iri.startswith(("http://", "https://")) else ""

    name = path.rpartition("/")[2]
    links = "".join(f'<link rel="alternate" type="{media}" href="{escape(name + ending)}">' for ending, media in ENDINGS.items())
    here = escape(name)
    links += f'<link rel="canonical" href="{here}.html?lang={lang}"><link rel="cite-as" href="{escape(card.iri)}">'
    links += "".join(f'<link rel="alternate" hreflang="{other}" href="{here}.html?lang={other}">' for other in WORDS)
    return page(_title(card, lang), _document(card, parts, href, name, lang), lang, up=up, head=links)


def _document(card: Card, parts: Sequence[Card], href: Callable[[str], str], name: str, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    yield from _card(card, href, lang, "h1")
    if card.claims:
        more = "" if len(card.claims) == card.total else f" ({words['first'].format(n=len(card.claims), all=card.total)})"
        yield f"<section><h2>{words['claims']}: {card.total}{more}</h2>\n<ul>\n"
        yield from (f"<li>{_value(claim, href, lang)}</li>\n" for claim in card.claims)
        yield "</ul></section>\n"
    if parts:
        yield f"<h2>{words['parts']}: {len(parts)}</h2>\n"
    for part in parts:
        yield f'<section id="{escape(part.iri.partition("#")[2])}">\n'
        yield from _card(part, href, lang, "h3")
        yield "</section>\n"
    formats = " · ".join(f'<a href="{escape(name + ending)}">{ending[1:]}</a>' for ending in ENDINGS if ending != ".html")
    yield f"<p>{words['formats']}: {formats}</p>\n"


def _card(card: Card, href: Callable[[str], str], lang: str, heading: str) -> Iterator[str]:
    yield f"<{heading}>{_texts(card.labels, lang) or escape(short(card.iri))}</{heading}>\n"
    yield f"<p><code>{escape(card.iri)}</code>"
    yield "".join(f" · {_value(kind, href, lang)}" for kind in card.kinds) + "</p>\n"
    for text in _chosen(card.meanings, lang):
        yield f"<p>{_text(text, lang)}</p>\n"
    if card.lines:
        yield "<dl>\n"
        yield from (_line(line, href, lang) for line in card.lines)
        yield "</dl>\n"
    for text in _chosen(card.notes, lang):
        yield f"<p><small>{WORDS[lang]['note']}: {_text(text, lang)}</small></p>\n"


def _line(line: Line, href: Callable[[str], str], lang: str) -> str:
    values = [value for value in line.values if not value.labels or value.labels[0][0] not in WORDS or _in(value.labels, lang)]
    if not values:
        return ""
    return (
        f"<dt>{_texts(line.labels, lang) or escape(line.name)}</dt>" + "".join(f"<dd>{_value(v, href, lang)}</dd>" for v in values) + "\n"
    )


def _in(texts: Texts, lang: str) -> bool:
    return lang in dict(texts)


def _value(value: Value, href: Callable[[str], str], lang: str) -> str:
    texts = _texts(value.labels, lang) or escape(value.name)
    iri = expanded(value.name)
    address = href(iri) if iri else ""
    return f'<a href="{escape(address)}">{texts}</a>' if address else texts


def _chosen(texts: Texts, lang: str) -> tuple[tuple[str, str], ...]:
    """Return the texts in *lang* and those in none; all of them if there are none such."""
    return tuple(text for text in texts if text[0] in ("", lang)) or texts[:1]


def _texts(texts: Texts, lang: str) -> str:
    return " ".join(_text(text, lang) for text in _chosen(texts, lang))


def _text(text: tuple[str, str], lang: str) -> str:
    language, words = text
    return escape(words) if language in ("", lang) else f'<span lang="{escape(language)}">{escape(words)}</span>'


def _title(card: Card, lang: str) -> str:
    return " ".join(words for _, words in _chosen(card.labels, lang)) or short(card.iri)


def index(cards: Iterable[Card], base: str, lang: str) -> str:
    """Return the first page: what is told of below *base*."""
    rows = (
        f'<li><a href="{escape(card.iri.removeprefix(base))}">{_texts(card.labels, lang) or escape(short(card.iri))}</a>'
        f" <small>{escape(card.iri.removeprefix(base))}</small></li>\n"
        for card in cards
    )
    return page("cvo", [f"<h1>{WORDS[lang]['home']}</h1>\n<ul>\n", *rows, "</ul>\n"], lang)


def form(graphs: Sequence[str], formats: Iterable[str], lang: str) -> str:
    """Return the page of the endpoint: a form that works without a script."""
    words = WORDS[lang]
    options = "".join(f"<option>{name}</option>" for name in formats)
    example = "SELECT ?risk ?label {\n  ?risk a cvo:Risk ; rdfs:label ?label\n}\nLIMIT 20"
    named = "".join(f"<li><code>{escape(graph)}</code></li>" for graph in graphs)
    return page(
        words["ask"],
        [
            f"<h1>{words['ask']}</h1>\n<p>{words['read']}</p>\n",
            f'<form method="get" action="sparql"><p><label for="query">{words["query"]}</label><br>',
            f'<textarea id="query" name="query" rows="12" required spellcheck="false">{example}</textarea></p>\n',
            f'<p><label for="format">{words["format"]}</label> <select id="format" name="format">{options}</select> ',
            f"<button>{words['send']}</button></p></form>\n",
            f"<h2>{words['graphs']}</h2><ul>{named}</ul>\n" if named else "",
        ],
        lang,
    )
