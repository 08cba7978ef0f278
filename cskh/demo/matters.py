"""What the demo's customers write about, and what they are answered. Every name, code and amount is invented."""

from dataclasses import dataclass

NEXT_LEVEL = (
    "Nếu chưa đồng ý, Quý khách trả lời thư này hoặc chọn “Chưa hài lòng” trên trang yêu cầu: một người khác, chưa tham gia "
    "quyết định, sẽ xem lại từ đầu. Quý khách cũng có thể hỏi cơ quan bảo vệ quyền lợi người tiêu dùng bất cứ lúc nào."
)


@dataclass(frozen=True)
class Offered:
    """What is done about it."""

    kind: str
    reason: str
    amount: int | None = None


@dataclass(frozen=True)
class Ruling:
    """What is found about a complaint and how it is decided; `clause` is the number of the policy's clause."""

    our_account: str
    what_happened: str
    plain: str
    cause: str
    fault: str
    source: str
    outcome: str
    reason: str
    clause: int
    remedy: Offered | None = None
    no_remedy_because: str = ""


@dataclass(frozen=True)
class Told:
    """A matter as a customer tells it, and the answer it ends with. `amount` is VND."""

    category: str
    subject: str
    body: str
    answer: str
    amount: int | None = None
    transaction_ref: str = ""
    nature: str = "service_request"
    ruling: Ruling | None = None


TOLD = (
    Told(
        "deposit-not-credited",
        "Nạp 2.000.000đ chưa vào tài khoản",
        "Sáng nay lúc 9h05 tôi chuyển khoản 2.000.000đ nhưng đến giờ số dư vẫn chưa thay đổi. "
        "Nội dung chuyển khoản tôi ghi đúng như hướng dẫn. Nhờ kiểm tra giúp.",
        "Khoản 2.000.000 ₫ của Quý khách đã được ghi có lúc 9h41. Nguyên nhân: ngân hàng gửi sao kê chậm nên hệ thống "
        "đối soát muộn. Chúng tôi xin lỗi vì đã để Quý khách phải chờ.",
        2_000_000,
        "FT26326004511",
    ),
    Told(
        "deposit-not-credited",
        "Chuyển khoản nhầm nội dung",
        "Tôi nạp 500k mà ghi thiếu mã khách hàng trong nội dung, tiền trừ rồi mà chưa thấy cộng.",
        "Chúng tôi đã đối chiếu mã giao dịch và ghi có 500.000 ₫ vào tài khoản của Quý khách. Lần sau Quý khách chỉ cần "
        "sao chép nội dung chuyển khoản hiện trên màn hình là tiền sẽ vào ngay.",
        500_000,
        "FT26325118820",
    ),
    Told(
        "withdrawal-delayed",
        "Rút tiền 3 tiếng chưa về",
        "Lệnh rút RT-88120 của tôi báo đang xử lý từ 14h, thường chỉ 15 phút là có. Xin kiểm tra giúp.",
        "Lệnh RT-88120 đã hoàn tất lúc 17h20. Ngân hàng nhận bảo trì từ 14h đến 17h nên các lệnh trong thời gian này bị chậm.",
        1_250_000,
        "RT-88120",
    ),
    Told(
        "login-failure",
        "Không nhận được mã OTP",
        "Tôi đổi sim hôm qua, nay đăng nhập không nhận được OTP dù số điện thoại vẫn như cũ.",
        "Nhà mạng đã mở lại dịch vụ nhận tin nhắn cho sim mới của Quý khách. Quý khách vui lòng thử đăng nhập lại.",
    ),
    Told(
        "account-locked",
        "Tài khoản bị khóa không rõ lý do",
        "Sáng nay tôi mở app thì báo tài khoản tạm khóa. Tôi không làm gì sai, xin cho biết lý do và mở giúp.",
        "Tài khoản bị khóa tạm do nhập sai mật khẩu năm lần từ một thiết bị lạ. Chúng tôi đã mở khóa sau khi xác minh; "
        "vui lòng đặt mật khẩu mới ở lần đăng nhập tới.",
        nature="complaint",
        ruling=Ruling(
            our_account="Hệ thống tự khóa sau năm lần nhập sai mật khẩu từ một thiết bị chưa từng dùng.",
            what_happened="Nhật ký đăng nhập: năm lần sai trong hai phút từ thiết bị lạ, khóa tự động theo quy tắc an toàn.",
            plain="Có người nhập sai mật khẩu năm lần từ một thiết bị lạ, nên hệ thống tạm khóa để bảo vệ tài khoản của Quý khách.",
            cause="rules_applied",
            fault="third_party",
            source="Nhật ký đăng nhập",
            outcome="partly",
            reason="Việc khóa là đúng quy tắc an toàn, nhưng màn hình không nói lý do như chính sách đã hứa.",
            clause=7,
            remedy=Offered("unlock", "Mở khóa tài khoản và gửi lý do khóa bằng văn bản."),
        ),
    ),
    Told(
        "account-takeover",
        "Có người đăng nhập tài khoản của tôi",
        "Tôi nhận thông báo đăng nhập từ máy lạ lúc 2h sáng, mật khẩu bị đổi. Xin khóa gấp giúp tôi!",
        "Chúng tôi đã chấm dứt mọi phiên đăng nhập, chặn thiết bị lạ và khôi phục quyền truy cập cho Quý khách. Không có "
        "khoản tiền nào bị chuyển đi.",
    ),
    Told(
        "technical-error",
        "App bị trắng màn hình khi xem lịch sử",
        "Từ bản cập nhật hôm qua, vào mục lịch sử giao dịch là màn hình trắng. Máy Android 14.",
        "Lỗi đã được sửa trong bản 5.2.1. Quý khách vui lòng cập nhật ứng dụng. Cảm ơn Quý khách đã báo lỗi.",
    ),
    Told(
        "promotion",
        "Chưa được cộng ưu đãi hoàn phí",
        "Tôi đã đủ điều kiện hoàn phí tháng 10 như chương trình ghi mà chưa thấy cộng.",
        "Quý khách đủ điều kiện ở ngày cuối chương trình; khoản hoàn phí đã được cộng hôm nay.",
        120_000,
    ),
    Told(
        "settlement",
        "Kết quả giao dịch tính sai",
        "Giao dịch GD-55120 của tôi bị tính thiếu 340.000đ so với bảng kê. Đề nghị xem lại.",
        "Chúng tôi đã tính lại giao dịch GD-55120: Quý khách được điều chỉnh thêm 340.000 ₫, đã ghi có hôm nay. Nguyên nhân "
        "là dữ liệu đối tác gửi thiếu một dòng.",
        340_000,
        "GD-55120",
        "dispute",
        Ruling(
            our_account="Bảng kê của đối tác thiếu một dòng; hệ thống tính theo bảng kê đó.",
            what_happened="Đối chiếu sổ lệnh với dữ liệu gốc: thiếu một dòng 340.000 ₫ của GD-55120.",
            plain="Dữ liệu đối tác gửi thiếu một dòng, nên giao dịch GD-55120 bị tính thiếu 340.000 ₫.",
            cause="data_error",
            fault="payment_partner",
            source="Sổ lệnh của hệ thống",
            outcome="upheld",
            reason="Sổ lệnh gốc khớp với lời Quý khách: số tiền đúng cao hơn 340.000 ₫.",
            clause=7,
            remedy=Offered("resettlement", "Điều chỉnh thêm 340.000 ₫ vào tài khoản của Quý khách.", 340_000),
        ),
    ),
    Told(
        "staff-conduct",
        "Nhân viên trả lời thiếu tôn trọng",
        "Hôm qua tôi gọi tổng đài lúc 20h, nhân viên nói trống không rồi cúp máy. Tôi rất không hài lòng.",
        "Chúng tôi đã nghe lại cuộc gọi và xác nhận nhân viên đã xử sự không đúng. Chúng tôi thành thật xin lỗi Quý khách; "
        "nhân viên đã được nhắc nhở và đào tạo lại.",
        nature="complaint",
        ruling=Ruling(
            our_account="Nhân viên trực nói lúc đó đường dây kém và tưởng cuộc gọi đã dứt.",
            what_happened="Bản ghi âm: nhân viên trả lời cụt và ngắt máy khi khách còn đang nói.",
            plain="Chúng tôi đã nghe lại cuộc gọi: nhân viên trả lời không lễ phép và ngắt máy khi Quý khách đang nói.",
            cause="staff_conduct",
            fault="operator_staff",
            source="Bản ghi âm cuộc gọi lúc 20h",
            outcome="upheld",
            reason="Bản ghi âm xác nhận điều Quý khách phản ánh.",
            clause=7,
            no_remedy_because="Không có thiệt hại bằng tiền; chúng tôi xin lỗi và đã đào tạo lại nhân viên.",
        ),
    ),
    Told(
        "suggestion",
        "Góp ý thêm nút sao chép",
        "Nên có nút sao chép số tài khoản trong màn hình nạp tiền, gõ tay dễ nhầm lắm.",
        "Cảm ơn Quý khách. Nút sao chép sẽ có trong bản cập nhật tháng 12.",
        nature="suggestion",
    ),
    Told(
        "other",
        "Hỏi giờ làm việc ngày lễ",
        "Tết này tổng đài có làm việc không ạ?",
        "Dạ có, CSKH làm việc cả 24 giờ trong mọi ngày, kể cả Tết.",
        nature="question",
    ),
)

NOTICES_LATE = Told(
    "deposit-not-credited",
    "Nạp 500.000đ hai tiếng chưa vào",
    "Tôi nạp 500.000đ lúc tối, ngân hàng trừ tiền rồi mà hai tiếng chưa thấy cộng, lỡ mất chương trình. Tôi khiếu nại.",
    "Khoản 500.000 ₫ đã được ghi có. Ghi có chậm là do hệ thống của chúng tôi; chúng tôi xin lỗi Quý khách.",
    500_000,
    "FT26330007001",
    "complaint",
    Ruling(
        our_account="Cổng nhận tin báo có bị nghẽn; tin đến đủ nhưng được xử lý muộn hai tiếng.",
        what_happened="Hàng đợi của cổng nhận tin báo có đầy sau khi nâng cấp, tin của ngân hàng xử lý chậm 118 phút.",
        plain="Hệ thống của chúng tôi xử lý tin báo của ngân hàng chậm gần hai tiếng, nên tiền được ghi có muộn.",
        cause="system_error",
        fault="operator_system",
        source="Nhật ký cổng nhận tin báo có",
        outcome="upheld",
        reason="Nhật ký xác nhận điều Quý khách phản ánh: tiền đến đúng giờ, chúng tôi ghi có muộn.",
        clause=7,
        remedy=Offered(
            "goodwill", "Cộng thêm 20.000 ₫ vào tài khoản của Quý khách vì đã để Quý khách phải chờ.", 20_000
        ),
    ),
)

IN_NEED = Told(
    "self-exclusion",
    "Giúp tôi với",
    "Tôi thua hết tiền học của con rồi, không dừng lại được. Khóa tài khoản của tôi vĩnh viễn giúp, mấy hôm nay tôi "
    "không muốn sống nữa.",
    "Tài khoản đã được tự loại trừ từ hôm nay và mọi tin quảng cáo đã dừng. Như đã nói qua điện thoại, chúng tôi sẽ gọi "
    "lại hỏi thăm Quý khách vào ngày mai.",
)

ADVERTISEMENT = Told(
    "other",
    "Tăng doanh thu gấp đôi chỉ trong 7 ngày",
    "Công ty chúng tôi nhận chạy quảng cáo giá rẻ, cam kết hoàn tiền. Xem bảng giá tại https://quangcao.example/bang-gia",
    "",
    nature="suggestion",
)
