"""Makes a mail's HTML safe to show to staff."""

import re

import nh3

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "center", "code", "col", "colgroup", "dd", "del", "div", "dl",
    "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q",
    "s", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "u", "ul", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign", "scope"},
    "ol": {"start", "type"},
    "blockquote": {"type"},
    "font": {"color"},
}
_LINK_SCHEMES = {"http", "https", "mailto", "tel"}
_SAFE_IMAGE = re.compile(
    r"cid:[^\s\"'<>]+|data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]+", re.IGNORECASE
)


def sanitize_html(html: str) -> str:
    """The same mail as inert markup: an allow-list of tags and attributes, no style, script, form or frame.

    Nothing is fetched by showing it: pictures keep only `cid:` and embedded sources. Links lead to http, https, mailto
    or tel, and carry `rel="noopener noreferrer nofollow"`.
    """
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style", "title", "template"},
        attributes=_ATTRIBUTES,
        attribute_filter=_keep_attribute,
        url_schemes=_LINK_SCHEMES | {"cid", "data"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if tag == "img" and _SAFE_IMAGE.fullmatch(value.strip()) else None
    if name == "href":
        scheme, colon, _ = value.strip().partition(":")
        return value if colon and scheme.strip().lower() in _LINK_SCHEMES else None
    return value
