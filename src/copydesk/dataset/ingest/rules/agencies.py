"""News agencies and the codes that datelines print for them."""

from __future__ import annotations

#: code → full name
AGENCIES = {
    "AA": "Anadolu Agency",
    "AAP": "Australian Associated Press",
    "AFP": "Agence France-Presse",
    "ANI": "Asian News International",
    "ANSA": "Agenzia Nazionale Stampa Associata",
    "ANTARA": "Antara",
    "AP": "Associated Press",
    "APA": "Austria Presse Agentur",
    "BERNAMA": "Bernama",
    "CNA": "Central News Agency",
    "CP": "The Canadian Press",
    "DPA": "Deutsche Presse-Agentur",
    "EFE": "Agencia EFE",
    "IANS": "Indo-Asian News Service",
    "IRNA": "Islamic Republic News Agency",
    "JTA": "Jewish Telegraphic Agency",
    "KYODO": "Kyodo News",
    "NAN": "News Agency of Nigeria",
    "PA": "PA Media",
    "PNA": "Philippine News Agency",
    "PTI": "Press Trust of India",
    "REUTERS": "Reuters",
    "RNS": "Religion News Service",
    "TASS": "TASS",
    "UPI": "United Press International",
    "VNA": "Vietnam News Agency",
    "XINHUA": "Xinhua News Agency",
    "YONHAP": "Yonhap News Agency",
}
#: other ways to write them, lower case → code
NAMES = {name.lower().removeprefix("the "): code for code, name in AGENCIES.items()} | {
    code.lower(): code for code in AGENCIES
}


def agency(name: str) -> tuple[str, str] | None:
    """Code and full name of the agency that ``name`` is, however written; None when it is none."""
    code = NAMES.get(name.strip().strip(".").lower().removeprefix("the "))
    return (code, AGENCIES[code]) if code else None


def fields(name: str, confidence: float) -> tuple[tuple[str, str, float], ...]:
    """What naming an agency says of a record."""
    known = agency(name)
    return (("agency.code", known[0], confidence), ("agency.name", known[1], confidence)) if known else ()
