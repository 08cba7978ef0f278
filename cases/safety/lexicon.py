"""The rules: which words say what, and which words around them say that they do not.

A rule is Vietnamese or English as a person with all accents writes it; `cases.safety.reading` finds it however it was typed. In
a rule `(a|b c)` is a choice, `[a|b]` may be left out, `…3` stands for up to three words of the same clause and `~8` for up to
eight of it and the next. `tự*` wants at least one of its marks typed, `vẫn!` all of them: where without them it is mostly
another word ("tu tu" is "từ từ", slowly; "tu van" is "tư vấn", advise). Everything is bounded: no rule takes longer than in
proportion to the text.
"""

import re
from dataclasses import dataclass

from .kinds import Kind
from .reading import spelled

_GAPS = {"…": "[^ |]+", "~": "[^ ]+"}


@dataclass(frozen=True)
class Rule:
    """`pattern` says `kind`, unless what stands before or after it in the clause says otherwise."""

    kind: Kind
    pattern: re.Pattern[str]
    before: re.Pattern[str] | None = None
    after: re.Pattern[str] | None = None


def compiled(rule: str, *, edge: str = "") -> re.Pattern[str]:
    """The regular expression of a rule over a `Reading.line`. `edge`: "before" ends, "after" begins where it is looked from."""
    body = _sequence(_parts(rule))
    if edge == "before":
        return re.compile(rf"(?:^|(?<= )){body} $")
    if edge == "after":
        return re.compile(rf" {body}(?= |$)")
    return re.compile(rf"(?:^|(?<= )){body}(?= |$)")


def vocabulary() -> frozenset[str]:
    """Every word of the rules, as bare letters."""
    words = re.findall(r"[^\W\d_]+", " ".join(_SOURCES))
    return frozenset(spelled(word)[0] for word in words) - {"", *"aeiouy"}


def _parts(rule: str) -> list[str]:
    return re.findall(r"\([^()]*\)|\[[^\[\]]*\]|[…~]\d|[^\s()\[\]…~]+", rule)


def _sequence(parts: list[str]) -> str:
    """Words with a blank between each two; what may be left out takes its blank along."""
    out, is_open = "", False  # is_open: a blank is still to come before the next word
    for part in parts:
        blank = " " if is_open else ""
        if part[0] in _GAPS:
            out += f"(?:{blank}{_GAPS[part[0]]}){{0,{part[1]}}}"  # between words of the rule: never the first of it
        elif part[0] == "[":
            choice = _choice(part[1:-1])
            out += f"(?:{blank}{choice})?" if is_open else f"(?:{choice} )?"
        else:
            out += blank + (_choice(part[1:-1]) if part[0] == "(" else _spelling(part))
            is_open = True
    return out


def _choice(text: str) -> str:
    return f"(?:{'|'.join(' '.join(map(_spelling, one.split())) for one in text.split('|'))})"


def _spelling(word: str) -> str:
    """The word with each of its marks, or with none of them: whoever leaves some out has not typed another word."""
    wanted = word[-1] if word[-1] in "*!" else ""
    bare, marks = spelled(word.rstrip("*!"))
    if wanted == "!":
        return bare + marks
    return bare + (f"(?=[{marks}])" if wanted else "") + "".join(f"{mark}?" for mark in marks)


_SOURCES: list[str] = []


def _rules(kind: Kind, *patterns: str, before: str = "", after: str = "") -> list[Rule]:
    _SOURCES.extend([*patterns, before, after])
    return [
        Rule(
            kind,
            compiled(pattern),
            compiled(before, edge="before") if before else None,
            compiled(after, edge="after") if after else None,
        )
        for pattern in patterns
    ]


_ME = "(tôi|em|mình|anh|chị|con|cháu|tớ|bố|mẹ)"
_OTHERS_WORK = "(bị|sao|lại|đã|mở|gỡ|tự ý|tự động|tại sao|vì sao|ngân hàng|you|was|were|been)"
_BLOCK = "(khóa|đóng|xóa|hủy|chặn|cấm|vô hiệu hóa)"
_ACCOUNT = "(tài khoản|account)"
_PLAY = "(chơi|nạp|cược|cờ bạc|cá độ|cá cược|đánh bạc|đánh|thua|gỡ|nghiện)"
_NEEDED = "(tiền học|học phí|tiền nhà|tiền trọ|tiền lương|lương|tiền chợ|tiền ăn|tiền cưới|tiền thuê|tiền tiết kiệm)"

RULES: list[Rule] = [
    # --- somebody's life -------------------------------------------------------------------------------------------
    *_rules(
        Kind.CRISIS,
        "tự* tử",
        "tự tử*",
        "tự sát",
        "tự! vẫn",
        "tự vẫn!",
        "tự thiêu",
        "tự! tận",
        "suicide",
        "suicidal",
        before=(
            "(quân|nước đi|nước cờ|chiêu|skill|skin|nhiệm vụ|nhân vật|tướng|biệt đội|phim|bài hát|map|màn|chế độ|pha|lính|"
            "bot|đồng đội|game|con cờ|xe tăng|vụ|tin|bài báo|character|movie|song|the) …3"
        ),
        after="(squad|bomber|slot|mission|level|game|vào trụ)",
    ),
    *_rules(Kind.CRISIS, "không tự tử thì cũng", "(muốn|định|đòi|dọa|ép|ý định|đi|quyết) [là|chắc] tự (tử|vẫn)"),
    *_rules(
        Kind.CRISIS,
        "sẽ tự tử",
        after="(trả|làm|kiểm|xem|gửi|tìm|hiểu|đọc|chờ|đợi|nạp|rút|chơi|học|bổ sung|giải quyết|xử lý)",
    ),
    *_rules(
        Kind.CRISIS,
        "tự tử (mất|chết|luôn|quách|thật|thiệt|tối nay|bây giờ|cho rồi|cho xong|cho nhẹ|vì thua|vì nợ)",
        before="(cứ|làm|chơi|từ|load|chạy) …2",
    ),
    *_rules(
        Kind.CRISIS,
        "(muốn|đòi|định|tính|thà|mong|ước gì|ước) …2 chết",
        before=(
            "(mệt|chậm|lag|đói|sợ|lo|nóng|lạnh|khát|chán|tức|lâu|đau|mắc|nản|ngại|bực|vui|buồn cười|buồn ngủ|cười|đẹp|"
            "ngon|thèm|nhức đầu|đau đầu|ngán|mắc cười|ức|ngứa) [đến|tới|mà|luôn]"
        ),
        after="(máy|khiếp|cười|mê)",
    ),
    *_rules(
        Kind.CRISIS,
        "chết (quách|cho xong|cho rồi|cho rảnh|cho nhẹ|cho khuất|cho vừa lòng|cho đỡ|cho các|cho tôi|còn hơn|đi cho)",
        f"{_ME} chết (đây|cho|thì|đi)",
        f"(để|cho) {_ME} chết",
    ),
    *_rules(
        Kind.CRISIS,
        "(không|chẳng|chả) [còn] (muốn|thiết|đáng|thể|nên|dám|tha thiết) [tiếp tục] (sống|tồn tại)",
        "không …1 (sống|tồn tại) (nổi|nữa)",
        "sống không (nổi|được nữa)",
        after="(chung|với|ở|cùng|bằng|nhờ|xa|trong|như|thiếu|song|gần|chậm)",
    ),
    *_rules(
        Kind.CRISIS,
        "không còn …2 (lý do|động lực|hy vọng|gì|ai) …2 sống",
        "không còn …3 (cái chết|chết)",
        "(chỉ còn|còn mỗi|còn) [con] đường chết",
        "hết đường sống",
        "chán sống",
        "sống không bằng chết",
        "sống (làm gì|để làm gì|chi|mà làm gì) [nữa|cho]",
        "sống (sao|làm sao|thế nào|gì) nổi",
        "(nghĩ|tìm) (đến|tới|về) (cái chết|chuyện chết|việc chết|chết)",
        "nhảy (lầu|cầu|sông|từ tầng|xuống sông|xuống cầu|xuống đất)",
        "(đứng|ngồi|leo) …2 (sân thượng|lan can|thành cầu)",
        "(uống|mua|nuốt) …2 (thuốc ngủ|thuốc trừ sâu|thuốc sâu|thuốc chuột|thuốc diệt cỏ|thuốc độc)",
        "(treo|thắt) cổ!",
        "(sẽ|muốn|dọa|đi|định|đòi) (treo|thắt) cổ",
        "(rạch|cắt|cứa) (cổ tay|tay|mạch máu)",
        "thư tuyệt mệnh",
        "vĩnh biệt",
        "từ! biệt! [mọi người|tất cả]",
        "(từ giã|rời bỏ|rời xa|lìa) (cõi đời|cuộc đời|thế gian|trần gian|cõi đời này)",
        "biến mất khỏi [cái|cuộc] (đời|thế giới|cõi đời)",
        "(kết liễu|kết thúc|chấm dứt) …1 (đời|cuộc đời|cuộc sống|bản thân|mạng sống)",
        "(đâm|lao) đầu (vào|xuống) (xe|tàu|ô tô|sông|đường ray)",
        "kiếp sau (gặp|làm|trả)",
        "kill (myself|himself|herself|themselves)",
        "(want|wants|wanted|wish|going) to die",
        "(do not|no longer) want to (live|be alive|exist)",
        "end (my life|it all|my own life)",
        "(ending|taking|take) my [own] life",
        "can not (go on|live) [living|like this|anymore]",
        "better off dead",
        "hang myself",
        "nothing [left] to live for",
        "no reason to live",
        "not worth living",
        "(cut|cutting|harm|harming|hurt|hurting) myself",
        after="(waiting|wondering|laughing)",
    ),
    # --- wants to be kept from playing -----------------------------------------------------------------------------
    *_rules(
        Kind.SELF_EXCLUSION,
        "tự loại trừ",
        "self (exclude|exclusion|excluded|excluding)",
        "(cooling|cool) off",
        "(break|time out) from (gambling|playing|betting)",
        "stop (letting|allowing) me",
        "do not let me (deposit|play|gamble|bet|in)",
        f"(đừng|xin đừng|đừng bao giờ) [cho|để] {_ME} …1 (nạp|chơi|đặt cược|cược|cá|đánh|đăng nhập)",
        f"đừng cho {_ME} …1 (nạp|chơi|đặt cược|cược|cá|đánh|đăng nhập)",
        f"(giới hạn|cách nào|làm sao) …1 không cho {_ME} (nạp|chơi|vào)",
        "đừng …2 mở lại",
        "(muốn|xin) bị (chặn|cấm|khóa)",
        "(đăng ký|xin|muốn|cho tôi|cho em|cho mình) (tạm nghỉ|nghỉ chơi|ngừng chơi)",
        "(thời gian|chế độ|tính năng) (tự nghỉ|tạm nghỉ)",
        f"(cho|xin) {_ME} nghỉ …1 (tháng|năm)",
        "(nghỉ|ngừng|dừng) chơi …1 (tháng|năm|vĩnh viễn|luôn|hẳn)",
    ),
    *_rules(
        Kind.SELF_EXCLUSION,
        f"{_BLOCK} …5 (vĩnh viễn|mãi mãi)",
        f"{_BLOCK} [giúp|hộ|luôn] {_ACCOUNT} …3 (tháng|năm)",
        f"{_BLOCK} …4 {_ACCOUNT} ~9 (không|khỏi|đừng|hết) …3 (chơi|cờ bạc|cá độ|cá cược|đánh)",
        f"{_BLOCK} …4 {_ACCOUNT} ~9 (bỏ|cai|nghỉ chơi|nghiện|con bạc|sa đà)",
        f"{_BLOCK} {_ACCOUNT} ~9 sợ …2 nạp",
        f"(chơi|nạp) quá nhiều ~9 {_BLOCK} {_ACCOUNT}",
        f"(cấm|chặn|khóa) {_ME} …2 (chơi|nạp|vào|đặt|cá|đánh|lại|vĩnh viễn|luôn|đi)",
        "(exclude|ban|bar|block) me (from|permanently|for|please)",
        "please (exclude|ban|bar|block) me",
        "(close|deactivate|delete|suspend|lock) my account ~9 (permanently|forever|gamble|gambling|betting)",
        before=_OTHERS_WORK,
    ),
    # --- cannot stop, plays with what they live on -----------------------------------------------------------------
    *_rules(
        Kind.LOSS_OF_CONTROL,
        "nghiện (cờ bạc|cá độ|cá cược|đánh bạc|lô đề|bài bạc|cá cược|nổ hũ)",
        "nghiện ~4 không …2 (bỏ|dừng|ngừng|cai|kiểm soát|thoát)",
        f"{_PLAY} ~5 không …2 (dừng|ngừng|bỏ|cai|kiểm soát) [lại] (được|nổi)",
        f"không …1 (dừng|ngừng|bỏ|cai|kiểm soát) [lại] (được|nổi) ~5 {_PLAY}",
        "không …1 (dừng|ngừng|bỏ|cai) chơi (được|nổi)",
        "con bạc …3 không (cai|bỏ|dừng)",
        f"(thua|nướng|cược|đốt) …2 (hết|sạch|cả) …1 {_NEEDED}",
        "(vay|mượn) …4 (chơi|gỡ|nạp|cá độ|cược)",
        "(bán|cầm|cắm) (xe|nhà|đất|sổ đỏ|vàng|điện thoại|bán nhà) …4 (gỡ|chơi|nạp|cược)",
        "can not stop (gambling|playing|betting)",
        "addicted to (gambling|betting|slots|playing)",
        "gambling (problem|addiction|addict)",
        "gambled away",
        "(chasing|chase) my losses",
        "(lost|spent) …2 (rent|savings|salary|wages|mortgage)",
    ),
]

# As bare letters. What denies, what carries a denial on ("không hề có ý định …"), and what denies behind ("… đâu").
DENYING = frozenset(["khong", "chua", "chang", "cha", "dung", "dau", "ai", "not", "never", "nobody"])
CARRYING_ON = frozenset(
    {
        "he",
        "co",
        "phai",
        "la",
        "bao",
        "gio",
        "muon",
        "dinh",
        "y",
        "nghi",
        "den",
        "toi",
        "dam",
        "noi",
        "dang",
        "ma",
        "viec",
    }
    | {"chuyen", "doi", "rang", "yeu", "cau", "ky", "going", "to", "want", "do", "feel", "am"}
)
DENIED_AFTER = compiled("(đâu|thì không|là không)", edge="after")
