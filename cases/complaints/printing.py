"""An official response as PDF: the same bytes whenever the same response is printed."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from .document import laid_out

_TEMPLATE = Path(__file__).parent / "response.typ"


def as_pdf(said: dict[str, Any]) -> bytes:
    """What the response says is data to the template: none of it is read as markup. Nothing of the moment goes in.

    PDF/A-1b, since it lets any text be printed: a character that no embedded font has is a crossed box. Later standards refuse it.
    """
    import typst  # takes its time and memory, for the few who print

    day = date.fromisoformat(said["issued_on"])
    shown = {**laid_out(said), "date": {"year": day.year, "month": day.month, "day": day.day}}
    data = json.dumps(shown, ensure_ascii=False)
    made = typst.compile(
        str(_TEMPLATE), format="pdf", sys_inputs={"doc": data}, pdf_standards=["a-1b"], ignore_system_fonts=True
    )
    return bytes(made)
