"""Numbers of bills, returns and credit notes."""


def bill_number(prefix: str, year: str, sequence: int) -> str:
    """`BILL-2627-000123`; above 999,999 in a year the hyphens drop out, so it stays within 16 characters.

    Rule 46(b) of the CGST Rules 2017: consecutive, unique for a financial year, at most sixteen characters.
    """
    if sequence > 999_999:
        return f"{prefix}{year}{sequence}"
    return f"{prefix}-{year}-{sequence:06d}"
