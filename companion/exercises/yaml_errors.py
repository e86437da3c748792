"""Why a file is no YAML, said to somebody who never wanted to learn YAML: the line where it went wrong, and what to do there.

The parser notices late: a quotation mark that is never closed swallows text up to the next one, and a bracket everything up to
the next colon. So the line where it began is looked for first.
"""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError

_VALUE = re.compile(r"^\s*(?:- +)*(?:[\w-]+ *: +)?(?:- +)*([\"'])(.*)$")
_CURLY = re.compile("[\u201c\u201d\u201e\u2018\u2019]")

HINTS: dict[str, str] = {
    "but found another document": "found a second document (---); expected one a file",
    "found undefined alias": "found an alias (*) that stands for nothing; put the text in quotes",
    "mapping values are not allowed": "found a colon where none fits; put texts with a colon in quotes",
    "could not find expected ':'": "found a line without a colon; expected `key: value`, with a space after the colon",
    "found character '\\t'": "found a tab; indent with spaces",
    "that cannot start any token": "found a character that no text may begin with; put the text in quotes",
    "found unknown escape character": "found a backslash \\ that stands for nothing; leave it out, or use single quotes",
    "while scanning a quoted scalar": "found a quotation mark that is never closed",
    "found unexpected end of stream": "found a quotation mark that is never closed",
    "did not find expected": "found something that does not fit here; check the indentation, the quotes and the brackets above",
    "expected <block end>": "found something that does not fit here; check the indentation, the quotes and the brackets above",
    "expected the node content": "found nothing to read here; check the brackets and commas",
    "control characters are not allowed": "found a control character; expected plain text",
    "special characters are not allowed": "found a control character; expected plain text",
}
"""What the parser says, by a part of it, and what we say."""


def plainly(broken: MarkedYAMLError, text: str) -> tuple[int, str]:
    """The line of an error, from 1, and a sentence."""
    mark, began = broken.problem_mark or broken.context_mark, broken.context_mark
    line = mark.line + 1 if mark else 1
    said, context = str(broken.problem or broken.context or "the text breaks off").split("\n")[0], str(broken.context or "")
    lines = text.split("\n")
    open_quote = _unclosed(lines[:line])
    if open_quote is not None:
        return open_quote, f"found a quotation mark that is never closed: {lines[open_quote - 1].strip()[:60]}"
    if "flow" in context and began is not None:
        bracket = "[" if "sequence" in context else "{"
        if began.line + 1 < line or "stream end" in said:
            closing = "]" if bracket == "[" else "}"
            told = f"found a bracket {bracket} that is never closed; expected {closing}, or a comma between entries"
            return began.line + 1, told
        return line, f"found something that does not fit inside {bracket}; expected a comma between entries, and texts in quotes"
    if "simple key" in context and began is not None:
        line = began.line + 1
    here = lines[line - 1].strip() if line <= len(lines) else ""
    if re.match(r"-[^\s-]", here):
        return line, "found a dash without a space after it; expected `- ` before each entry"
    if re.match(r"[\w-]+:[^\s:]", here):
        return line, "found a colon without a space after it; expected `key: value`"
    if re.search(r"[\]}]\W*$", here) and here.count("]") + here.count("}") > here.count("[") + here.count("{"):
        return line, "found a bracket ] or } too many; expected one for each [ or {"
    if re.match(r"(- +)?\{\w+\}", here):
        return line, "found a text that begins with a brace; put it in quotes"
    if _CURLY.search(here):
        return line, "found curly quotes, which are plain letters here; expected straight ones, \" or '"
    for part, hint in HINTS.items():
        if part in said or part in context:
            return line, hint
    return line, f"this is not YAML ({said}); check the indentation, the quotes and the brackets"


def _unclosed(lines: list[str]) -> int | None:
    """The first line whose quoted text does not end in it, if nothing after it closes it before another begins."""
    for number, written in enumerate(lines, 1):
        found = _VALUE.match(written)
        if found is None:
            continue
        quote, rest = found.groups()
        inside = re.sub(r"\\\\.", "", rest) if quote == '"' else rest.replace("''", "")
        if quote not in inside:
            after = next((each for each in lines[number:] if quote in each), None)
            if after is None or _VALUE.match(after) or number == len(lines):
                return number
    return None
