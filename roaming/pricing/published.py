"""What a CDR would have cost by the tariffs that were published when its session began (ocpi/ocpi#273, #543).

Asked only where the tariffs inside the CDR differ from those: a change that costs nobody anything is no reason to hold
a CDR back, one that does is told with both totals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from roaming.pricing.amounts import rounded
from roaming.pricing.bill import Bill
from roaming.pricing.claims import Claims
from roaming.pricing.documents import Document, read_tariffs
from roaming.pricing.errors import BadInput
from roaming.pricing.findings import Finding, error, warning
from roaming.pricing.options import PricingOptions
from roaming.pricing.pricing import price


def published_check(
    document: Document,
    claims: Claims,
    bill: Bill,
    held: Sequence[Mapping[str, Any]],
    time_zone: str | None,
    options: PricingOptions,
) -> Iterator[Finding]:
    named = {name.casefold() for name in bill.tariff_ids}
    meant = [dict(one) for one in held if str(one.get("id", "")).casefold() in named]
    try:
        other = price(document, read_tariffs(meant), time_zone=time_zone, options=options)
    except BadInput as failure:
        reason = f"cannot be computed by the tariff that was published: {failure.reason}"
        yield warning("published_not_comparable", "/tariffs", reason)
        return
    given, published = bill.exact_total[0], other.exact_total[0]
    if abs(given - published) <= Fraction(options.tolerance):
        return
    amounts = {"cdr": rounded(given), "published": rounded(published), "difference": rounded(given - published)}
    if claims.total_cost is not None:
        amounts["claimed"] = claims.total_cost.excl_vat
    yield error(
        "differs_from_published",
        "/tariffs",
        f"by its own tariffs {rounded(given):f}, by those published before the session {rounded(published):f}",
        amounts=amounts,
        alternatives={"published": other.total_cost.document()},
    )
