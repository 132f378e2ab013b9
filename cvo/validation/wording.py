"""What to say of a broken constraint whose shape says nothing: the same words, in Chinese and English, whichever engine found it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cvo.terms import SH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cvo.findings import Texts

# The component (without its ending), what is said of it in English and in Chinese; {} is the value of its parameter.
WORDS: dict[str, tuple[str, str]] = {
    "Class": ("this must be an instance of {}", "须是 {} 的实例"),
    "Datatype": ("this must be a well-formed literal of the datatype {}", "须是数据类型 {} 的合法字面量"),
    "NodeKind": ("this must be of the kind {}", "节点种类须是 {}"),
    "MinCount": ("there must be at least {} values", "至少须有 {} 个值"),
    "MaxCount": ("there must be at most {} values", "至多可有 {} 个值"),
    "MinExclusive": ("this must be greater than {}", "须大于 {}"),
    "MinInclusive": ("this must be {} or greater", "须大于或等于 {}"),
    "MaxExclusive": ("this must be less than {}", "须小于 {}"),
    "MaxInclusive": ("this must be {} or less", "须小于或等于 {}"),
    "MinLength": ("this must have at least {} characters", "至少须有 {} 个字符"),
    "MaxLength": ("this must have at most {} characters", "至多可有 {} 个字符"),
    "Pattern": ("this must match the pattern {}", "须符合模式 {}"),
    "LanguageIn": ("this must be a text in one of the permitted languages", "须是所允许语言之一的文本"),
    "UniqueLang": ("there must be one text in each language only", "每种语言只可有一条文本"),
    "Equals": ("the values must be those of {}", "取值须与 {} 的相同"),
    "Disjoint": ("this must not be a value of {} too", "不可同时是 {} 的值"),
    "LessThan": ("this must be less than every value of {}", "须小于 {} 的每个值"),
    "LessThanOrEquals": ("this must not be greater than any value of {}", "不可大于 {} 的任何值"),
    "Not": ("this must not be as the shape {} describes", "不可符合形状 {}"),
    "And": ("this must be as all of the shapes describe", "须符合所列的全部形状"),
    "Or": ("this must be as at least one of the shapes describes", "须符合所列形状中的至少一个"),
    "Xone": ("this must be as exactly one of the shapes describes", "须符合且仅符合所列形状中的一个"),
    "Node": ("this must be as the shape {} describes", "须符合形状 {}"),
    "QualifiedMinCount": ("there must be at least {} values of the kind that is asked for", "所要求的值至少须有 {} 个"),
    "QualifiedMaxCount": ("there must be at most {} values of the kind that is asked for", "所要求的值至多可有 {} 个"),
    "Closed": ("this property is not permitted here", "此处不允许这个属性"),
    "HasValue": ("{} must be among the values", "取值中须有 {}"),
    "In": ("this must be one of the permitted values", "须是所允许的值之一"),
    "SPARQL": ("the rule of this shape is broken", "不符合该形状的规则"),
}
OTHER = ("the rule {} is broken", "不符合规则 {}")


def generic(component: str, parameter: Callable[[str], Sequence[str]]) -> Texts:
    """Return what to say of the broken constraint *component*; *parameter* gives the values of a SHACL property of its shape.

    >>> generic("http://www.w3.org/ns/shacl#MinCountConstraintComponent", lambda name: ["2"])
    (('en', 'there must be at least 2 values'), ('zh', '至少须有 2 个值'))
    """
    name = component.removeprefix(SH).removesuffix("ConstraintComponent")
    english, chinese = WORDS.get(name, OTHER)
    values = parameter(name[0].lower() + name[1:]) if name in WORDS else (component,)
    shown = ", ".join(values)
    if not shown and "{}" in english:
        english, chinese, shown = *OTHER, name
    return (("en", english.format(shown)), ("zh", chinese.format(shown)))
