"""A validation report in the format that is asked for: for people, for programs, and for the places where contributors work."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cvo.errors import InputError, Message
from cvo.validation.reports.words import summary

if TYPE_CHECKING:
    from cvo.findings import Report

__all__ = ["FORMATS", "summary", "write"]

FORMATS = ("concise", "json", "jsonl", "sarif", "github", "junit", "md", "html", "turtle")


def write(report: Report, format: str = "concise", lang: str = "en", *, colour: bool = False) -> str:  # noqa: A002  the option's name
    """Return *report* in *format*, one of `FORMATS`, in *lang*; only ``concise`` has *colour*.

    JSON, HTML and Turtle have both languages.

    Raises: InputError, if there is no such format.
    """
    if format not in FORMATS:
        raise InputError(
            Message(f"no such format: {format}", f"没有这种格式：{format}"),
            hint=Message(f"one of {', '.join(FORMATS)}", f"可用的有 {'、'.join(FORMATS)}"),
        )
    options = {"colour": colour} if format == "concise" else {}
    text: str = import_module(f"cvo.validation.reports.{format}").write(report, lang, **options)
    return text
