"""The billing API at /api/v1/billing/: CDRs, what changes about them, bills, exports, statements. It only reads.

Its tokens are its own (S47). Money and energy are strings digit for digit, times are UTC, every list goes by key, and
whatever is wrong with a request is told as `{"code", "detail"}`, of parameters with the `fields`.
"""
