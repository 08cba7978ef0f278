"""Nobody is asked to pay or deposit in order to get something released: that is how frauds speak, so we never do.

A sentence is refused that tells the customer to pay (not: that they have paid) and says what they get for it. Read without
accents, so that it makes no difference whether they were typed; both languages are looked for in every text.
"""

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from cskh.core.errors import Invalid
from cskh.core.text import folded

ASKS_FOR_MONEY = _("No customer pays or deposits in order to be helped. Say it without asking for money.")
_FILL = r"(?:(?:them|ngay|truoc|tam|mot khoan|nhanh chong|chu dong|quy khach|anh|chi|ban|em) )*"
_SUM = r"\d+(?: ?000d?| ?(?:k|tr|trieu|nghin|ngan|vnd|usd))\b"  # "gửi 2 ảnh" is none
_FEE = r"(?:dong|nop|tra|chuyen|nap|thanh toan)(?: tien)? (?:them|phi|le phi|thue|khoan phi|tien coc|tien ky quy)"
_PAYS_VI = (
    r"(?:nap (?:them|tien|vao|du|toi thieu|\d)|chuyen (?:them|tien|khoan|truoc|\d)|"
    r"(?:dong|nop|tra) (?:them|truoc|phi|le phi|thue|tien|\d)|thanh toan (?:them|truoc|phi|le phi|thue|khoan|\d)|"
    r"dat coc|coc (?:truoc|\d)|ky quy|tam ung|ung truoc|gui (?:them |tien )?" + _SUM + r")"
)
_TOLD_VI = (
    r"(?:vui long|hay|can|phai|chi can|yeu cau|de nghi|xin|moi|bat buoc|duoc yeu cau) " + _FILL + _PAYS_VI,
    r"(?:sau khi|truoc khi|den khi|cho den khi|neu chua|chi khi|mot khi)(?: \w+){0,4}? " + _FEE,
    # Without any word of asking, as it is often said: "Quý khách nạp thêm … để được …".
    r"\b(?:quy khach|anh|chi|ban|em) (?:nap them|chuyen them|"
    + _FEE
    + r"|dat coc|ky quy)(?: \w+){0,6}? (?:de|thi|moi)\b",
    # As a favour: "Anh chuyển giúp em 500k …".
    r"\b(?:quy khach|anh|chi|ban) (?:chuyen|gui|nap|dong) (?:giup|ho|cho) (?:(?:ben|em|minh|toi|chung toi) ){0,2}"
    rf"(?:phi|le phi|tien|khoan|{_SUM})",
    r"(?:bien lai|dong|nop|tra|chuyen|thanh toan)(?: \w+){0,2}? phi (?:mo khoa|giai ngan|xac minh|kich hoat|giai toa|bao lanh)",
)
_FREED_VI = (
    r"mo (?:lai |)(?:khoa|tai khoan)|rut (?:duoc |)tien|(?:moi|de|duoc|lenh) rut|giai ngan|giai toa|giai phong|"
    r"hoan (?:lai |)(?:tien|khoan|\d)|nhan (?:lai |duoc |)(?:tien|thuong|khoan|so tien|uu dai)|chi tra|kich hoat|lay lai|"
    r"phi (?:mo khoa|xac minh|bao lanh)|duoc (?:giai quyet|xu ly|hoan|duyet|tra|mo|ho tro)|tra thuong|xac minh"
)
_THING = r"(?! (?:slip|receipt|screen|confirmation|code|content|reference|statement|history|id|date|time))"
_PAYS_EN = (
    r"(?:pay|prepay|deposit|transfer|wire|top up|send (?:us )?(?:money|a (?:small )?(?:fee|deposit)|the fee|\d))"
    + _THING
)
_TOLD_EN = (
    r"(?:please|kindly|must|need to|have to|has to|required to|should|ask you to|asked to)(?: (?!not\b)\w+){0,2}? "
    + _PAYS_EN,
    r"(?:once|after|until|unless|as soon as|before) you(?: have| will)? (?:pay|paid|deposit|deposited|transfer|transferred)"
    r"(?: \w+){0,3}? (?:fee|tax|deposit|more|another|extra|\d)",
)
_FREED_EN = (
    r"releas|unlock|unfreez|withdraw|refund|pay ?out|paid out|get your|receive your|claim your|activat|"
    r"process(?:ed)? your|be (?:solved|helped|processed|credited)|verify your"
)
_LANGUAGES = (
    (re.compile("|".join(_TOLD_VI)), re.compile(_FREED_VI)),
    (re.compile(rf"\b(?:{'|'.join(_TOLD_EN)})"), re.compile(_FREED_EN)),
)
# A thing to send in that proves a payment, and what it is said to be for. What customers deposit and withdraw is ordinary.
_PAYMENT = re.compile(
    r"\b(?:(?:dat|tien|khoan) coc|coc \d|ky quy|(?<!mien )(?<!bieu )phi|thue|nap them|(?<!your )deposit\b"
    + _THING
    + r"|fees?|tax(?:es)?)\b"
)
_IN_RETURN = re.compile(
    r"mo (?:lai |)(?:khoa|tai khoan)|(?:moi|de|duoc|truoc khi|co the) rut|rut duoc|lenh rut (?:duoc|moi)|giai (?:ngan|toa|phong)|"
    r"chi tra|tra thuong|kich hoat|nhan (?:lai |duoc |)(?:tien|thuong)|"
    r"releas|unlock|unfreez|activat|pay ?out|paid out|winnings|(?:can|to) withdraw|withdrawal (?:is|can|will)"
)
# Said just before, these turn it into the promise that we never ask.
_DENIED = re.compile(
    r"(?:khong|chua|chang|dung|never|not|n't|no|without|nobody|khoi|mien|doi|ke gian|mao danh|lua dao)(?: \w+){0,4} ?$",
)
_CONNECTED = re.compile(r"^(?:sau do|khi do|luc do|thi|roi|then|after that|afterwards|once)\b")


def asks_to_pay(text: str) -> bool:
    """Whether the text tells the customer to pay for something to be released."""
    return any(_is_demand(sentence) for sentence in _sentences(text))


def thing_asks_to_pay(name: str, why: str) -> bool:
    """Whether asking for the thing tells the customer to pay: in so many words, or as the proof of a payment that frees."""
    if asks_to_pay(f"vui lòng {name}, {why}\nvui lòng {why}"):
        return True
    return bool(_PAYMENT.search(_plain(name)) and _IN_RETURN.search(_plain(f"{name} {why}")))


def require_no_payment_for(name: str, why: str, *, field: str) -> None:
    """Raises Invalid where `thing_asks_to_pay`."""
    if thing_asks_to_pay(name, why):
        raise Invalid(errors={field: [str(ASKS_FOR_MONEY)]})


def require_no_demand(text: str, *, field: str) -> None:
    """Raises Invalid for a text that `asks_to_pay`."""
    if asks_to_pay(text):
        raise Invalid(errors={field: [str(ASKS_FOR_MONEY)]})


def _is_demand(sentence: str) -> bool:
    for told, freed in _LANGUAGES:
        for found in told.finditer(sentence):
            rest = f"{sentence[: found.start()]} | {sentence[found.end() :]} {found[0].partition(' phi ')[2]}"
            if not _DENIED.search(sentence[: found.start()].strip()) and freed.search(rest):
                return True
    return False


def _sentences(text: str) -> Iterator[str]:
    """Each sentence, with the next one where that goes on from it."""
    plain = [_plain(one) for one in re.split(r"[.!?;…]+\s+|\n+", text)]
    for sentence, following in zip(plain, [*plain[1:], ""], strict=True):
        yield f"{sentence} {following}" if _CONNECTED.match(following) else sentence


def _plain(text: str) -> str:
    """Folded, without punctuation, one space between words."""
    return " ".join(re.sub(r"[^\w']+", " ", folded(text)).split())
