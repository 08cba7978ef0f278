"""Pictures of receipts for the demo: drawn here, and marked as samples."""

import io

from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from cases.models import Case

_WIDTH, _HEIGHT = 720, 1000
_GREEN, _INK, _FAINT = "#1f7a5c", "#1d2733", "#6b7785"


def receipt_of(case: Case) -> bytes:
    """A bank's receipt for the transfer that the case is about, as a telephone would photograph its own screen: a PNG."""
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, _WIDTH, 150), fill=_GREEN)
    draw.text((_WIDTH / 2, 75), "CHUYEN KHOAN THANH CONG", font=_font(34), fill="white", anchor="mm")
    draw.text((_WIDTH / 2, 235), f"{case.amount or 0:,} VND".replace(",", "."), font=_font(58), fill=_INK, anchor="mm")
    at = timezone.localtime(case.incident_at or case.opened_at)
    lines = {
        "Thoi gian": at.strftime("%H:%M %d/%m/%Y"),
        "Ma giao dich": case.transaction_ref,
        "Tu tai khoan": "**** **** 3310",
        "Den tai khoan": "**** **** 4521",
        "Noi dung": f"{case.customer.external_id} nap tien",
    }
    for number, (name, value) in enumerate(lines.items()):
        top = 350 + number * 92
        draw.text((60, top), name, font=_font(28), fill=_FAINT)
        draw.text((_WIDTH - 60, top), value, font=_font(28), fill=_INK, anchor="ra")
        draw.line((60, top + 58, _WIDTH - 60, top + 58), fill="#e3e8ee", width=2)
    draw.text((_WIDTH / 2, 900), "MAU - KHONG CO GIA TRI", font=_font(30), fill="#b3261e", anchor="mm")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
