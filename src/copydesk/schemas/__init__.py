"""What every record is made of: one schema each, from which validators, Arrow, Features, types and tables derive.

>>> from copydesk.schemas import Schemas
>>> schemas = Schemas.packaged()
>>> schemas.check("article", {"article_id": "art-1"}, where="here")[0].code
'missing-field'
"""

from __future__ import annotations

from copydesk.schemas.catalogue import RECORDS, Schemas
from copydesk.schemas.fields import Field

__all__ = ["RECORDS", "Field", "Schemas"]
