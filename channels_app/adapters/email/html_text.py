"""A mail's HTML as readable text. Reads any broken markup in linear time; never used to show markup."""

import html
import re
from collections.abc import Iterator

_TAG = re.compile(
    r"<(?:(?P<close>/)?(?P<name>[A-Za-z][A-Za-z0-9:_-]*+)(?P<attributes>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>"
    r"|(?P<loose>/?[A-Za-z][^<>]*+)>|[!?/][^<>]*+>)"
)
_ATTRIBUTE = re.compile(r"([A-Za-z-]+)\s*=\s*(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_UNREAD = {"style", "script", "title", "template", "svg", "textarea", "noembed", "xml"}
_BLOCKS = {
    "address", "article", "aside", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form",
    "header", "html", "main", "nav", "section", "tbody", "thead", "tfoot", "table", "caption", "li", "ul", "ol", "tr",
}  # fmt: skip
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"}
# Outlook writes every line as a paragraph without space around it.
_TIGHT = re.compile(r"mso(?:normal|plaintext|listparagraph)|margin(?:-top)?:\s*0", re.IGNORECASE)
_OUTLOOK_RULE = "_" * 32  # what Outlook writes above a quotation in plain text
_MAX_DEPTH = 20  # of quotation and lists: nobody reads deeper, and prefixes must not multiply
_SPACES = re.compile(r"[ \t\n\r\f]+")
_LINK_SCHEMES = ("http://", "https://", "mailto:", "tel:")


def html_to_text(source: str) -> str:
    """Paragraphs, lists, table rows, links with their address, and quotations with `> ` in front of each line."""
    writer = _Writer()
    for text, tag, attributes in _tokens(source):
        if tag:
            writer.tag(tag, attributes)
        else:
            writer.write(text)
    return writer.finish()


def _tokens(source: str) -> Iterator[tuple[str, str, str]]:
    """(text, "", "") or ("", tag name with / in front when closing, raw attributes)."""
    position = 0
    exhausted: set[str] = set()  # ends that do not come any more: looking again would be quadratic
    while position < len(source):
        start = source.find("<", position)
        if start < 0:
            start = len(source)
        if start > position:
            yield html.unescape(source[position:start]), "", ""
        if start >= len(source):
            return
        position, name, attributes = _read_tag(source, start, exhausted)
        if name:
            yield "", name, attributes
        elif position == start + 1:
            yield "<", "", ""


def _read_tag(source: str, start: int, exhausted: set[str]) -> tuple[int, str, str]:
    if source.startswith("<!--", start):
        return max(_after(source, "-->", start + 4, exhausted), start + 4), "", ""
    found = _TAG.match(source, start)
    if not found:
        return start + 1, "", ""
    name = (found["name"] or re.split(r"[\s/]", (found["loose"] or "").lstrip("/") or " ")[0]).lower()
    closing = "/" if found["close"] or (found["loose"] or "").startswith("/") else ""
    if name in _UNREAD and not closing and not found[0].endswith("/>"):
        return max(_after(source, f"</{name}", found.end(), exhausted), found.end()), "", ""
    return found.end(), closing + name if name else "", found["attributes"] or found["loose"] or ""


def _after(source: str, end: str, position: int, exhausted: set[str]) -> int:
    """Behind the next such end (and its `>`), or -1."""
    found = None if end in exhausted else re.compile(re.escape(end), re.IGNORECASE).search(source, position)
    if not found:
        exhausted.add(end)
        return -1
    if end == "-->":
        return found.end()
    close = source.find(">", found.end())
    return len(source) if close < 0 else close + 1


def _attribute(attributes: str, wanted: str) -> str:
    for name, double, single, bare in _ATTRIBUTE.findall(attributes[:10_000]):
        if name.lower() == wanted:
            return html.unescape(double or single or bare).strip()
    return ""


class _Writer:
    """Lays text out in lines; breaks are remembered and made when the next text comes."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._line_depth = 0
        self._break = 0  # 1: a new line, 2: an empty line between
        self._depth = 0  # of quotation
        self._preformatted = 0
        self._lists: list[int | None] = []  # the next number, or nothing for bullets
        self._cells: list[int] = []  # cells seen in each open row
        self._most = 2  # the longest break allowed before the next text: a bullet keeps its words beside it
        self._last_depth = 0
        self._href = ""
        self._link_text: list[str] | None = None  # while a link is open

    def finish(self) -> str:
        self._close_link()
        self._end_line()
        text = "\n".join(self._lines)
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n")

    def write(self, text: str) -> None:
        if self._preformatted:
            for index, line in enumerate(text.replace("\r\n", "\n").split("\n")):
                if index:
                    self._new_line()
                self._put(line.replace("\xa0", " "))
            return
        text = _SPACES.sub(" ", text)
        if text.strip(" ") or (self._line and not self._break):
            self._put(text)

    def tag(self, name: str, attributes: str) -> None:
        closing, bare = name.startswith("/"), name.lstrip("/")
        special = getattr(self, f"_on_{bare}", None)
        if special:
            special(closing, attributes)
        elif bare in _PARAGRAPHS:
            self._request(1 if _TIGHT.search(attributes) or (closing and self._break == 1) else 2)
        elif bare in _BLOCKS:
            self._request(1)

    def _request(self, lines: int) -> None:
        self._break = max(self._break, lines)

    def _put(self, text: str) -> None:
        if not text:
            return
        self._break = min(self._break, self._most)
        self._most = 2
        if self._break:
            self._make_break()
        if not self._line:
            self._line_depth = self._depth
            text = text if self._preformatted else text.lstrip(" ")
        elif self._line[-1].endswith(" ") and not self._preformatted:
            text = text.lstrip(" ")
        self._line.append(text)
        if self._link_text is not None:
            self._link_text.append(text)

    def _make_break(self) -> None:
        self._end_line()
        if self._break > 1 and self._lines and self._lines[-1].strip("> "):
            self._add("", min(self._depth, self._last_depth))
        self._break = 0

    def _end_line(self) -> None:
        if self._line:
            self._add("".join(self._line), self._line_depth)
            self._line = []

    def _new_line(self) -> None:
        if self._break:
            self._make_break()
        if self._line:
            self._end_line()
        else:
            self._add("", self._depth)

    def _add(self, line: str, depth: int) -> None:
        self._last_depth = depth
        self._lines.append(("> " * min(depth, _MAX_DEPTH) + line.replace("\xa0", " ")).rstrip())

    def _on_br(self, closing: bool, attributes: str) -> None:
        self._new_line()

    def _on_hr(self, closing: bool, attributes: str) -> None:
        above_quotation = "stopspelling" in attributes.lower() or "width:98%" in attributes.replace(" ", "")
        self._request(1)
        self._put(_OUTLOOK_RULE if above_quotation else "* * *")
        self._request(1)

    def _on_pre(self, closing: bool, attributes: str) -> None:
        self._request(2)
        self._preformatted = max(0, self._preformatted + (-1 if closing else 1))

    def _on_blockquote(self, closing: bool, attributes: str) -> None:
        self._request(1 if self._depth and not closing else 2)
        self._end_line()
        self._depth = max(0, self._depth + (-1 if closing else 1))

    def _on_ul(self, closing: bool, attributes: str) -> None:
        self._list(closing, None)

    def _on_ol(self, closing: bool, attributes: str) -> None:
        start = _attribute(attributes, "start")
        self._list(closing, int(start) if re.fullmatch(r"[0-9]{1,6}", start) else 1)

    def _list(self, closing: bool, first: int | None) -> None:
        self._request(1)
        if closing:
            del self._lists[-1:]
        else:
            self._lists.append(first)

    def _on_li(self, closing: bool, attributes: str) -> None:
        self._break = 1  # items stay together, even when each is a paragraph
        self._most = 2
        if closing:
            return
        number = self._lists[-1] if self._lists else None
        self._make_break()
        self._put("\xa0\xa0" * min(len(self._lists) - 1, _MAX_DEPTH) + ("- " if number is None else f"{number}. "))
        self._most = 0
        if number is not None:
            self._lists[-1] = number + 1

    def _on_tr(self, closing: bool, attributes: str) -> None:
        self._end_line()
        self._break, self._most = 1, 2
        if closing:
            del self._cells[-1:]
        else:
            self._cells.append(0)

    def _on_td(self, closing: bool, attributes: str) -> None:
        if closing or not self._cells:
            return
        beside = bool(self._cells[-1] and self._line)
        if beside:
            self._break = 0  # the paragraph in the cell before must not break the row
            self._put(" | ")
        self._most = 0 if beside else 1  # nor the one in this cell
        self._cells[-1] += 1

    _on_th = _on_td

    def _on_img(self, closing: bool, attributes: str) -> None:
        alt = _attribute(attributes, "alt")
        if alt:
            self._put(f"[image: {alt}]" if any(character.isalnum() for character in alt) else alt)

    def _on_a(self, closing: bool, attributes: str) -> None:
        self._close_link()
        if not closing:
            self._href = _attribute(attributes, "href")
            self._link_text = []

    def _close_link(self) -> None:
        shown = "".join(self._link_text or []).strip()
        was_open, self._link_text = self._link_text is not None, None
        if not was_open or not self._href.lower().startswith(_LINK_SCHEMES):
            return
        address = re.sub(r"(?i)^(?:mailto|tel):", "", self._href)
        if self._href.lower().startswith("mailto:"):
            address = address.split("?")[0]
        if not shown:
            self._put(address)
        elif _bare(address) not in _bare(shown):
            self._put(f" <{address}>")


def _bare(address: str) -> str:
    """An address as people write it, to see whether the link's text already says where it leads."""
    return re.sub(r"https?://(?:www\.)?", "", address.lower()).rstrip("/")
