"""Take the signature off a stretch of text: what is below "-- ", and what phones and mail programs add."""

from . import quoting_marks as marks

DELIMITERS = ("--", "—", "––", "__")
_SIGNATURE_LINES = 30  # nonblank lines that may follow a standard "-- "
_BARE_SIGNATURE_LINES = 7  # … and a "--" or "—" without its blank, which may be the customer's own separator


def without_signature(lines: list[str]) -> list[str]:
    """The lines of one stretch of own words without what stands below a delimiter, program lines and list footers."""
    return _cut_list_footer(_cut_program_lines(_cut_at_delimiter(lines)))


def _cut_at_delimiter(lines: list[str]) -> list[str]:
    """Cut at the first "-- " that has no more below it than a signature, and at a bare "--" where it is the only one.

    Several bare ones divide the customer's own text.
    """
    for position, below in _delimiters(lines, standard=True):
        if below <= _SIGNATURE_LINES:
            lines = lines[:position]
            break
    bare = _delimiters(lines, standard=False)
    if len(bare) == 1 and bare[0][1] <= _BARE_SIGNATURE_LINES:
        return lines[: bare[0][0]]
    return lines


def _delimiters(lines: list[str], *, standard: bool) -> list[tuple[int, int]]:
    """Where delimiters stand, and how many nonblank lines are below each."""
    below = sum(1 for line in lines if marks.clean(line))
    found, fenced = [], False
    for position, line in enumerate(lines):
        text = marks.clean(line)
        fenced ^= text.startswith("```")
        below -= bool(text)
        is_standard = line.startswith("-- ") and not line.strip(" -")
        if text in DELIMITERS and not fenced and is_standard == standard:
            found.append((position, below))
    return found


def _cut_program_lines(lines: list[str]) -> list[str]:
    """Drop what phones and programs add: at the end of the stretch, or as a paragraph of its own."""
    kept: list[str] = []
    at_end = True  # going upwards
    links: list[str] = []
    for position in range(len(lines) - 1, -1, -1):
        key = marks.fold(marks.clean(lines[position][: 2 * marks.LONGEST_MARK]))
        added = marks.is_program_line(key)
        if marks.is_link(key) and not added and position and marks.clean(lines[position - 1]):
            links.append(lines[position])  # Outlook's own link, if its own line stands above
            continue
        alone = not kept or not marks.clean(kept[-1])
        if added and (at_end or alone or links):
            links = []
            if kept and not marks.clean(kept[-1]) and position and not marks.clean(lines[position - 1]):
                kept.pop()  # one blank line is enough where it stood
            continue
        kept.extend(links)
        links = []
        kept.append(lines[position])
        at_end = at_end and not key
    return (kept + links)[::-1]


def _cut_list_footer(lines: list[str]) -> list[str]:
    """Cut the footer of a mailing list: a long rule, then the name of the list."""
    for position in range(max(0, len(lines) - 8), len(lines) - 1):
        if marks.is_rule(marks.clean(lines[position])) and marks.clean(lines[position + 1]).lower().endswith(
            "mailing list"
        ):
            return lines[:position]
    return lines
