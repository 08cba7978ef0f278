# ruff: noqa: E501 - paragraphs are lines here
"""The first rights and privacy notice, and the first reply templates. Both are changed in the admin."""

NOTICE_VERSION = "1.0"
NOTICE_VI = """Mục đích: chúng tôi dùng thông tin Quý khách gửi để tiếp nhận, xác minh và giải quyết yêu cầu này, không dùng cho mục đích quảng cáo.

Quyền của Quý khách: được cấp mã yêu cầu ngay, được biết tiến độ, được giải thích căn cứ của kết quả, được không đồng ý và được người khác xem xét lại, được yêu cầu xem, sửa hoặc xóa dữ liệu cá nhân theo quy định.

Nghĩa vụ: cung cấp thông tin đúng sự thật; không gửi mật khẩu, mã OTP hoặc đủ số thẻ. Nhân viên của chúng tôi không bao giờ hỏi những thông tin đó và không bao giờ yêu cầu chuyển thêm tiền để được giải quyết."""
NOTICE_EN = """Purpose: we use what you send to receive, check and resolve this request, and never for advertising.

Your rights: to get a tracking code at once, to know the progress, to be given the grounds of the outcome, to disagree and have somebody else look again, and to see, correct or erase your personal data as the law provides.

Your duties: tell the truth; never send passwords, one-time codes or full card numbers. Our staff never ask for them, and never ask you to pay in order to be helped."""

# shortcut: (title, Vietnamese, English)
REPLY_TEMPLATES = {
    "xin-chao": (
        "Lời chào đầu",
        "Kính chào {customer},\n\nTôi là {agent}, nhân viên CSKH {brand}, phụ trách yêu cầu {code} của Quý khách.\n\n",
        "Dear {customer},\n\nI am {agent} of {brand} customer care and I look after your request {code}.\n\n",
    ),
    "da-cong-tien": (
        "Đã ghi có",
        "Khoản tiền của Quý khách đã được ghi có vào tài khoản. Nguyên nhân là giao dịch được đối soát chậm. "
        "Chúng tôi thành thật xin lỗi vì sự bất tiện này.\n\n",
        "Your payment has been credited to your account. The cause was a late reconciliation. We apologise for the trouble.\n\n",
    ),
    "khac-phuc": (
        "Kết quả và phương án giải quyết",
        "Kính chào {customer},\n\nChúng tôi đã xem xét xong khiếu nại {code}. Chúng tôi sẽ thực hiện cho Quý khách:\n{remedies}\n\n"
        "Nếu đồng ý, Quý khách chọn “Tôi đồng ý” trên trang yêu cầu; nếu chưa, một người khác sẽ xem lại.\n\n",
        "Dear {customer},\n\nWe have looked into your complaint {code}. This is what we do for you:\n{remedies}\n\n"
        "If you agree, choose “I agree” on the page of your request; if not, somebody else looks at it again.\n\n",
    ),
    "dang-tra-soat": (
        "Đang tra soát với ngân hàng",
        "Chúng tôi đã gửi yêu cầu tra soát tới ngân hàng và sẽ báo Quý khách ngay khi có kết quả.\n\n",
        "We have asked the bank to trace the payment and will tell you as soon as it answers.\n\n",
    ),
    "mo-khoa": (
        "Đã mở khóa tài khoản",
        "Tài khoản của Quý khách đã được mở khóa. Vì an toàn, vui lòng đặt mật khẩu mới ở lần đăng nhập tới.\n\n",
        "Your account has been unlocked. For your safety please set a new password at the next login.\n\n",
    ),
}
