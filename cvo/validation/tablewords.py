"""What is said in Chinese of a cell that cannot be understood; the reader of tables says it in English."""

from __future__ import annotations

import re

# What is wrong, and what to do about it: what the reader says, and the same in Chinese.
WRONG = (
    (r"no sheet of a table of claims: (.+)", r"没有这样的工作表：\1"),
    (r"no column of (.+?): (.+)", r"没有这样的列：\2"),
    (r"two columns are called so: (.+)", r"有两列同名：\1"),
    (r"a cell stands under no header: (.+)", r"单元格上方没有列名：\1"),
    (r"one value only: (.+)", r"此列只能有一个值"),
    (r"no .+ is called so: (.+)", r"没有这样的词条：\1"),
    (r"more than one .+ is called so: (.+)", r"不止一个词条叫这个名称：\1"),
    (r"is an? .+, not an? .+: (.+)", r"这个词条不能用在此列：\1"),
    (r"not a figure: (.+)", r"不是数字：\1"),
    (r"not a digest: (.+)", r"不是摘要值：\1"),
    (r"not an IRI: (.+)", r"不是 IRI：\1"),
    (r"not a date: (.+)", r"不是日期：\1"),
    (r"not a cite key: (.+)", r"不是引用键：\1"),
    (r"not the number of a (?:claim|comparison|passage): (.+)", r"编号有误：\1"),
    (r"two (?:rows have the number|passages are called so): (.+)", r"编号重复：\1"),
    (r"a second source", "有两个来源"),
    (r"the file is of another source than the table: (.+)", r"文件与表格不是同一来源：\1"),
    (r"(?:no such text|not the name of a text): (.+)", r"没有这样的文本：\1"),
    (r"two texts are called so: (.+)", r"有两个文本同名：\1"),
    (r"a claim without a statement", "论断没有表述"),
    (r"no section for a passage|no section: .+", "段落没有写明章节"),
    (r"no such passage: (.+)", r"没有这个段落：\1"),
    (r"no reason: (.+)", r"没有写明理由：\1"),
    (r"neither passage nor start and end: (.+)", r"既没有首尾字句，也没有起止位置：\1"),
    (r"no such offsets: (.+)", r"文档中没有这个位置：\1"),
    (r"no such lines: (.+)", r"文档中没有这些行：\1"),
    (r"not in .+?: (.+)", r"文档中找不到：\1"),
    (r"stands (\d+) times in the document \(lines (.+?)\): (.+)", r"在文档中出现 \1 次（第 \2 行）：\3"),
    (r"does not follow '(.+)' in the document: (.+)", r"文档中“\1”之后没有：\2"),
    (r"expected sheets at the top", "最上一层须是工作表"),
    (r"expected a row of (.+)", r"此处须是 \1 的一行"),
    (r"expected a value for: (.+)", r"此处须是 \1 的值"),
    (r"the key stands twice: (.+)", r"键写了两次：\1"),
    (r"nested too deep for a table", "表格不能嵌套这么多层"),
    (r"is a formula: (.+)", r"是公式：\1"),
    (r"is an error of Excel: (.+)", r"是 Excel 的错误值：\1"),
    (r"is a percentage to Excel: (.+)", r"Excel 当作百分数：\1"),
    (r"is a time to Excel: (.+)", r"Excel 当作时间：\1"),
    (r"too large a number to be kept as typed: (.+)", r"数字太大，不能照原样保存：\1"),
    (r"too many rows or columns: (.+)", r"行或列太多：\1"),
    (r"not CSV \((.+)\)", r"不是合法的 CSV（\1）"),
)
TO_DO = (
    (r"did you mean (.+)\?", r"是否想写 \1？"),
    (r'`cvo terms "(.+?)"` searches .+', r"可用 cvo terms “\1” 查找；新词条须先加入词汇"),
    (r"write one of (.+)", r"请写其中一个：\1"),
    (r"write ([^\s,]+), or leave it empty for a new one", r"请写 \1，新的一行可留空"),
    (r"give this one another, or leave it empty for a new one", "请换一个编号，新的一行可留空"),
    (r"write statement-zh and statement-en, or delete the row", "请写中英文表述，或删去这一行"),
    (r"write its first characters … and its last", "请写开头几个字 … 结尾几个字"),
    (r"write the number or the name of the section.*", "请写章节的编号或名称"),
    (r"copy a few characters from .+", "请从文档中复制几个字"),
    (r"keep one of them; several things make several claims", "请只留一个；说到几个事物，就写几条论断"),
    (r"write 2019-05-20", "请写成 2019-05-20"),
    (r"write 2019, 2019-05 or 2019-05-20", "请写成 2019、2019-05 或 2019-05-20"),
    (r"write digits alone, .+", "只写数字；单位和文字另有各列"),
    (r"format the cell as text.*", "请将单元格设为文本格式，再输入一遍"),
    (r"paste its value, or put an apostrophe before the =", "请粘贴为值，或在 = 前加单引号"),
    (r"write the value", "请直接写值"),
    (r"write one value, or a list of them", "请写一个值，或写成列表"),
    (r"remove one of them", "请删去其中一个"),
    (r"delete the empty rows and columns at the end", "请删去末尾的空行和空列"),
    (r"a quote is not closed, .+", "引号没有闭合，或出现在值的中间：引号内的引号请写成两个"),
)


def wrong(what: str, names: dict[str, str]) -> str:
    """Return *what* is wrong in Chinese; *names* are those of columns, which may stand before it.

    >>> wrong("relation: no domain relation is called so: uses", {"relation": "关系"})
    '关系：没有这样的词条：uses'
    >>> wrong("the sky falls", {})
    '无法理解：“the sky falls”'
    """
    column, colon, rest = what.partition(": ")
    if colon and column in names:
        return f"{names[column]}：{wrong(rest, {})}"
    return _said(what, WRONG) or f"无法理解：“{what}”"


def to_do(hint: str) -> str:
    """Return the *hint* in Chinese, or as it is.

    >>> to_do("did you mean 肖像权?")
    '是否想写 肖像权？'
    """
    return _said(hint, TO_DO) or hint


def _said(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    return next((found.expand(chinese) for pattern, chinese in pairs if (found := re.fullmatch(pattern, text, re.DOTALL))), "")
