"""No answer to a complaint sells anything: no offers, no promotion codes, no invitation to deposit, play or bet (R-54).

Bonuses and promotions are also what customers complain of, so that the words alone say nothing. Refused is what invites: what is
denied, done, or told of what somebody else said, passes. Where it is unsure the text passes; a person reads it before it is sent.
"""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from cskh.core.errors import Invalid
from cskh.core.text import folded

PROMOTES = _("This advertises an offer, or invites to deposit or play: “%(found)s”. Take that out of the answer.")
_YOU = r"(?:quý khách|qúy khách|bạn|anh/chị|anh chị|anh|chị)"
_ASKED = rf"(?:(?:trân trọng |kính |xin )?(?:kính )?mời {_YOU}|xin mời|đừng quên|nhanh tay|hãy(?: cùng)?)"
_FILL = r"(?: (?:tiếp tục|quay lại|trở lại|và|ngay|cùng|hãy|sớm))*"
_OFFER = r"(?:khuyến mãi|khuyến mại|ưu đãi|thưởng|tiền thưởng|quà tặng)"
_EXTRA = r"(?:vòng quay|lượt quay|cược miễn phí|vé cược|free ?bets?|thưởng nạp|mã khuyến mãi|mã ưu đãi|mã thưởng|khuyến mãi|ưu đãi)"
# "ngay" is at once; without marks it may also be "ngày", a day, as in "nap ngay 20/11".
_AT_ONCE = r"ngay(?! (?:sau|trước|khi|lúc|trong|tại|từ|\d|hôm qua|hôm đó|hôm ấy|hôm kia|đầu|cuối|đó|ấy|này|nào|thứ|lập tức thì))"
_VIETNAMESE = (
    rf"\b(?:(?:nạp(?: tiền)?|chơi|đặt cược|cược|tham gia|đăng ký) {_AT_ONCE}\b|"
    rf"{_ASKED}{_FILL} (?:chơi|đặt cược|cược)(?! có trách nhiệm)\b|"
    rf"(?:(?:kính |xin )?mời {_YOU}|đừng quên|nhanh tay){_FILL} nạp\b|"
    rf"{_ASKED}{_FILL} nhận(?: ngay)?(?: \w+){{0,2}}? {_OFFER}\b|"
    rf"{_ASKED}{_FILL} (?:nhập|dùng|sử dụng) (?:mã|code) (?:khuyến mãi|khuyến mại|ưu đãi|giảm giá|thưởng)\b|"
    rf"(?:nhập|dùng|sử dụng) (?:mã|code)(?: \w+){{1,3}} để (?:nhận|được) (?:\w+ )?{_OFFER}\b|"
    rf"nạp(?: [\w.,%]+){{0,4}} để (?:nhận|hưởng)(?: \w+){{0,2}}? {_OFFER}\b|"
    rf"{_OFFER}(?: \w+){{0,3}} dành riêng(?! cho (?:khách|thành viên|người|tài khoản|hội viên))\b|"
    rf"{_OFFER}(?: \w+){{0,3}} dành tặng\b|"
    rf"tặng(?: [\w.,%]+){{0,4}} {_EXTRA}\b|"
    rf"nhận ngay {_OFFER}\b|"
    rf"(?:siêu (?:khuyến mãi|khuyến mại|ưu đãi)|(?:khuyến mãi|khuyến mại|ưu đãi|thưởng) (?:cực )?(?:hấp dẫn|khủng)|"
    rf"đừng bỏ lỡ|cơ hội (?:nhận|trúng|săn) (?:thưởng|quà|ưu đãi|khuyến mãi|giải)))"
)
_STATED = r"(?! (?:you|that|which|was|were|is|has|had|did|does|ended|expired))"
_ENGLISH = (
    r"\b(?:(?:deposit|play|bet|join|sign up|top up) now\b|"
    r"(?:come back(?: and| to)?|keep|continue|start) (?:play|bet)(?:t?ing)? (?:with us|again|today|now)\b|"
    r"(?:play|bet|deposit) (?:with us )?again (?:today|now|soon|and)\b|"
    r"(?:do not|don['’]t) miss (?:out|this|our|the offer)\b|"
    rf"(?:exclusive|special|limited) (?:bonus(?:es)?|offers?|promotions?)\b{_STATED}|"
    rf"claim (?:your|this|our|a) (?:\w+ ){{0,2}}?(?:bonus|offer|free bets?|free spins?)\b{_STATED}|"
    r"(?:please |just |simply )(?:use|enter|apply) (?:the |our |this )?(?:promo|promotion|promotional|bonus|coupon) code\b|"
    r"(?:use|enter|apply) (?:the |our |this )?(?:promo|promotion|promotional|bonus|coupon) code"
    r"(?: \w+){0,2} (?:to get|to receive|for)\b|"
    r"(?:get|receive|enjoy|earn) (?:a |an |our |up to )?(?:\d+ ?%? )?(?:\w+ )?(?:bonus|free bets?|free spins?|cashback)"
    r" (?:when you|if you|on your next|with your next)\b)"
)
# Said just before, it is denied or done, or somebody else's words, which the customer asks about.
_NOT_SAID = (
    r"\b(?:(?:không|chưa|chẳng|đừng|never|not|no|didn['’]t|don['’]t|without)(?: \w+){0,4}|"
    r"(?:đã|vừa|từng|khoản|lệnh|lần|lượt|mà|nút|had|you have|already)(?: \w+){0,3}|"
    r"(?:tin nhắn|thư|quảng cáo|banner|biểu ngữ|kẻ gian|mạo danh|giả mạo|lừa đảo|khiếu nại|phản ánh|thắc mắc|"
    r"advert|advertisement|banner|button|message|complaint|complained|fraudsters?)(?:[^\w]+\w+){0,8})[^\w]*$"
)
_INVITING = {True: re.compile(f"{_VIETNAMESE}|{_ENGLISH}"), False: re.compile(folded(f"{_VIETNAMESE}|{_ENGLISH}"))}
_TOLD = {True: re.compile(_NOT_SAID), False: re.compile(folded(_NOT_SAID))}
_SENTENCE_ENDS = re.compile(r"[.!?;](?!\d)|\n")  # not within a sum


def promotion_in(text: str) -> str:
    """The words that advertise or invite, as small letters; "" where none do."""
    found = map(_invitation, _SENTENCE_ENDS.split(unicodedata.normalize("NFC", text)))
    return next(filter(None, found), "")


def require_no_promotion(text: str, *, field: str) -> None:
    """Raises Invalid, which names the words, for a text that advertises."""
    if found := promotion_in(text):
        raise Invalid(errors={field: [str(PROMOTES) % {"found": found}]})


def _invitation(sentence: str) -> str:
    small = " ".join(sentence.casefold().split())
    # Marks tell "mời", to invite, from "mới", new; only a sentence without any is read without.
    is_marked = small != folded(small)
    for found in _INVITING[is_marked].finditer(small):
        if not _TOLD[is_marked].search(small[: found.start()]):
            return found[0].strip()
    return ""
