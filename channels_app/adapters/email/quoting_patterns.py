"""The words by which mail programs mark quotes, forwards and signatures, as plain phrases per language.

Everything here is data: no regular expressions, no logic. `quoting_marks.py` folds the phrases (case and accents away) the
same way as it folds the lines of a mail, so each phrase stands once, in its usual spelling. Sources: the wording that
Gmail, Outlook, Apple Mail, Yahoo, Zoho, Thunderbird, Samsung Mail and Proton write in each language.
"""

# First words of an attribution line ("On Mon, 16 Nov 2026 …"). Dates and weekdays need no entry: they are recognised.
OPENERS = (
    *("Vào", "Ngày", "Lúc", "Hôm", "Trong thư", "Vào hồi"),  # Vietnamese
    *("On", "At", "In message", "In a message dated"),  # English
    *("Le", "El", "Il", "In data", "Em", "No dia", "Às", "Am", "Den", "På", "Op", "La"),  # Western Europe
    *("Dnia", "W dniu", "Dne", "Dňa", "В", "На"),  # Slavic languages
    *("在", "於", "于", "ในวันที่", "เมื่อ", "เมื่อวันที่", "Pada", "Tarih"),  # Asia
)

# The verb that ends an attribution line, before its colon or dashes.
CLOSING_VERBS = (
    *("đã viết", "viết", "đã viết như sau", "đã gửi", "đã ghi", "đã nhắn", "viết rằng", "đã trả lời"),
    *("wrote", "writes", "said", "says", "sent", "wrote the following"),
    *("a écrit", "nous a dit", "ha scritto", "escribió", "ha escrito", "escribiu", "ha escrit"),
    *("escreveu", "escreveu o seguinte", "geschrieben", "schrieb", "schrieben Sie", "schrieb folgendes"),
    *("schreef", "het volgende geschreven", "geschreven", "skrev", "skreiv", "skrev følgende", "skrev följande"),
    *("følgende", "följande", "kirjoitti", "ezt írta", "írta", "a scris", "έγραψε"),
    *("napisał", "napisała", "napisał(a)", "nadesłał", "pisze", "napsal", "napsal(a)", "napísal", "napísal(a)"),
    *("написал", "написала", "написал(а)", "пишет", "писал", "писал(а)", "пише", "написав"),
    *("写道", "寫道", "写了", "来信", "のメール", "のメッセージ", "書きました", "さんは書きました", "は書きました"),
    *("님이 작성", "님이 작성하였습니다", "작성", "님이 다음을 작성", "님이 쓴 글", "이(가) 쓴 글", "님의 말"),
    *("เขียนว่า", "เขียน", "menulis", "tulis", "şunu yazdı", "şunları yazdı", "yazdı", "كتب", "כתב/ה"),
)

# Verbs that stand between date and author ("Am … schrieb Anna <…>:").
VERBS_BEFORE_AUTHOR = ("schrieb", "skrev", "skreiv", "schreef", "kirjoitti", "heeft", "написал", "escreveu")

# Verbs that stand between author and date ("Anna wrote on …:").
VERBS_BEFORE_DATE = (
    *("đã viết vào", "đã viết lúc", "đã viết ngày", "viết vào", "viết lúc", "viết ngày"),
    *("wrote on", "wrote at", "schrieb am", "a écrit le", "escribió el", "ha scritto il", "escreveu em"),
    *("escreveu no dia", "schreef op", "skrev den", "skrev følgende den", "kirjoitti", "ezt írta", "写于"),
)

# Subjects of a sentence, not names of a sender: "Ngày 16/11/2026 lúc 9:12 tôi đã viết:" is the customer's own prose.
OWN_SUBJECTS = (
    *(
        "tôi",
        "mình",
        "em",
        "anh",
        "chị",
        "tui",
        "con",
        "cháu",
        "nó",
        "họ",
        "chúng tôi",
        "bên bạn",
        "bên mình",
        "bên em",
        "nhân viên",
        "bạn tôi",
    ),
    *("i", "we", "he", "she", "they", "my", "your", "our", "someone", "ich", "wir", "je", "nous", "yo", "io", "eu"),
)

# Keys of the header block that Outlook and others put above the quoted mail, by what they say.
HEADER_KEYS: dict[str, tuple[str, ...]] = {
    "from": (
        *("Từ", "Người gửi", "Gửi bởi", "Thư từ", "From", "Sender", "De", "Expéditeur", "Von", "Absender", "Da"),
        *("Mittente", "Remitente", "Van", "Afzender", "Fra", "Från", "Od", "Nadawca", "От", "От кого", "Отправитель"),
        *("Від", "Lähettäjä", "Feladó", "De la", "发件人", "發件人", "寄件者", "寄件人", "差出人", "送信者", "送信元"),
        *("보낸 사람", "보낸사람", "발신", "จาก", "Dari", "Kimden", "Gönderen", "Αποστολέας"),
    ),
    "date": (
        *("Ngày", "Đã gửi", "Gửi", "Ngày gửi", "Gửi lúc", "Gửi ngày", "Đã gửi lúc", "Thời gian", "Thời gian gửi"),
        *("Date", "Sent", "Sent at", "Sent on", "Date Sent", "Envoyé", "Envoyé le", "Date d'envoi", "Gesendet"),
        *("Gesendet am", "Datum", "Inviato", "Inviata", "Data", "Data invio", "Enviado", "Enviado el", "Fecha"),
        *("Enviado em", "Enviada em", "Enviada", "Verzonden", "Sendt", "Dato", "Skickat", "Wysłano", "Wysłane"),
        *("Odesláno", "Отправлено", "Дата", "Надіслано", "Lähetetty", "Elküldve", "Dátum", "发送时间", "發送時間"),
        *("时间", "日期", "发送日期", "寄件日期", "傳送時間", "送信日時", "日時", "送信", "日付", "보낸 날짜", "날짜"),
        *("보낸날짜", "ส่ง", "วันที่", "ส่งเมื่อ", "Terkirim", "Dikirim", "Tanggal", "Gönderildi", "Tarih"),
        "Gönderme Tarihi",
    ),
    "to": (
        *("Đến", "Tới", "Người nhận", "Gửi đến", "Gửi tới", "Gửi cho", "Cho", "To", "Recipient", "À", "Pour"),
        *("Destinataire", "An", "A", "Para", "Aan", "Naar", "Til", "Till", "Do", "Komu", "Кому", "Vastaanottaja"),
        *(
            "Címzett",
            "收件人",
            "收件者",
            "宛先",
            "받는 사람",
            "받는사람",
            "수신",
            "ถึง",
            "Kepada",
            "Ke",
            "Kime",
            "Alıcı",
        ),
    ),
    "subject": (
        *("Chủ đề", "Tiêu đề", "Tiêu đề thư", "V/v", "Subject", "Objet", "Sujet", "Betreff", "Betr", "Oggetto"),
        *("Asunto", "Assunto", "Onderwerp", "Emne", "Ämne", "Temat", "Předmět", "Predmet", "Тема", "Aihe", "Tárgy"),
        *("Subiect", "主题", "主題", "主旨", "标题", "件名", "제목", "เรื่อง", "หัวเรื่อง", "Subjek", "Perihal", "Konu"),
    ),
    "other": (
        *("Cc", "Bcc", "Đồng gửi", "Đồng kính gửi", "Bản sao", "Kopie", "Kopia", "Kopi", "Copie", "Copia", "Copie à"),
        *("Ccn", "Cci", "DW", "Копия", "抄送", "副本", "参照", "참조", "สำเนา", "Bilgi", "Tembusan", "Reply-To"),
        *("Trả lời tới", "Trả lời cho", "Répondre à", "Responder a", "Antwort an", "Importance", "Độ quan trọng"),
        *("Attachments", "Tệp đính kèm", "Đính kèm", "Organization", "Priority", "Mức độ ưu tiên", "Wichtigkeit"),
    ),
}

# "-----Original Message-----" and its kin; they count only between dashes or other rules.
ORIGINAL_MESSAGE = (
    *("Thư gốc", "Tin nhắn gốc", "Email gốc", "Thư điện tử gốc", "Thông điệp gốc", "Nội dung gốc", "Thư ban đầu"),
    *("Tin nhắn ban đầu", "Nội dung thư gốc", "Thư trả lời", "Original Message", "Original Mail", "Original Email"),
    *("Original Appointment", "Reply Message", "Reply Above", "Message d'origine", "Message original"),
    *("Ursprüngliche Nachricht", "Originalnachricht", "Original-Nachricht", "Ursprüngliche Mitteilung"),
    *("Antwort Nachricht", "Messaggio originale", "Mensaje original", "Mensagem original", "Mensagem Original"),
    *("Oorspronkelijk bericht", "Origineel bericht", "Oprindelig meddelelse", "Oprindelig besked"),
    *("Opprinnelig melding", "Ursprungligt meddelande", "Originalmeddelande", "Alkuperäinen viesti"),
    *("Wiadomość oryginalna", "Oryginalna wiadomość", "Treść oryginalnej wiadomości", "Původní zpráva"),
    *("Pôvodná správa", "Исходное сообщение", "Оригинальное сообщение", "Початкове повідомлення", "Eredeti üzenet"),
    *("原始邮件", "原始郵件", "原始消息", "原邮件", "原件", "元のメッセージ", "원본 메시지", "원본 메일"),
    *("ข้อความต้นฉบับ", "ข้อความเดิม", "Pesan Asli", "Pesan asal", "Özgün İleti", "Orijinal Mesaj"),
)

# Forward markers that stand between dashes …
FORWARDED_MESSAGE = (
    *("Thư đã chuyển tiếp", "Thư được chuyển tiếp", "Thư chuyển tiếp", "Tin nhắn đã chuyển tiếp", "Chuyển tiếp"),
    *(
        "Tin nhắn được chuyển tiếp",
        "Tin nhắn chuyển tiếp",
        "Chuyển tiếp thư",
        "Email chuyển tiếp",
        "Nội dung chuyển tiếp",
    ),
    *("Forwarded message", "Forwarded Mail", "Forwarded by", "Message transféré", "Message transmis"),
    *("Weitergeleitete Nachricht", "Messaggio inoltrato", "Mensaje reenviado", "Mensagem encaminhada"),
    *("Mensagem reencaminhada", "Doorgestuurd bericht", "Videresendt meddelelse", "Videresendt melding"),
    *("Videresendt besked", "Vidarebefordrat meddelande", "Välitetty viesti", "Przekazana wiadomość"),
    *("Treść przekazanej wiadomości", "Přeposlaná zpráva", "Preposlaná správa", "Пересылаемое сообщение"),
    *("Перенаправленное сообщение", "Пересланное сообщение", "Переслане повідомлення", "Továbbított üzenet"),
    *(
        "转发的邮件",
        "转发邮件",
        "轉寄郵件",
        "轉寄的郵件",
        "转发信息",
        "転送メッセージ",
        "転送されたメッセージ",
        "メッセージを転送",
    ),
    *("전달된 메시지", "전달된 메일", "ข้อความที่ส่งต่อ", "Pesan terusan", "Pesan diteruskan", "Yönlendirilmiş ileti"),
    *("İletilen İleti", "İletilmiş Mesaj"),
)

# … and those that Apple Mail writes as a line of its own, with a colon.
FORWARD_BEGINS = (
    *("Bắt đầu chuyển tiếp thư", "Bắt đầu thư chuyển tiếp", "Bắt đầu thư được chuyển tiếp", "Thư được chuyển tiếp"),
    *("Bắt đầu tin nhắn được chuyển tiếp", "Begin forwarded message", "Forwarded message", "Start forwarded message"),
    *("Début du message réexpédié", "Début du message transféré", "Anfang der weitergeleiteten Nachricht"),
    *("Inizio messaggio inoltrato", "Inicio del mensaje reenviado", "Início da mensagem encaminhada"),
    *("Início da mensagem reencaminhada", "Begin doorgestuurd bericht", "Start på videresendt besked"),
    *("Videresendt melding", "Vidarebefordrat mejl", "Välitetty viesti alkaa", "Początek przekazywanej wiadomości"),
    *("Začátek přeposílané zprávy", "Начало переадресованного сообщения", "Továbbított levél kezdete"),
    *(
        "下面是被转发的邮件",
        "以下是轉寄的郵件",
        "開始轉寄郵件",
        "転送されたメッセージ",
        "전달된 메시지",
        "İleti başlangıcı",
    ),
)

# "Please type your reply above this line", as help desks write it; see `is_reply_limit` for how the two parts combine.
REPLY_LIMIT_STARTS = (
    *("Vui lòng", "Xin", "Hãy", "Trả lời", "Nhập", "Viết", "Phản hồi", "Nội dung trả lời", "Soạn"),
    *("Please", "Reply", "Type", "Write", "Enter", "To reply", "Respond", "Add your", "Your reply"),
)
REPLY_LIMIT_ENDS = (
    *("trên dòng này", "trên đường này", "trên dòng kẻ này", "trên vạch này", "trước dòng này"),
    *("above this line", "above the line", "above this text", "above this message", "above here"),
)

# Lines that a phone or program adds on its own. These openings are never the start of an ordinary sentence …
PROGRAM_LINE_STARTS = (
    *("Tải Outlook cho", "Tải xuống Outlook cho", "Tải về Outlook cho", "Nhận Outlook cho", "Get Outlook for"),
    *("Télécharger Outlook pour", "Obtenez Outlook pour", "Hent Outlook til", "Holen Sie sich Outlook für"),
    *("Outlook für", "Obtener Outlook para", "Descargar Outlook para", "Obter o Outlook para", "Scarica Outlook per"),
    *("Ottieni Outlook per", "Download Outlook voor", "Hämta Outlook för", "获取 Outlook for", "下载 Outlook"),
    *("Yahoo Mail: Search", "Yahoo Mail: Tìm kiếm", "Virus-free", "Không có vi-rút", "https://www.avast.com"),
)

# … and these are one only when a device or mail program is named close behind.
SENT_FROM = (
    *(
        "Gửi từ",
        "Đã gửi từ",
        "Được gửi từ",
        "Đã được gửi từ",
        "Thư được gửi từ",
        "Email được gửi từ",
        "Tin được gửi từ",
    ),
    *(
        "Gửi bằng",
        "Đã gửi bằng",
        "Được gửi bằng",
        "Được gửi với",
        "Gửi qua",
        "Gửi bởi",
        "Được gửi bởi",
        "Từ điện thoại",
        "Từ iPhone",
    ),
    *("Sent from", "Sent via", "Sent with", "Sent using", "Sent by", "Sent on", "From my", "Composed on"),
    *("Envoyé de", "Envoyé depuis", "Envoyé à partir de", "Envoyé avec", "Gesendet von", "Gesendet mit", "Von meinem"),
    *("Gesendet über", "Diese Nachricht wurde von", "Inviato da", "Inviato dal", "Enviado desde", "Enviado do"),
    *("Enviado a partir do", "Enviado de", "Enviado con", "Enviado pelo", "Verzonden vanaf", "Verzonden met"),
    *("Verstuurd vanaf", "Verstuurd met", "Sendt fra", "Skickat från", "Lähetetty", "Wysłano z", "Wysłane z"),
    *("Odesláno z", "Отправлено с", "Отправлено из", "发自", "從", "发送自", "발신", "ส่งจาก", "Dikirim dari"),
    *("Terkirim dari", "由我的", "从我的", "由我", "發自", "Vom", "Von"),
)
PRODUCTS = (
    *("iphone", "ipad", "ipod", "ios", "android", "samsung", "galaxy", "xiaomi", "redmi", "oppo", "vivo", "realme"),
    *("huawei", "nokia", "lg", "htc", "sony", "pixel", "poco", "blackberry", "alcatel", "windows", "mac", "macbook"),
    *(
        "outlook",
        "yahoo",
        "gmail",
        "zoho",
        "proton",
        "protonmail",
        "thunderbird",
        "airmail",
        "spark",
        "mail",
        "mailbox",
    ),
    *("mail.ru", "yandex", "hotmail", "aol", "k-9", "bluemail", "mobile", "phone", "smartphone", "tablet", "device"),
    *("cell", "telefon", "handy", "mobilgerät", "téléphone", "móvil", "celular", "telefono", "mobiel"),
    *("điện thoại", "thiết bị di động", "máy tính bảng", "di động", "thư dành cho", "thư cho windows", "smartphone"),
)
# Languages that put the verb last end the line like this.
SENT_FROM_ENDS = ("から送信", "より送信", "에서 보냄", "에서 보냈습니다", "傳送", "发送", "發送", "umdan gönderildi")

# Words that make a sentence of it: "Gửi từ điện thoại nhưng không được" is the customer speaking.
SENTENCE_WORDS = (
    *(
        "nhưng",
        "và",
        "mà",
        "không",
        "chưa",
        "sang",
        "đến",
        "lúc",
        "hôm",
        "vào",
        "thì",
        "là",
        "được",
        "rồi",
    ),
    *(
        "số",
        "tài khoản",
        "ngân hàng",
        "and",
        "but",
        "was",
        "were",
        "is",
        "are",
        "did",
        "does",
        "not",
        "to",
        "yesterday",
    ),
    *("today", "keeps", "has", "have", "never", "account", "arrived", "screenshot", "attached"),
)
