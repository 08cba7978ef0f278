"""What reviews of closed cases ask at first: (slug, class of error, what is met, how to tell), Vietnamese and English."""

from cases.quality.models import Criterion, Critical

_CUSTOMER, _BUSINESS, _COMPLIANCE = Critical.CUSTOMER, Critical.BUSINESS, Critical.COMPLIANCE

CRITERIA = (
    (
        "right-answer",
        _CUSTOMER,
        ("Câu trả lời đúng với sự việc", "The answer is right in the matter"),
        ("Đối chiếu với chứng cứ và dữ liệu trên hồ sơ.", "Compare it with the evidence and the records on the case."),
    ),
    (
        "all-answered",
        _CUSTOMER,
        ("Mọi điều khách hàng hỏi đều được trả lời", "Everything the customer asked is answered"),
        ("Kể cả điều khách hàng nêu thêm về sau.", "Including what the customer added later."),
    ),
    (
        "plain-words",
        _CUSTOMER,
        ("Lời lẽ dễ hiểu, lịch sự, không trách khách hàng", "Plain and polite words that blame nobody"),
        (
            "Không có từ nội bộ, viết tắt hay câu mẫu lạc đề.",
            "No inside words, abbreviations or phrases off the point.",
        ),
    ),
    (
        "next-step",
        _CUSTOMER,
        ("Khách hàng biết bước tiếp theo và thời hạn", "The customer knows what comes next and by when"),
        ("Nếu không còn bước nào thì nói rõ như vậy.", "Where nothing is left to come, it says so."),
    ),
    (
        "asked-once",
        _CUSTOMER,
        ("Chỉ yêu cầu thông tin cần thiết, và chỉ một lần", "Only what was needed was asked for, and once"),
        ("Không hỏi lại điều hồ sơ đã có.", "Nothing that the case had already."),
    ),
    (
        "right-category",
        _BUSINESS,
        ("Phân loại và bộ phận xử lý đúng", "Category and department are right"),
        ("Theo nội dung thật của yêu cầu khi đóng.", "By what the request proved to be when it was closed."),
    ),
    (
        "record-complete",
        _BUSINESS,
        ("Hồ sơ đủ để người khác hiểu mà không phải hỏi", "Somebody else understands the case without asking"),
        ("Việc đã làm, cuộc gọi và lý do đều được ghi.", "What was done, calls and reasons are written down."),
    ),
    (
        "right-remedy",
        _BUSINESS,
        (
            "Biện pháp khắc phục đúng mức, không thừa không thiếu",
            "The remedy is right: neither too much nor too little",
        ),
        ("Không áp dụng nếu không có biện pháp nào.", "Not applicable where there was none."),
    ),
    (
        "identity",
        _COMPLIANCE,
        (
            "Đã xác minh đúng người trước khi nói về tài khoản",
            "The person was verified before their account was spoken of",
        ),
        ("Không áp dụng nếu không nói gì về tài khoản.", "Not applicable where nothing was said of an account."),
    ),
    (
        "privacy",
        _COMPLIANCE,
        (
            "Không lộ dữ liệu của người khác hay thông tin nội bộ",
            "Nothing of other people and nothing internal was disclosed",
        ),
        ("Xem mọi tin gửi đi, kể cả tệp đính kèm.", "Look at everything that went out, attachments too."),
    ),
    (
        "by-the-policy",
        _COMPLIANCE,
        ("Quyết định theo đúng điều khoản đang có hiệu lực", "The decision follows the clause that was in force"),
        ("Làm khác thì có lý do và người thứ hai duyệt.", "What deviates has a reason and a second person's approval."),
    ),
    (
        "no-demand",
        _COMPLIANCE,
        (
            "Không đòi nộp thêm tiền, không hứa điều không được hứa",
            "No demand for money and no promise that was not ours to make",
        ),
        ("Kể cả qua điện thoại.", "On the telephone too."),
    ),
)


def criteria() -> list[Criterion]:
    """The shipped ones, to begin a draft with."""
    return [
        Criterion(
            slug=slug,
            critical=critical,
            text_vi=text[0],
            text_en=text[1],
            help_vi=hint[0],
            help_en=hint[1],
            position=position,
        )
        for position, (slug, critical, text, hint) in enumerate(CRITERIA)
    ]
