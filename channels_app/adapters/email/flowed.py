"""RFC 3676, format=flowed: paragraphs cut into lines with a blank at their end, put together again."""

import re


def unflow(text: str, *, delete_space: bool) -> str:
    """`text` has `\\n` line ends; `delete_space` is DelSp=yes: the blank at a line's end is not part of the words."""
    output: list[str] = []
    open_depth = -1  # quote depth of the paragraph that goes on, -1 when none does
    for line in text.split("\n"):
        marks = re.match(r">*", line)
        depth = marks.end() if marks else 0
        content = line[depth:].removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        piece = content[:-1] if flows and delete_space else content
        if depth == open_depth and content != "-- ":
            output[-1] += piece
        else:
            output.append(f"{'>' * depth} {piece}" if depth else piece)
        open_depth = depth if flows else -1
    return "\n".join(line if line.endswith("-- ") else line.rstrip(" ") for line in output)
