"""Is a mail from the address it names? What the server that received it found out (RFC 8601).

Anybody can write such a field into a mail. Only those count that bear the name of a server of ours, and only where that
server takes away what comes in under its name, as RFC 8601 wants.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

_FOUND = re.compile(r"\s*([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)")


def is_refuted(fields: Sequence[str], trusted: Collection[str]) -> bool:
    """Whether a `trusted` server says that the mail is not from its sender's address.

    `fields` are the mail's Authentication-Results. What the sender's domain asks for (DMARC) decides; where it asks for
    nothing, the mail is refuted when it came from a server that may not send for the domain and no signature holds.
    """
    found = _findings(fields, {name.lower() for name in trusted})
    if found["dmarc"] & {"pass", "fail"}:
        return "fail" in found["dmarc"]
    return bool(found["spf"] & {"fail", "softfail"}) and not (found["spf"] | found["dkim"]) & {"pass"}


def _findings(fields: Sequence[str], trusted: Collection[str]) -> defaultdict[str, set[str]]:
    """Every result of each method."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for field in fields:
        server, *findings = _bare(field).lower().split(";")
        if " ".join(server.split()[:1]) in trusted:
            for finding in filter(None, map(_FOUND.match, findings)):
                found[finding[1]].add(finding[2])
    return found


def _bare(field: str) -> str:
    """The field without comments and quoted strings: those hold what the sender wrote."""
    kept: list[str] = []
    depth, is_quoted, is_escaped = 0, False, False
    for character in field:
        if is_escaped:
            is_escaped = False
        elif character == "\\":
            is_escaped = True
        elif character == '"' and not depth:
            is_quoted = not is_quoted
        elif character == "(" and not is_quoted:
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif not depth and not is_quoted:
            kept.append(character)
    return "".join(kept)
