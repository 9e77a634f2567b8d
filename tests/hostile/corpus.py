"""What somebody may write who means harm: a fixed corpus of titles, names and links, and a strategy that mixes them."""

from hypothesis import strategies as st

EVIL = "evil.example"
CORPUS = (
    "<script>document.title='ran'</script>",
    "</script><script src=//evil.example/x.js></script>",
    "<img src=x onerror=document.title='ran'>",
    "<svg/onload=document.title='ran'>",
    "\"><a href=javascript:document.title='ran'>x</a>",
    "' onmouseover='document.title=1' autofocus onfocus='document.title=1",
    "<!--", "--><b>", "]]>", "<![CDATA[<b>]]>", "&lt;script&gt;", "&#60;script&#62;",
    "{{7*7}}", "{% raw %}", "${SECRET}", "%s%n{0}",
    "javascript:document.title='ran'",
    "JaVaScRiPt:document.title='ran'",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "//evil.example/x", "\\\\evil.example\\x", "/\\evil.example", "https:evil.example",
    "http://evil.example/pixel.png", "https://evil.example\\@shipwake.example/",
    "https://shipwake.example@evil.example/", "https://аррӏе.example/", "file:///etc/passwd",
    "checkout\u202etxt.exe", "\u2066pay\u2069roll", "zero\u200bwidth\u200d\ufeff", "İstanbul ß ﬀ",
    "two\nlines", "two\r\nlines", "line\u2028separator\u2029", "tab\there",
    "nul\x00byte", "bell\x07", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;http://evil.example\x1b\\x",
    "\x9b31m", "back\x08space", "del\x7f",
    "<!channel>", "<!here|here>", "<!everyone>", "@channel @here", "<@U0ADMIN>", "<!subteam^S1>",
    "<http://evil.example|See why>", "<mailto:a@evil.example|x>", "*bold* _it_ ~no~", "```code```", "`a`",
    "[click](javascript:alert(1))", "![x](http://evil.example/p.png)", "# heading", "| a | b |",
    '=HYPERLINK("http://evil.example")', "+1+1", "@SUM(A1)", "-2+3",
    "x\r\nBcc: victim@evil.example", "x\nSubject: other", "x\r\n\r\n<b>body</b>", "=?utf-8?q?x=0ABcc:_v?=",
    "'; DROP TABLE changes; --", "../../etc/passwd", "%2e%2e%2f", "a" * 300, "🔥" * 40, "\ud800", ".",
    "?x=1#y", "a/b//c",
)  # fmt: skip
"""What has no form in UTF-8 is among it, and is to be refused or mended, never kept."""

hostile = st.one_of(
    st.sampled_from(CORPUS),
    st.lists(st.sampled_from(CORPUS), min_size=2, max_size=3).map("".join),
    st.builds("{}{}".format, st.text(max_size=5), st.sampled_from(CORPUS)),
)
"""One of the corpus, some of them joined, or one behind other letters."""
kept = hostile.filter(lambda words: "\ud800" not in words)
"""The same without what no store can hold, so that it is told to nobody."""
