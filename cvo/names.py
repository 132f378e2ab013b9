"""How terms and the parser's messages are shown to people, and the known term that a misspelt one may mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cvo.terms import PREFIXES, SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cvo.findings import Texts

LOCAL = re.compile(r"(?:[\w%-](?:[\w.%-]*[\w%-])?)?\Z")
IRI = re.compile(r"<?\b(https?://[^\s<>\"{}|^`\\]*[^\s<>\"{}|^`\\.,;:!?)\]'，。；：！？）」])>?")

# What the parser says, in Chinese, and what to do about it, in English and in Chinese.
PARSER = (
    (
        r"a dot is expected at the end of statements",
        "此处之前缺少 ; 或 .",
        "write ; between properties or . at the end of the block before this",
        "属性之间请写 ;，上一段的末尾请写 .",
    ),
    (
        r"(.+) is not a valid subject or graph name",
        r"\1 不能作一段的开头（主语）",
        "a quote, or one of ; , . may be missing before this",
        "此处之前可能缺少引号，或缺少 ; , . 之一",
    ),
    (
        r"(.+) is not a valid predicate",
        r"\1 不能作属性（谓语）",
        "a property such as cvo:statement must stand here",
        "此处须是属性，例如 cvo:statement",
    ),
    (
        r"(.+) is not a valid RDF object",
        r"\1 不能作属性的值（宾语）",
        'a value is a name such as cvt:film-company, a text such as "…"@zh, or a number',
        '值须是名称（如 cvt:film-company）、文字（如 "…"@zh）或数字',
    ),
    (r"the prefix (\S*): has not been declared", r"前缀 \1: 没有声明", "", ""),
    (
        r"unexpected end.*",
        "文件在此中断",
        "a quote, a bracket or the last full stop is missing",
        "缺少引号、括号或最后的句点",
    ),
    (r"'(.+)' is not allowed at the beginning of a prefix name", r"此处不能有字符 \1", "", ""),
    (
        r"line jumps are not allowed in string literals, use \\n",
        "引号内的文字不能换行",
        r'write \n for a new line, or put the text between """ and """',
        r'换行请写 \n，或用 """ 括住文字',
    ),
    (
        r"invalid IRI code point '(.+)'",
        r"IRI 中不能有字符“\1”",
        "the > that closes the IRI may be missing",
        "可能缺少 IRI 末尾的 >",
    ),
    (
        r"no scheme found in an absolute IRI",
        "IRI 缺少 https: 之类的开头",
        "write the whole IRI, such as <https://w3id.org/cvo/source/bi-2019>",
        "请写完整的 IRI，例如 <https://w3id.org/cvo/source/bi-2019>",
    ),
    (r"blank node property lists should end with a '\]'", "方括号 [ 没有闭合", "write ] before this", "请在此处之前写 ]"),
    (r"unexpected character '(.+)'", r"此处不能有字符 \1", "", ""),
    (r"a language code should always start with a letter", "@ 之后须是语言代码", "write @zh or @en", "请写 @zh 或 @en"),
    (
        r"expecting a datatype IRI after \^\^, found (.+)",
        r"^^ 之后须是数据类型，不是 \1",
        "write a datatype such as xsd:date",
        "请写数据类型，例如 xsd:date",
    ),
    (r"unexpected escape character '(.+)'", r"引号内不能写 \1", r"write \\ for a backslash", r"反斜杠请写成 \\"),
    (
        r"the PREFIX (?:keyword|declaration) should be followed by .+",
        "前缀的声明不完整",
        "write for example @prefix cvo: <https://w3id.org/cvo/ns#> .",
        "请写成 @prefix cvo: <https://w3id.org/cvo/ns#> . 的样子",
    ),
    (r"triple terms and text directions are RDF 1.2; cvo reads RDF 1.1", "三元组项和文字方向属于 RDF 1.2，cvo 只读 RDF 1.1", "", ""),
    (r"text directions are RDF 1.2; cvo reads RDF 1.1", "文字方向属于 RDF 1.2，cvo 只读 RDF 1.1", "", ""),
    (
        r"nested more than (\d+) deep",
        r"嵌套超过 \1 层",
        "give the nodes names (IRIs) in place of brackets",
        "请给节点取名（IRI），不要层层嵌套括号",
    ),
    (r"a term of more than (\d+) MiB is not read", r"一个词项超过 \1 MiB，不予读取", "split it, or close its quote", "请拆开，或补上引号"),
    (
        r"no context is ever fetched: (.+)",
        r"从不下载上下文：\1",
        "write the context out, or name https://w3id.org/cvo/context.jsonld",
        "请把上下文写在文件里，或写 https://w3id.org/cvo/context.jsonld",
    ),
    (
        r"containers of graphs, ids and types are not read",
        "不读取以图、IRI 或类型为键的容器",
        "write the objects in an array",
        "请把各对象写成数组",
    ),
    (r"(@\w+) value must be a string", r"\1 的值须是字符串", "", ""),
    (r"a string is not closed", "字符串没有闭合", 'write " at its end', '请在末尾写 "'),
    (r"object values must be followed by a comma.*", "此处之前缺少逗号或 }", "write , or } before this", "请在此处之前写 , 或 }"),
    (r"array values must be followed by a comma.*", "此处之前缺少逗号或 ]", "write , or ] before this", "请在此处之前写 , 或 ]"),
    (r"anchors and aliases are not read", "不读取锚点和别名", "write the value out again", "请把内容重写一遍"),
    (r"tags are not read: (.+)", r"不读取标签：\1", "remove it", "请删去"),
    (
        r"a second document begins here",
        "此处另起了一个文档",
        "one document a file: remove the line ---",
        "一个文件只写一个文档：请删去 --- 一行",
    ),
    (r"a key must be one word", "键须是单个词", "quote a value that begins with { or [", "以 { 或 [ 开头的值请加引号"),
    (
        r"not YAML: (.+)",
        r"不是合法的 YAML（\1）",
        "indent with spaces, and quote what holds ': ' or begins with a sign",
        "请用空格缩进；含 ': ' 或以符号开头的内容请加引号",
    ),
    (
        r"not XML: mismatched tag",
        "结束标签与开始标签不一致",
        "close the elements in the order in which they are open",
        "请按次序闭合各元素",
    ),
    (r"not XML: no element found", "文件没有写完", "an end tag is missing", "缺少结束标签"),
    (r"not XML: (.+)", r"不是合法的 XML（\1）", "", ""),
    (r"an entity from outside the file is never read: (.+)", r"从不读取文件之外的实体：\1", "remove it", "请删去"),
    (r"entities that are made of entities are not read: (.+)", r"不读取由实体组成的实体：\1", "write the IRIs out", "请写完整的 IRI"),
    (r"the entities come to more than (\d+) characters", r"实体展开后超过 \1 个字符", "write the values out", "请直接写出内容"),
    (
        r"only UTF-8 is supported by the RDF/XML parser",
        "RDF/XML 须用 UTF-8 编码",
        'save the file as UTF-8, and write encoding="UTF-8"',
        '请将文件另存为 UTF-8，并写 encoding="UTF-8"',
    ),
    (r"unknown prefix (.+?):?", r"前缀 \1 没有声明", "declare it with xmlns:", "请用 xmlns: 声明"),
    (r"unrecognized entity `(.+)`", r"实体 \1 没有定义", "write what it stands for", "请写出它所代表的内容"),
)

YAML = {  # what the parser of YAML says, in Chinese
    "could not find expected ':'": "此处缺少冒号",
    "mapping values are not allowed in this context": "此处不能再写“键: 值”",
    "mapping keys are not allowed in this context": "此处不能写键",
    "block sequence entries are not allowed in this context": "此处不能写以 - 开头的项",
    "found character that cannot start any token": "此处不能以这个字符开头",
    "found unexpected end of stream": "引号没有闭合",
    "found unexpected document indicator": "引号没有闭合",
    "found unknown escape character": "引号中的反斜杠之后不能有这个字符",
    "found unexpected ':'": "此处不能有冒号",
    "found a tab character that violates indentation": "缩进用了制表符",
    "found a tab character where an indentation space is expected": "缩进用了制表符",
    "did not find expected key": "此处应是键：缩进与上文不一致",
    "did not find expected '-' indicator": "此处应是以 - 开头的项：缩进与上文不一致",
    "did not find expected ',' or ']'": "此处应是逗号，或方括号 [ 没有闭合",
    "did not find expected ',' or '}'": "此处应是逗号，或花括号 { 没有闭合",
    "did not find expected node content": "此处缺少内容",
    "did not find expected <document start>": "此处应是文档的开头",
    "did not find expected alphabetic or numeric character": "此处应是字母或数字",
    "did not find expected comment or line break": "此处应换行",
    "control characters are not allowed": "不能有控制字符",
    "exceeded maximum nesting depth": "嵌套太深",
    "found incompatible yaml document": "不支持这个 YAML 版本",
}


def parsed(what: str) -> tuple[Texts, Texts]:
    """Return *what* the parser says in English and in Chinese, and what to do about it; in English only where it says a rare thing.

    >>> said, to_do = parsed("blank node property lists should end with a ']'")
    >>> dict(said)["zh"], dict(to_do)["en"]
    ('语法错误：方括号 [ 没有闭合', 'write ] before this')
    >>> parsed("a double exponent cannot be empty")
    ((('en', 'a double exponent cannot be empty'), ('zh', '语法错误：“a double exponent cannot be empty”')), ())
    """
    for pattern, chinese, help_en, help_zh in PARSER:
        if found := re.fullmatch(pattern, what, re.DOTALL):
            zh = YAML.get(what.removeprefix("not YAML: "))
            said = (("en", what), ("zh", f"语法错误：{f'不是合法的 YAML：{zh}' if zh else found.expand(chinese)}"))
            return said, ((("en", help_en), ("zh", help_zh)) if help_en else ())
    return (("en", what), ("zh", f"语法错误：“{what}”")), ()


def unwanted(wrong: str, right: str) -> tuple[Texts, Texts]:
    """Return what is said of the character *wrong*, which stands where Turtle wants *right* (empty: nothing), and what to do.

    >>> dict(unwanted("；", ";")[1])
    {'en': 'full-width ；: write ;', 'zh': '全角标点 ；，请改为半角 ;'}
    """
    if right.strip():
        said = (("en", "full-width punctuation"), ("zh", "语法错误：全角标点"))
        return said, (("en", f"full-width {wrong}: write {right}"), ("zh", f"全角标点 {wrong}，请改为半角 {right}"))
    what = f"U+{ord(wrong):04X}"
    said = (("en", f"an unusual space: {what}"), ("zh", f"语法错误：特殊空格 {what}"))
    if right:
        return said, (("en", "write an ordinary space"), ("zh", "全角空格，请改为半角空格"))
    return said, (("en", "remove it; it cannot be seen"), ("zh", "请删去这个看不见的字符"))


def undeclared(prefix: str) -> Texts:
    """Return what to do about a *prefix* that is not declared.

    >>> dict(undeclared("skso"))["en"]
    'did you mean skos:? else write: @prefix skso: <…> .'
    """
    line = f"@prefix {prefix}: <{PREFIXES.get(prefix, '…')}> ."
    like = "" if prefix in PREFIXES else nearest(prefix, PREFIXES)
    if like:
        return (("en", f"did you mean {like}:? else write: {line}"), ("zh", f"是否想写 {like}:？否则请加上：{line}"))
    return (("en", f"write at the top: {line}"), ("zh", f"请在文件开头加上：{line}"))


def curie(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return *iri* as a CURIE by the longest namespace of *prefixes* that leaves a plain local name, else in brackets.

    >>> curie("https://w3id.org/cvo/ns#Claim", {"cvo": "https://w3id.org/cvo/ns#"})
    'cvo:Claim'
    >>> curie("https://example.org/a/b", {"e": "https://example.org/"})
    '<https://example.org/a/b>'
    """
    best = ""
    prefix = None
    for name, namespace in prefixes.items():
        if len(namespace) > len(best) and iri.startswith(namespace) and LOCAL.match(iri, len(namespace)):
            best, prefix = namespace, name
    return f"<{iri}>" if prefix is None else f"{prefix}:{iri[len(best) :]}"


def short(iri: str) -> str:
    """Return *iri* as people read and type it: by the project's prefixes, a claim by its source, else as it is.

    >>> short("https://w3id.org/cvo/term/gan"), short("http://example.org/x")
    ('cvt:gan', 'http://example.org/x')
    >>> short("https://w3id.org/cvo/source/bi-2019#c001")
    'bi-2019:c001'
    """
    source, mark, claim = iri.removeprefix(SOURCE).partition("#")
    if iri.startswith(SOURCE) and mark and claim:
        return f"{source}:{claim}"
    name = curie(iri, PREFIXES)
    return name[1:-1] if name[0] == "<" else name


def expanded(name: str) -> str:
    """Return the IRI that `short` shows as *name*; nothing if it is none.

    >>> expanded("bi-2019:c001"), expanded("cvt:gan"), expanded("http://example.org/x"), expanded("two words: no name")
    ('https://w3id.org/cvo/source/bi-2019#c001', 'https://w3id.org/cvo/term/gan', 'http://example.org/x', '')
    """
    prefix, colon, local = name.partition(":")
    if not colon or not LOCAL.match(prefix) or re.search(r"[\s<>\"{}|^`\\]", local):
        return ""
    if local.startswith("//"):
        return name
    return PREFIXES[prefix] + local if prefix in PREFIXES else f"{SOURCE}{prefix}#{local}"


def shorten(text: str, prefixes: Mapping[str, str]) -> str:
    """Return *text* with every IRI in it that has a CURIE shown as that.

    >>> shorten("https://w3id.org/cvo/ns#Clam is no class.", {"cvo": "https://w3id.org/cvo/ns#"})
    'cvo:Clam is no class.'
    """
    if "http" not in text:
        return text

    def short(found: re.Match[str]) -> str:
        name = curie(found[1], prefixes)
        return found[0] if name[0] == "<" else name

    return IRI.sub(short, text)


def nearest(word: str, known: Iterable[str], least: float = 0.7) -> str:
    """Return the word of *known* that *word* was most likely meant to be, or the empty string if none is *least* like it.

    >>> nearest("script-writting", ["script-writing", "script-breakdown"])
    'script-writing'
    >>> nearest("gan", ["portrait-right"])
    ''
    >>> nearest("polarty", ["Polarity", "polarity"])
    'polarity'
    """
    import difflib  # noqa: PLC0415  only a misspelt word pays for it

    best, score = "", least
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(word.casefold())
    for candidate in known:
        if abs(len(candidate) - len(word)) > max(3, len(word) // 2):
            continue
        same_case = 0.01 * (candidate[:1].isupper() == word[:1].isupper())  # a property was hardly meant to be a class
        matcher.set_seq1(candidate.casefold())
        if matcher.real_quick_ratio() + same_case > score and matcher.quick_ratio() + same_case > score:
            ratio = matcher.ratio() + same_case
            if ratio > score:
                best, score = candidate, ratio
    return best
