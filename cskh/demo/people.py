"""Who works at Bến Xanh, and who writes to it. Invented names; telephone numbers of a kind nobody has."""

from dataclasses import dataclass

from accounts.models import Role

PASSWORD = "ben-xanh-demo"  # noqa: S105 - printed for everybody who tries the demo, and known nowhere else


@dataclass(frozen=True)
class Staff:
    username: str
    family_name: str
    given_name: str
    role: Role
    department: str | None
    lead: bool = False
    superuser: bool = False


STAFF = (
    Staff("hoa", "Trần Thị", "Hoa", Role.INTAKE, "intake", lead=True),
    Staff("duc", "Phạm Minh", "Đức", Role.INTAKE, "intake"),
    Staff("lan", "Nguyễn Thị", "Lan", Role.SPECIALIST, "payments", lead=True),
    Staff("minh", "Lê Quang", "Minh", Role.SPECIALIST, "payments"),
    Staff("tuan", "Hoàng Anh", "Tuấn", Role.SPECIALIST, "account-security", lead=True),
    Staff("mai", "Đỗ Thanh", "Mai", Role.SPECIALIST, "account-security"),
    Staff("khoa", "Vũ Đăng", "Khoa", Role.SPECIALIST, "technical", lead=True),
    Staff("linh", "Bùi Khánh", "Linh", Role.SPECIALIST, "technical"),
    Staff("phuc", "Huỳnh Thiên", "Phúc", Role.SPECIALIST, "customer-protection", lead=True),
    Staff("thao", "Ngô Phương", "Thảo", Role.SPECIALIST, "quality"),
    Staff("son", "Đặng Hồng", "Sơn", Role.MANAGER, None),
    Staff("yen", "Phan Hải", "Yến", Role.MANAGER, None),
    Staff("kiemtoan", "Trịnh Văn", "Bình", Role.AUDITOR, None),
    Staff("admin", "Quản trị", "viên", Role.ADMINISTRATOR, None, superuser=True),
)

# (operator's id, name, mail box, telephone)
CUSTOMERS = (
    ("BX100231", "Nguyễn Văn An", "an@khach.example", "0900000101"),
    ("BX100472", "Trần Thu Hà", "ha@khach.example", "0900000102"),
    ("BX100518", "Lê Hoàng Nam", "nam@khach.example", "0900000103"),
    ("BX100609", "Phạm Ngọc Bích", "bich@khach.example", "0900000104"),
    ("BX100733", "Võ Thành Long", "long@khach.example", "0900000105"),
    ("BX100815", "Đặng Thị Thuỷ", "thuy@khach.example", "0900000106"),
    ("BX100940", "Bùi Gia Huy", "huy@khach.example", "0900000107"),
    ("BX101027", "Hồ Mỹ Duyên", "duyen@khach.example", "0900000108"),
    ("BX101116", "Dương Quốc Khánh", "khanh@khach.example", "0900000109"),
    ("BX101268", "Lý Tuyết Nhung", "nhung@khach.example", "0900000110"),
)
