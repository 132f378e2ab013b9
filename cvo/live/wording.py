"""What can be wrong with a published site, by code: what it is and what to do, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cvo.findings import Texts

RULES: dict[str, tuple[str, str, str, str]] = {
    # code: what (en, zh), what to do (en, zh)
    "LIVE-ADDRESS": (
        "the site was built for another address: {}",
        "网站是为另一个地址构建的：{}",
        "build it with --base and this address, or test it with --base and that one",
        "用 --base 加本地址重新构建，或测试时用 --base 给出那个地址",
    ),
    "LIVE-ANSWER": ("the status is {}, not {}", "状态是 {}，应为 {}", "look into the log of the server", "请查看服务器日志"),
    "LIVE-HOST": (
        "leads to another host: {}",
        "指向了另一台主机：{}",
        "links and redirects stay below the address or --base",
        "链接和重定向应在本地址或 --base 之下",
    ),
    "LIVE-NEGOTIATION": (
        "the IRI itself is not answered (status {}): nothing is chosen by Accept",
        "IRI 本身没有应答（状态 {}）：不按 Accept 选择格式",
        "a file host cannot; w3id.org can send each format on to its file (w3id/.htaccess)",
        "文件主机做不到；w3id.org 可以把各格式转到相应文件（w3id/.htaccess）",
    ),
    "LIVE-REDIRECT": (
        "the IRI of a thing is answered with {}, not with 303 or 200",
        "事物的 IRI 以 {} 应答，而不是 303 或 200",
        "303 tells that the document is not the thing",
        "303 表明文档不是事物本身",
    ),
    "LIVE-NOT-ACCEPTABLE": (
        "an unheard-of media type is answered with {}, not with 406",
        "不存在的媒体类型得到 {}，而不是 406",
        "refuse what cannot be written, with a list of what can",
        "拒绝无法写出的格式，并列出能写的",
    ),
    "LIVE-NOT-FOUND": (
        "what does not exist is answered with {}, not with 404",
        "不存在的东西得到 {}，而不是 404",
        "an error page needs the status of an error",
        "错误页应当有错误状态",
    ),
    "LIVE-TYPE": (
        "the Content-Type is {}, not {}",
        "Content-Type 是 {}，应为 {}",
        "tell the server which ending has which media type",
        "告诉服务器各后缀的媒体类型",
    ),
    "LIVE-WRONG-TYPE": (
        "the Content-Type is {}, not {}",
        "Content-Type 是 {}，应为 {}",
        "clients believe it, and read the file as something else",
        "客户端会信以为真，把文件当成别的读",
    ),
    "LIVE-UNSIGNED": ("the page has no link {}", "页面没有链接 {}", "publish the page as it was built", "请原样发布页面"),
    "LIVE-VARY": ("Vary does not name {}", "Vary 没有写 {}", "caches mix the formats up without it", "没有它，缓存会混淆各种格式"),
    "LIVE-CORS": (
        "no Access-Control-Allow-Origin: *",
        "没有 Access-Control-Allow-Origin: *",
        "pages of others cannot read the data without it",
        "没有它，别人的网页读不到数据",
    ),
    "LIVE-CACHE": (
        "neither ETag nor Last-Modified",
        "既无 ETag 也无 Last-Modified",
        "let the server tell when a file has changed",
        "让服务器说明文件何时变化",
    ),
    "LIVE-UNCHANGED": (
        "what the client holds already is sent again (status {}, not 304)",
        "客户端已有的内容又发了一遍（状态 {}，应为 304）",
        "answer If-None-Match and If-Modified-Since",
        "应答 If-None-Match 和 If-Modified-Since",
    ),
    "LIVE-PARSE": ("does not parse: {}", "无法解析：{}", "publish the file as it was built", "请原样发布构建出的文件"),
    "LIVE-ABOUT": (
        "says nothing about {}",
        "没有说到 {}",
        "the document of an IRI has statements about it",
        "IRI 的文档应含有关于它的陈述",
    ),
    "LIVE-SAME": (
        "says something else than the Turtle: {}",
        "与 Turtle 所说不同：{}",
        "publish all formats of one build",
        "各格式应出自同一次构建",
    ),
    "LIVE-LANG": ("the page states no language, or another one: {}", "页面没有写明语言，或写了别的：{}", "<html lang=…>", "<html lang=…>"),
    "LIVE-HREFLANG": (
        "the page does not lead to the other language: {}",
        "页面没有指向另一种语言：{}",
        '<link rel="alternate" hreflang=…>',
        '<link rel="alternate" hreflang=…>',
    ),
    "LIVE-CANONICAL": (
        "no canonical address, or one that is elsewhere: {}",
        "没有规范地址，或它在别处：{}",
        '<link rel="canonical">',
        '<link rel="canonical">',
    ),
    "LIVE-FRAGMENT": (
        "the page has no place for #{}",
        "页面没有 #{} 的位置",
        "the fragment is the id of an element",
        "片段应是某元素的 id",
    ),
    "LIVE-SIGNPOST": (
        "no link {} (Signposting)",
        "没有链接 {}（Signposting）",
        "in a Link header of the file",
        "写在文件的 Link 头里",
    ),
    "LIVE-POLICY": (
        "no Content-Security-Policy header",
        "没有 Content-Security-Policy 头",
        "the pages state a policy; a header holds before the page is read",
        "页面里写有策略；用头发送则在读页面之前就生效",
    ),
    "LIVE-NO-POLICY": (
        "no Content-Security-Policy at all",
        "完全没有 Content-Security-Policy",
        "publish the page as it was built",
        "请原样发布页面",
    ),
    "LIVE-MISSING": ("is not there (status {})", "不存在（状态 {}）", "publish the whole folder", "请发布整个文件夹"),
    "LIVE-DIGEST": (
        "is not the file that SHA256SUMS tells of: {}",
        "与 SHA256SUMS 所记不符：{}",
        "publish the files of one build, unchanged",
        "请原样发布同一次构建的文件",
    ),
    "LIVE-COUNT": ("{} says {}, but there are {}", "{} 说有 {}，实为 {}", "publish the files of one build", "请发布同一次构建的文件"),
    "LIVE-LINK": (
        "a link that leads nowhere (status {}): {}",
        "链接没有着落（状态 {}）：{}",
        "publish the whole folder",
        "请发布整个文件夹",
    ),
    "LIVE-DESCRIPTION": ("does not say {}", "没有写 {}", "publish the file as it was built", "请原样发布文件"),
    "LIVE-ROBOTS": ("keeps crawlers out: {}", "拒绝爬虫：{}", "open data are to be found", "开放数据应能被找到"),
    "LIVE-VERSION": ("names no version of the ontology", "没有写明本体版本", "owl:versionIRI", "owl:versionIRI"),
    "LIVE-FROZEN": (
        "a published version has changed: it was {}",
        "已发布的版本变了：原为 {}",
        "a version stays what it was; publish a new one",
        "版本发布后不再变动；请发布新版本",
    ),
    "LIVE-ENDPOINT": (
        "no SPARQL endpoint answers here (status {})",
        "这里没有 SPARQL 端点应答（状态 {}）",
        "cvo serve site/ answers beside the files",
        "cvo serve site/ 可在文件之外应答查询",
    ),
    "LIVE-SPARQL": ("{} is not answered as it should: {}", "{} 的应答不对：{}", "SPARQL 1.1 Protocol", "SPARQL 1.1 协议"),
    "LIVE-UPDATE": (
        "an update is not refused (status {})",
        "更新没有被拒绝（状态 {}）",
        "a public endpoint only reads",
        "公开端点只应可读",
    ),
    "LIVE-SERVICE": (
        "SERVICE is not refused (status {})",
        "SERVICE 没有被拒绝（状态 {}）",
        "an endpoint that asks others can be made to ask inside your network",
        "会去问别处的端点，可能被用来探问你的内网",
    ),
}
"""Every rule with what it says; the braces are filled in for each finding."""
SOFT = {
    *("LIVE-NEGOTIATION", "LIVE-NOT-ACCEPTABLE", "LIVE-TYPE", "LIVE-VARY", "LIVE-CORS", "LIVE-CACHE", "LIVE-UNCHANGED"),
    *("LIVE-SIGNPOST", "LIVE-POLICY", "LIVE-ENDPOINT"),
}
"""What a mere file host may be unable to do: a note there, unless all is asked."""


def told(code: str, values: tuple[object, ...]) -> tuple[Texts, Texts]:
    """Return what the rule *code* says of *values*, and what to do, in both languages.

    >>> told("LIVE-VARY", ("Accept",))[0]
    (('en', 'Vary does not name Accept'), ('zh', 'Vary 没有写 Accept'))
    """
    en, zh, to_do, to_do_zh = RULES[code]
    return (("en", en.format(*values)), ("zh", zh.format(*values))), (("en", to_do), ("zh", to_do_zh))
