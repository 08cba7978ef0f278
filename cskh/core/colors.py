"""The brand's colour, made readable on light and dark ground (WCAG 2.2, 1.4.3: at least 4.5 to 1)."""

import re

RGB = tuple[int, int, int]
# The least favourable grounds of portal.css, light and dark (its --own).
LIGHT: RGB = (238, 244, 246)
DARK: RGB = (27, 42, 51)
_BLACK: RGB = (0, 0, 0)
_WHITE: RGB = (255, 255, 255)
_ENOUGH = 4.5


def parse(text: str) -> RGB:
    """`#0f766e` or `#1ab` as red, green, blue. Raises ValueError for anything else."""
    match = re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text.strip())
    if match is None:
        raise ValueError(f"not a colour: {text!r}")
    digits = match[1] if len(match[1]) == 6 else "".join(2 * digit for digit in match[1])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def written(color: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def contrast(one: RGB, other: RGB) -> float:
    """The contrast ratio, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(color: RGB, ground: RGB) -> RGB:
    """The colour nearest to `color`, towards black or white, that can be read on `ground`."""
    end = _BLACK if _luminance(ground) > 0.5 else _WHITE
    for step in range(21):
        mixed = _mix(color, end, step / 20)
        if contrast(mixed, ground) >= _ENOUGH:
            return mixed
    return end


def ink_on(color: RGB) -> RGB:
    """White or black, whichever is read better on `color`."""
    return max((_WHITE, _BLACK), key=lambda ink: contrast(ink, color))


def _mix(color: RGB, end: RGB, share: float) -> RGB:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, end, strict=True))
    return red, green, blue


def _luminance(color: RGB) -> float:
    red, green, blue = (_linear(part / 255) for part in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
