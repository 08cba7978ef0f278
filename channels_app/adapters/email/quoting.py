"""Find the new words of a plain-text mail.

A reply carries the mail it answers. `visible_reply` walks once over the lines and sorts them:

1. Each line is cleaned for comparing and marked as quoted (it begins with ">") or not; attributions ("Vào … đã viết:"),
   which programs wrap over several lines, are found from their last line backwards.
2. A *splitter* (an attribution, a header block "Từ/Đã gửi/Đến/Chủ đề", "-----Thư gốc-----") ends the new words. What
   follows decides: lines with ">" are dropped one by one, and unquoted text between and below them is an answer and
   kept; text without ">" is the old mail, and everything to the end goes.
3. Without any splitter, lines with ">" are a quote all the same, except what reads as the customer's own: a single one
   such as "> 5 triệu", and one block that own words lead up to with a colon and go on behind (a log they show us).
4. A forward marker keeps everything after it: forwarded content is what the customer wants to show. A "reply above this
   line" marker drops everything after it.
5. From every remaining stretch of text the signature goes: the part below "-- ", and lines such as "Gửi từ iPhone của
   tôi" at its end. Closing words and names are the customer's and stay.

In doubt the text stays: an old line too many is a nuisance, a lost word of the customer is a mistake. What the words of
each language are is in `quoting_patterns`, how a line is recognised in `quoting_marks`, step 5 in `quoting_signature`.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from . import quoting_marks as marks
from .quoting_signature import DELIMITERS, without_signature

_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_INVISIBLE = re.compile("[\0\u200b\ufeff\u2060]")
_OWN_ANGLE = re.compile(r">\s*=?\s*[-+$]?\d|(?:>\s?){3}")
_WRAPPED_LINK = re.compile(r"\S*[)>\]]$|\(?https?://\S+ ?>$")

_ANSWER_BEFORE_QUOTE = 6  # nonblank lines of an answer between an attribution and the first quoted line
_WRAP_WIDTH = 66  # a quoted line this long may have lost its end to the next line


def visible_reply(text: str) -> str:
    """Return what the sender of a plain-text mail newly wrote; "" when there is nothing but quotation and signature.

    The result is NFC with "\\n" line ends, without blank lines around it; each of its lines is a line of the mail (or
    the beginning of one that an attribution shares), in order. Any text is accepted; the time is linear in its length.
    """
    mail = _Mail(_normalised_lines(text))
    return _join(part.lines if part.forwarded else without_signature(part.lines) for part in mail.stretches())


def words_without_signature(text: str) -> str:
    """Return the whole text but for the signature, in the form of `visible_reply`."""
    return _join([without_signature(_normalised_lines(text))])


def _normalised_lines(text: str) -> list[str]:
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)))
    return plain.split("\n")


@dataclass
class _Stretch:
    """Lines that belong together: no quote was cut out between them."""

    lines: list[str] = field(default_factory=list)
    forwarded: bool = False


class _Mail:
    """The lines of a mail with what is known of each."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.texts = [marks.clean(line) if len(line) <= 2 * marks.LONGEST_MARK else "…" for line in lines]
        self.keys = [marks.fold(text) for text in self.texts]
        self.quoted = [line.lstrip()[:1] == ">" for line in self.texts]
        self.attributions = self._find_attributions()
        self.shown = self._find_shown()

    def stretches(self) -> list[_Stretch]:
        """The kept lines, in stretches."""
        kept = [_Stretch()]
        seen_splitter = False
        position = 0
        while position < len(self.lines):
            key = self.keys[position]
            if not self.quoted[position] and marks.is_forward_marker(key):
                return [*kept, _Stretch(self.lines[position:], forwarded=True)]
            if not self.quoted[position] and marks.is_reply_limit(key):
                break
            shared = self._shared_line(position)
            after = position + 1 if shared is not None else self._splitter_end(position)
            if after is not None:
                seen_splitter = True
                if shared is not None:
                    kept[-1].lines.append(shared)
                else:
                    self._drop_rules(kept[-1])
                kept.append(_Stretch())
                resumed = self._resume(position, after)
                if resumed is None:
                    break
                position = resumed
            elif self.quoted[position] and (seen_splitter or not self._is_own(position)):
                if kept[-1].lines:
                    kept.append(_Stretch())
                position += 1
                while position < len(self.lines) and self._is_wrapped_rest(position):
                    position += 1
            else:
                kept[-1].lines.append(self.lines[position])
                position += 1
        return kept

    def _find_attributions(self) -> dict[int, int]:
        """Attributions as first line → line after the last."""
        found: dict[int, int] = {}
        for last, key in enumerate(self.keys):
            if marks.looks_closed(key) and (not self.quoted[last] or marks.closes_after_angle(key)):
                first = self._attribution_start(last)
                if first is not None:
                    found[first] = last + 1
        return found

    def _attribution_start(self, last: int) -> int | None:
        """The first line of the attribution that ends with `last`: the nearest one that also gives the date."""
        best: int | None = None
        text, key, blanks = "", "", 0
        quote_follows = self._quote_follows(last)
        for first in range(last, max(-1, last - marks.LONGEST_WRAP), -1):
            line = self.texts[first]
            if not line:
                blanks += 1
                if blanks > 1 or not (text.startswith("<") or marks.is_closing_verb(key)):
                    break
                continue
            if first != last and (self.quoted[first] or not (blanks or marks.wraps(line, text.split("\0")[0]))):
                break
            text, key = f"{line} {text}".strip(), f"{self.keys[first]} {key}".strip()
            strength = marks.attribution_strength(text, key)
            if strength == marks.STRONG or (strength == marks.WEAK and quote_follows):
                if re.search(r"\d{4}|\d[./-]\d", text):
                    return self._with_name_above(first)
                best = first if best is None else best
            if len(text) > marks.LONGEST_MARK:
                break
        return best

    def _with_name_above(self, first: int) -> int:
        """One line up when the name was broken off before "<address>"."""
        above = self.texts[first - 1] if first else ""
        broken = self.texts[first].startswith("<") or above.endswith("<")
        if not broken or (first > 1 and self.texts[first - 2]):
            return first
        is_name = above and not self.quoted[first - 1] and len(above.split()) <= 6 and above[-1] not in ".!?:,;"
        return first - 1 if is_name else first

    def _quote_follows(self, position: int) -> bool:
        for following in range(position + 1, min(position + 4, len(self.lines))):
            if self.texts[following]:
                return self.quoted[following]
        return False

    def _splitter_end(self, position: int) -> int | None:
        """The line after the splitter that begins here, if one does."""
        if self.quoted[position] and position not in self.attributions:
            return None
        if position in self.attributions:
            return self.attributions[position]
        if marks.attribution_and_old_mail(self.lines[position]):
            return len(self.lines)
        key = self.keys[position]
        if marks.is_original_marker(key):
            return position + 1
        if marks.header_role(key):
            ruled = any(marks.is_rule(above) for above in self.keys[max(0, position - 2) : position])
            return marks.header_block_end(self.keys, position, ruled=ruled)
        return None

    def _resume(self, start: int, after: int) -> int | None:
        """Where reading goes on after a splitter: at the quoted lines, or nowhere when the old mail is unmarked."""
        position = after
        while position < len(self.lines):
            if not self.texts[position] or marks.is_rule(self.keys[position]):
                position += 1
                continue
            next_splitter = self._splitter_end(position)
            if next_splitter is not None:
                position = next_splitter
                continue
            if self.quoted[position] or (start in self.attributions and self._is_answer_before_quote(position)):
                return position
            return None
        return None

    def _is_answer_before_quote(self, position: int) -> bool:
        """Whether a few own lines stand between the attribution and the quoted lines."""
        for nonblank in range(_ANSWER_BEFORE_QUOTE + 1):
            while position < len(self.lines) and not self.texts[position]:
                position += 1
            if position == len(self.lines) or self._splitter_end(position) is not None:
                return False
            if self.quoted[position]:
                return nonblank > 0
            position += 1
        return False

    def _is_own(self, position: int) -> bool:
        """Whether a line with ">" and without a splitter above is the customer's own."""
        return position in self.shown or self._is_own_angle(position)

    def _is_own_angle(self, position: int) -> bool:
        """A single "> 5 triệu" or ">>> lỗi" amid own text is no quote, nor one more step of "Menu > Nạp tiền"."""
        around = [near for near in (position - 1, position + 1) if 0 <= near < len(self.lines)]
        if any(self.quoted[near] for near in around) or not any(self._is_own_text(near) for near in around):
            return False
        goes_on = position > 0 and " > " in self.texts[position - 1] and self._is_own_text(position - 1)
        return goes_on or bool(_OWN_ANGLE.match(self.texts[position]))

    def _find_shown(self) -> range:
        """The lines with ">" that the customer shows us: one block, led up to with a colon, with own words behind it.

        With more than one block before the first splitter they are quotes that are answered one by one.
        """
        start = next((position for position, quoted in enumerate(self.quoted) if quoted), len(self.lines))
        end = next((position for position in range(start, len(self.lines)) if not self.quoted[position]), start)
        above = self._next_written(range(start - 1, -1, -1))
        below = self._next_written(range(end, len(self.lines)))
        if above is None or below is None or not self.keys[above].endswith(":"):
            return range(0)
        if not self._is_own_text(above) or not self._is_own_text(below) or self._is_quoted_again(below):
            return range(0)
        return range(start, end)

    def _next_written(self, positions: Iterable[int]) -> int | None:
        return next((position for position in positions if self.texts[position]), None)

    def _is_quoted_again(self, start: int) -> bool:
        """Whether there is a line with ">" before the next splitter or forwarded mail."""
        for position in range(start, len(self.lines)):
            if self.quoted[position]:
                return position not in self.attributions
            if self._splitter_end(position) is not None or marks.is_forward_marker(self.keys[position]):
                return False
        return False

    def _is_own_text(self, position: int) -> bool:
        key = self.keys[position]
        added = marks.is_rule(key) or marks.is_program_line(key) or marks.is_link(key) or key in DELIMITERS
        return bool(key) and not added and self._splitter_end(position) is None

    def _is_wrapped_rest(self, position: int) -> bool:
        """Whether this unquoted line is the end of the quoted line above, which a program broke."""
        above, line = self.texts[position - 1], self.texts[position]
        if self.quoted[position] or not line or not self.quoted[position - 1]:
            return False
        if position + 1 >= len(self.lines) or not self.quoted[position + 1]:
            return False
        open_link = above.rfind("http") > max(above.rfind(")"), above.rfind("> ")) and " " not in line
        if (open_link and _WRAPPED_LINK.match(line)) or (line.startswith("(http") and line.endswith(">")):
            return True
        return (
            len(above) >= _WRAP_WIDTH and len(line) < 40 and line[0].islower() and not above.endswith((".", "?", "!"))
        )

    def _shared_line(self, position: int) -> str | None:
        """The own words of a line whose rest is an attribution, if it is such a line."""
        if self.quoted[position] or not marks.looks_closed(self.keys[position]):
            return None
        text = self.texts[position]
        cut = marks.words_before_attribution(text, self.keys[position])
        return None if cut is None else text[:cut].rstrip(" -")

    def _drop_rules(self, stretch: _Stretch) -> None:
        """Take away the line of dashes that a program draws above its splitter."""
        while stretch.lines and (not (key := marks.clean(stretch.lines[-1])) or marks.is_rule(key)):
            stretch.lines.pop()


def _join(stretches: Iterable[list[str]]) -> str:
    """One text of all stretches, a blank line between each, none around it."""
    parts = []
    for lines in stretches:
        part = "\n".join(line.rstrip() for line in lines).strip("\n")
        if part:
            parts.append(part)
    return "\n\n".join(parts)
