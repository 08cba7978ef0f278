"""No customer is asked to pay in order to be helped: what is refused, and what must go through."""

import pytest

from cases.no_payment import asks_to_pay, thing_asks_to_pay
from cskh.defaults import policy, texts
from cskh.defaults.checklists import CHECKLISTS
from cskh.defaults.help import ARTICLES
from cskh.demo.matters import TOLD

REFUSED = [
    "Quý khách vui lòng nạp thêm 500.000đ để được rút tiền.",
    "Quy khach vui long nap them 500k de duoc rut tien",
    "Để mở khóa tài khoản, Quý khách cần chuyển 2.000.000đ vào tài khoản sau.",
    "Hãy đóng phí xác minh trước, sau đó chúng tôi sẽ giải ngân.",
    "Vui lòng nạp thêm 1.000.000đ. Sau đó tài khoản sẽ được mở khóa.",
    "Tài khoản sẽ được mở khóa sau khi Quý khách đóng phí bảo lãnh.",
    "Tai khoan se duoc mo khoa sau khi ban da nop thue",
    "Bạn phải đặt cọc 10% thì mới nhận lại tiền.",
    "Anh chỉ cần chuyển khoản trước 300k là lệnh rút được duyệt",
    "Yêu cầu Quý khách ký quỹ để khoản tiền được giải tỏa",
    "Vui lòng thanh toán phí để nhận tiền thưởng",
    "Biên lai đóng phí mở khóa",
    "Quý khách nạp thêm 5% phí để được rút tiền.",
    "Anh đóng phí 2% thì lệnh rút được duyệt",
    "Bạn chuyển thêm 500k nữa mới mở khóa được tài khoản",
    "Please deposit 500,000 VND to unlock your account.",
    "You need to pay a fee before we can release your withdrawal.",
    "Your money will be released once you have paid the verification fee.",
    "Kindly transfer 2 million so that we can process your refund",
    "To receive your winnings you must first top up your balance.",
    "Vui lòng gửi 500.000 để mở khóa tài khoản.",
    "Vui long gui them 500k de mo khoa tai khoan",
    "Anh chuyển giúp em 500k phí xác minh rồi bên em mở khóa",
    "Chị chuyển giúp bên em phí xác minh để được giải ngân.",
    "Please send us a small deposit. Then your account will be unlocked.",
]
ALLOWED = [
    "Phí giao dịch bạn đã trả được hoàn lại hôm nay.",
    "Chúng tôi không bao giờ yêu cầu chuyển thêm tiền để được giải quyết.",
    "Quý khách không cần nạp thêm tiền để rút tiền.",
    "Chung toi khong yeu cau quy khach nap them tien de mo khoa",
    "Vui lòng gửi biên lai chuyển khoản để được ghi có.",
    "Vui lòng chụp màn hình nạp tiền để chúng tôi xác minh.",
    "Khoản 2.000.000 ₫ Quý khách nạp lúc 9h đã được ghi có, Quý khách có thể rút tiền bình thường.",
    "Lần sau Quý khách chỉ cần sao chép nội dung chuyển khoản hiện trên màn hình là tiền sẽ vào ngay.",
    "Hôm qua Quý khách đã nạp thêm 500.000 ₫ để rút tiền, khoản ấy đã được ghi có.",
    "Quý khách nạp thêm hay không là tùy Quý khách; lệnh rút vẫn được duyệt.",
    "Phí rút tiền là 1.100 ₫ mỗi lệnh theo biểu phí.",
    "Chúng tôi đã chuyển tiền hoàn vào tài khoản của Quý khách.",
    "Đừng chuyển tiền cho bất kỳ ai hứa mở khóa tài khoản.",
    "Số tiền, thời điểm và mã giao dịch của lần nạp",
    "Ngân hàng cần chuyển lại khoản tiền; chúng tôi báo ngay khi có kết quả.",
    "Vui lòng gửi 2 ảnh để chúng tôi xác minh và mở khóa tài khoản.",
    "Vui lòng gửi 3 dòng sao kê để được hoàn tiền.",
    "Ngân hàng của anh chuyển cho bên em xác nhận rồi tài khoản được mở khóa.",
    "The transaction fee you paid has been refunded.",
    "Please send the receipt of your deposit so that it can be credited.",
    "Please attach deposit slip so that we can process your request.",
    "We never ask you to pay in order to be helped.",
    "You do not have to deposit more to withdraw.",
    "We transferred the refund to your account.",
    "Do not pay anybody who promises to unlock your account.",
]


THINGS_REFUSED = [
    ("Khoản đặt cọc 500.000", "để mở khóa tài khoản"),
    ("Khoan dat coc 500k", "de mo khoa tai khoan"),
    ("Biên lai nạp thêm 500.000 ₫", "để mở khóa rút tiền"),
    ("Biên lai nạp thêm 500.000 để mở khóa", ""),
    ("Biên lai phí xác minh 500.000 ₫", "Để lệnh rút được duyệt"),
    ("Giấy nộp thuế", "trước khi chi trả tiền thắng"),
    ("Khoản ký quỹ", "để giải ngân"),
    ("Verification deposit of 500000", "needed before your withdrawal is released"),
    ("Proof that you paid the tax", "so that we can release your winnings"),
    ("Receipt of the fee", "before we can unlock your account"),
]
THINGS_ALLOWED = [
    ("Biên lai nạp tiền", "để tìm khoản nạp chưa vào"),
    ("Biên lai nạp tiền", "Để xác minh trước khi mở khóa tài khoản"),
    ("Sao kê có khoản phí", "Để biết vì sao lệnh rút bị trừ phí"),
    ("Số tiền và giờ nạp", "để ghi có"),
    ("Receipt of your deposit", "so that it can be credited"),
    ("Deposit slip", "so that we find it before your withdrawal is released"),
    ("Bank statement", "to see whether the withdrawal arrived"),
]


@pytest.mark.parametrize(("name", "why"), THINGS_REFUSED)
def test_no_proof_of_a_payment_that_frees_is_asked_for(name, why):
    assert thing_asks_to_pay(name, why)


@pytest.mark.parametrize(("name", "why"), THINGS_ALLOWED)
def test_what_proves_an_ordinary_payment_is_asked_for(name, why):
    assert not thing_asks_to_pay(name, why)


@pytest.mark.parametrize("text", REFUSED)
def test_a_demand_for_money_is_refused(text):
    assert asks_to_pay(text)


@pytest.mark.parametrize("text", ALLOWED)
def test_harmless_sentences_pass(text):
    assert not asks_to_pay(text)


def test_what_we_ship_passes():
    shipped = [texts.NOTICE_VI, texts.NOTICE_EN, *(told.answer for told in TOLD)]
    shipped += [body for bodies in texts.REPLY_TEMPLATES.values() for body in bodies]
    shipped += [text for clause in policy.CLAUSES for text in clause]
    shipped += [text for article in ARTICLES.values() for text in article]
    shipped += [text for items in CHECKLISTS.values() for item in items for text in item.texts]
    assert [text for text in shipped if asks_to_pay(text)] == []
    things = [pair for items in CHECKLISTS.values() for item in items for pair in zip(item.name, item.why, strict=True)]
    assert [pair for pair in things if thing_asks_to_pay(*pair)] == []
