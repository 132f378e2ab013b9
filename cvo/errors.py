"""What can go wrong: one tree of errors, each with what, where and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """A span of a text file; lines and columns count from 1, columns in code points. *cell* names a cell as spreadsheets do.

    >>> str(Place("claims.ttl", 21, 13))
    'claims.ttl:21:13'
    >>> str(Place("claims.ttl"))
    'claims.ttl'
    >>> str(Place("claims.xlsx", 12, 6, cell="claims!F12"))
    'claims.xlsx:claims!F12'
    """

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    cell: str = ""

    def __str__(self) -> str:
        """Return ``file:line:column`` as far as it is known, or ``file:cell``."""
        if self.cell:
            return f"{self.file}:{self.cell}"
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True, slots=True)
class Message:
    """What people are told: in English (*en*) and in Chinese (*zh*; empty: in English only).

    >>> Message("not a date: x", "不是日期：x").text("zh"), Message("no such file: x").text("zh")
    ('不是日期：x', 'no such file: x')
    """

    en: str
    zh: str = ""

    def __str__(self) -> str:
        """Return the English."""
        return self.en

    def text(self, lang: str) -> str:
        """Return the text in the language *lang*, else in English."""
        return self.zh if lang == "zh" and self.zh else self.en

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Return the text in each language, as findings hold them; nothing if there is none."""
        return tuple((lang, self.text(lang)) for lang in ("en", "zh")) if self.en else ()


def printable(text: str) -> str:
    r"""Return *text* with what could steer a terminal, such as an escape in a file name, shown as an escape.

    >>> printable("风险\x1b[31m.ttl")
    '风险\\x1b[31m.ttl'
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def brief(text: str, most: int = 60) -> str:
    """Return *text* as a message shows it: its beginning, if it has more than *most* characters.

    >>> brief("风险"), brief("0123456789", 5)
    ('风险', '0123…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


class CvoError(Exception):
    """The root of all errors that cvo raises on purpose.

    *what* is lower case, without a full stop, the value last after a colon; *place* says where,
    *hint* what to do about it. What is said of a contribution is a `Message` in both languages.

    >>> print(CvoError("no such file: x.ttl", hint="check the path"))
    error: no such file: x.ttl
      = help: check the path
    >>> print(CvoError(Message("not a date: x", "不是日期：x"), hint=Message("write 2019", "请写 2019")).told("zh"))
    错误：不是日期：x
      = 建议：请写 2019
    """

    exit_status = 2
    code = ""  # of the rule that is broken, if it is one that `cvo explain` knows

    def __init__(self, what: str | Message, *, place: Place | None = None, hint: str | Message = "") -> None:
        """Hold the three; all that a user is told is made of them."""
        super().__init__(str(what))
        self.message = what if isinstance(what, Message) else Message(what)
        self.advice = hint if isinstance(hint, Message) else Message(hint)
        self.what = self.message.en
        self.place = place
        self.hint = self.advice.en

    def __str__(self) -> str:
        """Return the error as the terminal shows it."""
        return self.told()

    def told(self, lang: str = "en") -> str:
        """Return the error as the terminal shows it in the language *lang*, as far as it is known in it."""
        lang = lang if self.message.zh else "en"
        error, colon, help_ = ("错误", "：", "建议：") if lang == "zh" else ("error", ": ", "help: ")
        error += f"[{self.code}]" if self.code else ""
        lines = [f"{error}{colon}{f'{self.place}{colon}' if self.place else ''}{self.message.text(lang)}"]
        if self.hint:
            lines.append(f"  = {help_}{self.advice.text(lang)}")
        return "\n".join(map(printable, lines))


class InputError(CvoError):
    """A file that cannot be read: missing, not permitted, not text, not of a known kind."""


class SyntaxProblem(CvoError):  # noqa: N818 - SyntaxError is Python's
    """A text that is not what it claims to be: Turtle, TriG, SPARQL; *place* says where."""


class QuestionError(CvoError):
    """A question that cannot be asked: not in the catalogue, or with a wrong parameter."""


class NothingChecked(CvoError):  # noqa: N818 - it says what was not done
    """A validation in which no shape looked at any node of the contribution."""


class EngineError(CvoError):
    """A library or a runtime that an engine needs is missing or failed."""


class EndpointError(CvoError):
    """A SPARQL endpoint that cannot be reached, refuses, or breaks off."""


class TableProblem(CvoError):  # noqa: N818 - it says where, not that something broke
    """A cell of a table that cannot be understood: *place* says which, *code* which rule of contributions it breaks."""

    def __init__(self, what: str | Message, *, place: Place | None = None, hint: str | Message = "", code: str = "CVO-SYNTAX") -> None:
        """Hold them."""
        super().__init__(what, place=place, hint=hint)
        self.code = code


class Several(CvoError):  # noqa: N818 - a list of errors
    """All that is wrong with a table, so that it is mended in one go."""

    most = 50

    def __init__(self, problems: tuple[TableProblem, ...]) -> None:
        """Hold the *problems* in the order of their places."""
        super().__init__(f"{len(problems)} problems")
        self.problems = problems

    @staticmethod
    def of(problems: list[TableProblem]) -> CvoError:
        """Return the one problem, or several as one error."""
        return problems[0] if len(problems) == 1 else Several(tuple(problems))

    def told(self, lang: str = "en") -> str:
        """Return the problems, one after the other, and how many more there are."""
        shown = [problem.told(lang) for problem in self.problems[: self.most]]
        more = len(self.problems) - len(shown)
        return "\n".join([*shown, *([f"……还有 {more} 处" if lang == "zh" else f"… and {more} more"] if more else [])])
