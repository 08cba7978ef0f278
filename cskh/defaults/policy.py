# ruff: noqa: E501 - paragraphs are lines here
"""The first published customer policy: clauses by number, Vietnamese and English. New versions are published in the admin.

The times are those of the operator's own rule pack (`cases.sla.packs.INTERNAL`) and of the evidence settings; a test holds
them against each other.
"""

from datetime import date

POLICY_VALID_FROM = date(2026, 1, 1)

# (title vi, title en, text vi, text en); the number of a clause is its place, counted from 1.
CLAUSES = (
    (
        "Các kênh chính thức",
        "Official channels",
        """Quý khách có thể liên hệ với chúng tôi qua trò chuyện trực tuyến, biểu mẫu trên trang này, email, tổng đài hoặc ứng dụng chính thức. Mọi kênh có giá trị như nhau: cùng một quy trình, cùng một thứ tự ưu tiên.

Danh sách kênh chính thức luôn có trên trang chủ của trang hỗ trợ này. Nhân viên của chúng tôi không bao giờ hỏi mật khẩu hoặc mã OTP, và không bao giờ yêu cầu chuyển tiền để được giải quyết.""",
        """You can reach us by live chat, by the form on this site, by email, by telephone or in the official app. Every channel counts the same: one procedure, one order of priority.

The list of official channels is always on the home page of this site. Our staff never ask for passwords or one-time codes, and never ask you to pay in order to be helped.""",
    ),
    (
        "Mã yêu cầu và theo dõi",
        "Tracking code and progress",
        """Mỗi yêu cầu được cấp một mã ngay khi tiếp nhận, trên chính kênh Quý khách đã dùng. Với mã này Quý khách luôn xem được: yêu cầu đang ở bước nào, việc tiếp theo là gì, ai đang phải làm và trước khi nào.

Riêng mã yêu cầu chưa đủ để mở nội dung: chúng tôi gửi thêm mã dùng một lần tới địa chỉ liên hệ đã lưu, hoặc một đường dẫn đã ký trong thư của chúng tôi.""",
        """Every request gets a code the moment it is received, on the channel you used. With it you always see where your request stands, what is next, whose turn it is, and by when.

The code alone does not open what is in the request: we also send a one-time code to the contact on file, or a signed link in our messages.""",
    ),
    (
        "Thời gian phản hồi",
        "How soon we reply",
        """Trò chuyện trực tuyến: nhân viên trả lời trong vòng 1 phút. Biểu mẫu và ứng dụng: trong vòng 15 phút. Email: trong vòng 1 giờ. Cuộc gọi nhỡ: chúng tôi gọi lại trong vòng 15 phút. Việc khẩn cấp, như tài khoản bị khóa hoặc tiền chưa vào, được xem trước.

Tin nhắn tự động báo đã nhận không được tính là phản hồi. Khi không có nhân viên nào rảnh, khung trò chuyện nói rõ điều đó và tin nhắn trở thành một yêu cầu có mã.""",
        """Live chat: a person answers within 1 minute. Form and app: within 15 minutes. Email: within 1 hour. Missed calls: we call back within 15 minutes. Urgent matters, such as a locked account or a payment that has not arrived, come first.

An automatic acknowledgement does not count as a reply. When nobody is free, the chat says so and your message becomes a request with a code.""",
    ),
    (
        "Thời gian giải quyết",
        "How soon we settle a matter",
        """Mục tiêu của chúng tôi tùy theo loại việc: phần lớn trong vòng 15 phút đến 8 giờ; việc khác trong vòng 24 giờ; yêu cầu về dữ liệu cá nhân trong vòng 72 giờ. Trang chủ cho biết thời gian thực tế của từng chủ đề.

Việc phức tạp cần thêm thời gian; khi đó chúng tôi cho Quý khách biết tiến độ ít nhất 24 giờ một lần. Nếu chúng tôi trễ hạn, trang theo dõi nói rõ điều đó và người phụ trách được báo ngay.""",
        """Our targets depend on the matter: most within 15 minutes to 8 hours, others within 24 hours, requests about personal data within 72 hours. The home page shows how long each topic really takes.

Complex matters take longer; we then tell you how far we are at least every 24 hours. When we are late, the tracking page says so and those in charge are told at once.""",
    ),
    (
        "Thông tin chúng tôi có thể đề nghị bổ sung",
        "What we may ask you for",
        """Chúng tôi chỉ đề nghị những gì cần cho yêu cầu này, ví dụ biên lai, mã giao dịch hoặc ảnh chụp màn hình, và nói rõ vì sao cần. Thông tin đã có thì không hỏi lại. Chúng tôi không bao giờ cần mật khẩu, mã OTP hay đủ số thẻ.

Quý khách thường có 24 giờ để gửi, và tối đa 72 giờ; thời hạn giải quyết được tạm dừng trong lúc chờ. Nếu không có, hãy cho chúng tôi biết: chúng tôi tìm cách khác và vẫn tiếp tục xử lý.""",
        """We ask only for what this request needs, such as a receipt, a transaction code or a screenshot, and say why we need it. What we have, we do not ask for again. We never need passwords, one-time codes or full card numbers.

You usually have 24 hours to send it, and 72 hours at most; the time we have to settle the matter pauses meanwhile. If you do not have it, tell us: we find another way and go on.""",
    ),
    (
        "Xem xét công bằng",
        "A fair look",
        """Chúng tôi xem cả lời trình bày của Quý khách và dữ liệu của chúng tôi trước khi kết luận. Những việc ảnh hưởng nhiều tới Quý khách do một người đề xuất và một người khác duyệt.

Người có liên quan tới sự việc không được tham gia quyết định. Khiếu nại không bao giờ làm Quý khách bị đối xử kém đi.""",
        """We look at what you tell us and at our own records before we conclude. Outcomes that matter much to you are proposed by one person and approved by another.

Nobody who is concerned takes part in the decision. A complaint never makes us treat you worse.""",
    ),
    (
        "Khắc phục",
        "How we put things right",
        """Nếu lỗi thuộc về chúng tôi, chúng tôi nói rõ điều đó, xin lỗi và khắc phục để Quý khách ở đúng vị thế như khi lỗi không xảy ra: ghi có hoặc hoàn khoản tiền thiếu, đính chính dữ liệu, mở khóa tài khoản hoặc việc làm cụ thể khác.

Mỗi biện pháp có người chịu trách nhiệm và thời hạn, và được theo dõi cho tới khi thực hiện xong.""",
        """Where the fault is ours, we say so, apologise, and put you in the position you would have been in without it: crediting or refunding the missing amount, correcting data, unlocking the account, or another concrete step.

Every such step has somebody responsible and a date, and is followed until it is done.""",
    ),
    (
        "Trả lời và đóng yêu cầu",
        "Our answer, and closing",
        """Câu trả lời được gửi qua kênh Quý khách đã liên hệ đầu tiên và luôn có trên trang theo dõi. Yêu cầu được đóng khi Quý khách đồng ý.

Nếu Quý khách không trả lời sau câu trả lời đầu tiên, chúng tôi nhắc sau 24 giờ và sau 72 giờ, rồi đóng yêu cầu sau 7 ngày. Khi Quý khách đã không đồng ý một lần, im lặng không bao giờ được coi là đồng ý.""",
        """The answer is sent over the channel you used first, and always stands on the tracking page. The request is closed when you agree.

If you do not reply to our first answer, we remind you after 24 hours and after 72 hours and close the request after 7 days. Once you have disagreed, silence never counts as agreement.""",
    ),
    (
        "Khi Quý khách chưa hài lòng",
        "When you are not satisfied",
        """Quý khách có thể nói không đồng ý bằng một lần bấm, không cần nêu lý do. Yêu cầu được mở lại với toàn bộ hồ sơ và giao cho người chưa từng quyết định về việc này; chúng tôi liên hệ lại trong vòng 1 giờ.

Sau khi đã xem xét lại, chúng tôi có thể gửi thư trả lời cuối cùng, trong đó nêu rõ lý do và nơi Quý khách có thể tiếp tục. Yêu cầu đã đóng vẫn nhận được tin nhắn của Quý khách.""",
        """You can say that you do not agree with one click and without a reason. The request is opened again with its whole file and given to somebody who has not decided on it before; we contact you within 1 hour.

Having looked again, we may send a final response, with its reasons and where you can turn next. A closed request still takes your messages.""",
    ),
    (
        "Các cơ quan bên ngoài",
        "Bodies outside our house",
        """Quý khách luôn có quyền nhờ cơ quan bảo vệ quyền lợi người tiêu dùng, tổ chức hòa giải, trọng tài hoặc tòa án có thẩm quyền, mà không cần chờ chúng tôi xử lý xong. Thư trả lời cuối cùng của chúng tôi nêu cơ quan phù hợp với vụ việc.""",
        """You may turn to the competent consumer protection authority, mediation, arbitration or court at any time, without waiting for us to finish. Our final response names the body that fits the matter.""",
    ),
    (
        "Dữ liệu cá nhân",
        "Your personal data",
        """Chúng tôi dùng thông tin Quý khách gửi chỉ để giải quyết yêu cầu, không dùng cho quảng cáo. Chỉ người cần cho công việc mới xem được; mỗi lần xem dữ liệu nhạy cảm đều được ghi lại.

Quý khách có thể yêu cầu xem, sửa hoặc xóa dữ liệu của mình theo quy định của pháp luật. Chi tiết có trong thông báo về quyền và quyền riêng tư.""",
        """We use what you send only to settle the request, and never for advertising. Only those who need it for their work see it, and every look at sensitive data is recorded.

You may ask to see, correct or erase your data as the law provides. The rights and privacy notice has the details.""",
    ),
    (
        "Trách nhiệm của Quý khách",
        "What we ask of you",
        """Xin Quý khách cung cấp thông tin đúng sự thật, giữ kín mật khẩu và mã dùng một lần, và tôn trọng nhân viên của chúng tôi. Lời lẽ gay gắt không làm mất quyền được giải quyết.""",
        """Please tell the truth, keep passwords and one-time codes to yourself, and respect our staff. Angry words do not take away your right to be helped.""",
    ),
    (
        "Quyền của Quý khách",
        "Your rights",
        """Quý khách có quyền: được lắng nghe và được cấp mã theo dõi cho mọi yêu cầu, qua bất kỳ kênh nào, miễn phí; được biết yêu cầu đang ở bước nào, ai đang xử lý và trước khi nào; được biết lý do và điều khoản của mỗi quyết định bằng lời dễ hiểu; được trình bày và gửi bằng chứng trước khi chúng tôi kết luận; được xem xét lại bởi người chưa từng quyết định; được rút yêu cầu bất cứ lúc nào; được nhờ người khác hoặc cơ quan bên ngoài giúp; và được bảo vệ dữ liệu cá nhân.

Quý khách cũng có quyền yêu cầu tự loại trừ hoặc được bảo vệ bất cứ lúc nào; yêu cầu đó luôn được xem trước mọi việc khác. Dùng bất kỳ quyền nào trong số này không bao giờ làm Quý khách bị đối xử kém đi.""",
        """You have the right: to be heard and to get a tracking code for every request, over any channel, free of charge; to know where your request stands, who is working on it and by when; to know the reason and the clause of every decision in plain words; to have your say and send evidence before we conclude; to a new look by somebody who has not decided on it; to withdraw at any time; to have somebody else, or a body outside, help you; and to have your personal data protected.

You may also ask for self-exclusion or protection at any time; that always comes before everything else. Using any of these rights never makes us treat you worse.""",
    ),
)
