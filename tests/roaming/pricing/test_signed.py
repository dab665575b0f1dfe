"""What the meter signed: OCMF records by keys made here, in every way that stations and peers write them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from roaming.pricing import Finding, audit
from roaming.pricing.ocmf import record
from roaming.pricing.ocmf_signatures import Verdict, fingerprint, verify
from roaming.pricing.signed import containers, key_fingerprint, signed_check
from tests.roaming.pricing.building import D, Json, period
from tests.roaming.pricing.test_cdr_identity import CDR, ELEVEN, TEN, both_ways, codes

KEY = ec.generate_private_key(ec.SECP256R1())
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
BEGUN = {"TM": "2026-02-23T10:00:00,000+0000 S", "TX": "B", "RV": 100.5, "RI": "1-b:1.8.0", "RU": "kWh", "ST": "G"}
ENDED = {**BEGUN, "TM": "2026-02-23T12:00:00,000+0100 S", "TX": "E", "RV": 104.5}


def written(payload: Any, key: ec.EllipticCurvePrivateKey = KEY, raw: bool = False, **signature: str) -> str:
    """A record with white space inside, which is part of what is signed."""
    signed = payload if isinstance(payload, str) else json.dumps(payload, indent=1)
    made = key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    if raw:
        width = (key.curve.key_size + 7) // 8
        made = b"".join(number.to_bytes(width) for number in decode_dss_signature(made))
    spelled = base64.b64encode(made).decode() if signature.get("SE") == "base64" else made.hex()
    return f"OCMF|{signed}|{json.dumps({'SD': spelled, **signature})}"


def reading(*rows: Json, **more: Any) -> Json:
    return {"FV": "1.0", "PG": "T1", "MS": "M1", **more, "RD": list(rows)}


def der(key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    return key.public_key().public_bytes(DER, SPKI)


def signed(*texts: Any, key: str | None = None, method: str = "OCMF") -> Json:
    values = [{"nature": "x", "plain_data": "", "signed_data": text} for text in texts]
    told = {"encoding_method": method, "signed_values": values}
    return {"signed_data": told | {"public_key": der().hex() if key is None else key}}


def found(*texts: Any, key: str | None = None, **changes: Any) -> list[Finding]:
    return audit(CDR | signed(*texts, key=key) | changes)


BOTH = written(reading(BEGUN, ENDED))


# signatures


def test_start_and_end_in_one_container() -> None:
    """CDR-26."""
    assert found(BOTH) == []
    assert [(one.verdict, len(one.readings)) for one in containers(CDR | signed(BOTH))] == [(Verdict.VALID, 2)]


def test_start_and_end_in_two_containers_in_any_order_and_repeated() -> None:
    start, end = written(reading(BEGUN)), written(reading(BEGUN, ENDED, PG="T2"))
    for order in ((start, end), (end, start), (start, end, end)):
        assert found(*order) == []


@pytest.mark.parametrize("change", [("104.5", "114.5"), ("M1", "M2"), (" ", "")])
def test_a_record_that_was_changed_after_it_was_signed_is_an_error(change: tuple[str, str]) -> None:
    head, payload, tail = BOTH.split("|")
    told = found(f"{head}|{payload.replace(*change)}|{tail}")
    assert "signature_invalid" in codes(told) and told[0].severity == "error"


def test_the_key_of_another_meter_does_not_fit() -> None:
    assert codes(found(BOTH, key=der(ec.generate_private_key(ec.SECP256R1())).hex())) == ["signature_invalid"]


def spellings(key: ec.EllipticCurvePrivateKey) -> list[str]:
    form, point = serialization.PublicFormat, serialization.Encoding.X962
    public, whole = key.public_key(), der(key)
    bare = public.public_bytes(point, form.UncompressedPoint)
    short = public.public_bytes(point, form.CompressedPoint)
    inside = base64.b64encode(whole).decode()
    return [
        whole.hex(), whole.hex().upper(), inside, public.public_bytes(PEM, SPKI).decode(), bare.hex(), short.hex(),
        base64.b64encode(bare).decode(), bare[1:].hex(), base64.b64encode(whole.hex().encode()).decode(),
        base64.b64encode(inside.encode()).decode(), f"oca:base16:asn1:{whole.hex()}", f"oca:base64:asn1:{inside}",
        base64.b64encode(f"oca:base16:asn1:{whole.hex()}".encode()).decode(),
    ]  # fmt: skip


@pytest.mark.parametrize("way", range(13))
def test_a_public_key_may_be_written_in_many_ways(way: int) -> None:
    key = spellings(KEY)[way]
    assert found(BOTH, key=key) == []
    assert key_fingerprint(CDR | signed(BOTH, key=key)) == fingerprint(der().hex()) != ""


@pytest.mark.parametrize(
    ("name", "curve"),
    [
        ("ECDSA-secp192r1-SHA256", ec.SECP192R1()),
        ("ECDSA-secp256r1-SHA256", ec.SECP256R1()),
        ("ECDSA-secp384r1-SHA256", ec.SECP384R1()),
        ("ECDSA-secp521r1-SHA256", ec.SECP521R1()),
        ("ECDSA-secp256k1-SHA256", ec.SECP256K1()),
        ("ECDSA-brainpool256r1-SHA256", ec.BrainpoolP256R1()),
        ("ECDSA-brainpoolP256r1-SHA256", ec.BrainpoolP256R1()),
        ("ECDSA-brainpool384r1-SHA256", ec.BrainpoolP384R1()),
    ],
)
def test_every_curve_of_the_specification_but_one_is_checked(name: str, curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    for text in (written(reading(BEGUN, ENDED), key, SA=name), written(reading(BEGUN, ENDED), key, raw=True, SA=name)):
        assert found(text, key=der(key).hex()) == []
        assert found(text, key=spellings(key)[4]) == []  # a bare point lies on the curve that the record names


def test_the_curve_that_nobody_here_can_check_is_told_and_no_error() -> None:
    told = found(written(reading(BEGUN, ENDED), SA="ECDSA-secp192k1-SHA256"))
    assert [(one.code, one.severity) for one in told] == [("signature_not_checked", "note")]
    assert codes(found(written(reading(BEGUN, ENDED), SA="RSA-2048-SHA256"))) == ["signature_not_checked"]


def test_a_key_on_a_curve_that_nobody_here_knows() -> None:
    whole = der(ec.generate_private_key(ec.SECP256K1()))
    key = whole.replace(bytes.fromhex("2b8104000a"), bytes.fromhex("2b8104001f")).hex()  # said to be secp192k1
    assert codes(found(BOTH, key=key)) == ["signature_not_checked"]
    assert fingerprint(key) == ""


def test_a_key_on_another_curve_than_the_record_names_does_not_fit() -> None:
    key = ec.generate_private_key(ec.SECP256K1())
    text = written(reading(BEGUN, ENDED), key, SA="ECDSA-secp256r1-SHA256")
    assert codes(found(text, key=der(key).hex())) == ["signature_invalid"]
    # Meters that name no algorithm are taken by their key.
    assert found(written(reading(BEGUN, ENDED), key), key=der(key).hex()) == []


def test_a_signature_in_base64() -> None:
    assert found(written(reading(BEGUN, ENDED), SE="base64")) == []


@pytest.mark.parametrize(
    ("text", "key", "code"),
    [
        (BOTH, "", "signature_not_checked"),
        (BOTH, "no key at all", "public_key_unreadable"),
        (BOTH, "00" * 3000, "public_key_unreadable"),
        (BOTH.rsplit("|", 1)[0], None, "signature_missing"),
        (BOTH.rsplit("|", 1)[0] + "|{}", None, "signature_missing"),
        (BOTH.rsplit("|", 1)[0] + '|{"SD":"xyz"}', None, "signature_invalid"),
        (BOTH.rsplit("|", 1)[0] + '|{"SD":"00"}', None, "signature_invalid"),
        (BOTH.rsplit("|", 1)[0] + '|{"SD":"' + "00" * 64 + '"}', None, "signature_invalid"),
    ],
)
def test_what_cannot_be_checked_is_told(text: str, key: str | None, code: str) -> None:
    assert codes(found(text, key=key)) == [code]


@pytest.mark.parametrize("spelled", [lambda text: base64.b64encode(text).decode(), bytes.hex])
def test_a_record_in_base64_or_hexadecimal_is_the_same_record(spelled: Any) -> None:
    """OCPI and OCPP 2.x carry Base64, OCPP 1.x may carry hexadecimal."""
    assert found(spelled(BOTH.encode())) == []
    assert record(spelled(BOTH.encode())) == record(BOTH)


def test_a_record_that_stands_in_plain_data_only_is_read_there() -> None:
    value = {"nature": "End", "plain_data": BOTH, "signed_data": "eA=="}
    data = {"encoding_method": "OCMF", "signed_values": [value], "public_key": der().hex()}
    assert audit(CDR | {"signed_data": data}) == []


# readings


def test_signed_readings_that_do_not_fit_the_energy_are_told() -> None:
    # 105.0 - 100.5 = 4.5 kWh, the CDR claims 4
    told = found(written(reading(BEGUN, ENDED | {"RV": 105.0})))
    assert codes(told) == ["signed_energy_mismatch"]
    assert told[0].amounts == {"claimed": D(4), "signed": D("4.5")}


def test_watt_hours_and_inherited_fields_are_understood() -> None:
    end = {"TM": "2026-02-23T11:00:00,000+0000 S", "TX": "E", "RV": 104500}
    assert found(written(reading(BEGUN | {"RV": 100500, "RU": "Wh"}, end))) == []


def test_a_register_of_the_transaction_counts_from_zero() -> None:
    assert found(written(reading(ENDED | {"RI": "01-00:B2.08.00*FF", "RV": 4.0}))) == []
    assert codes(found(written(reading(ENDED | {"RI": "01-00:B2.08.00*FF", "RV": 4.5})))) == ["signed_energy_mismatch"]


def test_a_single_reading_of_a_lifetime_register_shows_no_energy() -> None:
    assert codes(found(written(reading(BEGUN)))) == ["signed_reading_missing"]


def test_a_reading_of_another_meter_is_an_error() -> None:
    assert codes(found(BOTH, meter_id="M2")) == ["meter_serial_mismatch"]
    assert found(BOTH, meter_id="m1") == []
    assert codes(found(written(reading(BEGUN)), written(reading(ENDED, MS="M9")))) == ["meter_serial_mismatch"]


def test_a_reading_that_the_meter_itself_doubts_is_an_error() -> None:
    told = found(written(reading(BEGUN, ENDED | {"ST": "M", "EF": "Et"})))
    assert codes(told) == ["signed_reading_not_for_billing"]
    assert "meter status M, error flag for energy" in told[0].message
    assert found(written(reading(BEGUN, ENDED | {"EF": "t"}))) == []  # its time only


def test_readings_of_another_time_are_told() -> None:
    late = ENDED | {"TM": "2026-02-23T11:05:00,000+0000 S"}
    assert codes(found(written(reading(BEGUN, late)))) == ["signed_time_mismatch"]
    assert found(written(reading(BEGUN, late | {"TM": "2026-02-23T11:05:00,000+0000 U"}))) == []  # a clock not set
    assert list(signed_check(signed(BOTH))) == []  # nothing to hold it against


def test_each_signed_register_is_held_against_its_own_flow() -> None:
    """V2G: 6 kWh taken and 2 given back; the meter signed 6 and 2.5."""
    rows = [BEGUN | {"RV": 1}, {"RV": 1, "RI": "1-b:2.8.0"}, ENDED | {"RV": 7}, {"RV": 3.5, "RI": "1-b:2.8.0"}]
    told = audit(both_ways("6", "-2") | signed(written(reading(*rows))))
    assert [one.amounts for one in told if one.code == "signed_energy_mismatch"] == [
        {"claimed": D(2), "signed": D("2.5")}
    ]


def test_the_total_stands_in_where_no_period_tells_of_energy() -> None:
    silent = {name: value for name, value in CDR.items() if name != "total_energy_cost"}
    silent |= {"charging_periods": [period(TEN, TIME="1")]}
    assert "signed_energy_mismatch" not in codes(audit(silent | signed(BOTH)))
    wrong = written(reading(BEGUN, ENDED | {"RV": 105.0}))
    assert "signed_energy_mismatch" in codes(audit(silent | signed(wrong)))


@pytest.mark.parametrize("text", ["OCMF|{", "OCMF|[]|{}", "OCMF|{}|[]", "hello", None, "OCMF|" + "[" * 100_000, "4F"])
def test_what_is_no_ocmf_is_an_error(text: Any) -> None:
    assert codes(found(text)) == ["signed_data_unreadable"]


def test_rows_that_are_no_readings_are_passed_over() -> None:
    rows: list[Any] = [7, {"RV": "x"}, {"RV": 1, "RI": "1-b:16.7.0", "RU": "kW"}, {"RV": 1e300}]
    assert found(written({"RD": rows})) == []
    assert found(written({"RD": 5})) == []


def test_other_encodings_are_left_alone_and_told() -> None:
    assert codes(audit(CDR | signed("<xml/>", method="EDL"))) == ["signed_data_not_read"]
    assert audit(CDR | {"signed_data": {"encoding_method": "OCMF", "signed_values": []}}) == []
    assert audit(CDR | {"signed_data": {"encoding_method": "OCMF", "signed_values": [7]}})[0].severity == "error"
    assert audit(CDR | {"signed_data": 7}) == [] and containers({}) == [] and key_fingerprint({}) == ""


def test_whoever_lies_about_the_method_is_read_all_the_same() -> None:
    assert audit(CDR | signed(BOTH, method="ECDSA-secp256r1-SHA256")) == []


def test_a_key_that_is_none_has_no_fingerprint() -> None:
    assert fingerprint(None) == fingerprint("zz") == ""
    read = record(BOTH)
    assert read is not None and verify(read, 7) is Verdict.BAD_KEY
    assert read.serial == "M1" and ELEVEN
