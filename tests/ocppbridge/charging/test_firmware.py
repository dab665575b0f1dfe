"""How a firmware update goes, and whose signature it bears."""

from __future__ import annotations

import base64
import hashlib
from decimal import Decimal
from functools import reduce

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from ocppbridge.charging import signatures
from ocppbridge.charging.firmware import OPEN, State, Update
from ocppbridge.charging.intents import Monitor, SetMonitors
from ocppbridge.charging.monitoring import outcomes
from ocppbridge.charging.outcomes import Accepted, Refused
from ocppbridge.charging.variables import named
from ocppbridge.models import FirmwareUpdate
from tests.ocppbridge import pki

BODY = b"firmware"
SHA = hashlib.sha256(BODY).hexdigest()


def gone(update: Update, *news: str) -> Update:
    """A word of the station; a boot is `boot:version`."""
    return reduce(
        lambda now, word: now.with_boot(word[5:]) if word.startswith("boot:") else now.told(word), news, update
    )


@pytest.mark.parametrize(
    ("wanted", "news", "state"),
    [
        ("2", ("Downloading", "Installing", "InstallRebooting", "boot:2", "Installed"), State.DONE),
        ("2", ("Installed", "boot:2"), State.DONE),
        ("2", ("Installed",), State.INSTALLED),
        ("2", ("InstallRebooting", "boot:1", "boot:2", "Installed"), State.DONE),
        ("2", ("InstallRebooting", "boot:1", "Installed"), State.FAILED),
        ("2", ("Installed", "boot:1"), State.FAILED),
        ("", ("Downloading", "Installed"), State.DONE),
        ("", ("boot:1",), State.UNDER_WAY),
        ("2", ("DownloadFailed", "Installed", "boot:2"), State.FAILED),
        ("2", ("Idle",), State.UNDER_WAY),
    ],
)
def test_an_update_is_judged_by_what_the_station_boots_with(wanted: str, news: tuple[str, ...], state: State) -> None:
    assert gone(Update(wanted).answered(Accepted("Accepted")), *news).state is state


def test_what_has_ended_stays_ended() -> None:
    done = gone(Update().answered(Accepted("Accepted")), "Installed")
    assert done.told("DownloadFailed") == done.with_boot("1") == done.cancelled("x") == done.silent("x") == done
    assert done.answered(Refused("Rejected")) == done


def test_silence_and_refusals_say_why() -> None:
    assert Update().answered(None).reason == "the station did not answer"
    assert Update().answered(Refused("Rejected", "busy")).reason == "Rejected busy"
    assert Update().cancelled("another").state is State.CANCELLED
    assert Update().silent("nothing").state is State.SILENT


def test_the_words_of_rows_and_decisions_are_the_same() -> None:
    assert {str(one) for one in State} == set(FirmwareUpdate.State.values)
    assert all(one in FirmwareUpdate.State.values for one in OPEN)


# Signatures


def test_a_signature_of_an_elliptic_curve_is_recognised() -> None:
    signer = pki.certificate("Maker")
    signature = signatures.signed(signer.key, SHA)
    assert signatures.complaint(signer.pem, signature, SHA) == ""
    assert "not of this file" in signatures.complaint(signer.pem, signature, "00" * 32)
    assert "not of this file" in signatures.complaint(pki.certificate("Other").pem, signature, SHA)


@pytest.mark.parametrize("pad", [padding.PKCS1v15(), padding.PSS(padding.MGF1(SHA256()), 32)])
def test_an_rsa_signature_is_recognised_with_either_padding(pad: padding.AsymmetricPadding) -> None:
    key = rsa.generate_private_key(65537, 2048)
    signer = pki.certificate("Maker", key=key)
    signature = base64.b64encode(key.sign(BODY, pad, SHA256())).decode()
    assert signatures.complaint(signer.pem, signature, SHA) == ""
    assert "not of this file" in signatures.complaint(signer.pem, signature, "00" * 32)


def test_what_is_no_signature_is_said_to_be_none() -> None:
    signer = pki.certificate("Maker")
    assert "cannot be read" in signatures.complaint("no PEM", "c2lnbg==", SHA)
    assert "Base64" in signatures.complaint(signer.pem, "***", SHA)
    other = pki.certificate("Maker", pki.certificate("Root", authority=True), key=ed25519.Ed25519PrivateKey.generate())
    assert "neither RSA nor" in signatures.complaint(other.pem, "c2lnbg==", SHA)


# Answers about monitors


def test_answers_about_monitors_stand_in_the_order_of_the_questions_or_count_for_all() -> None:
    monitor = Monitor(named("A.B"), "Delta", Decimal(1), 5)
    told = {"results": [{"status": "Rejected", "statusInfo": {"reasonCode": "Busy"}}, {"status": "Accepted", "id": 2}]}
    both = outcomes(SetMonitors((monitor, monitor)), Accepted("Rejected", data=told))
    assert [(type(made), number) for made, number in both] == [(Refused, None), (Accepted, 2)]
    assert both[0][0] is not None and both[0][0].reason == "Busy"
    assert outcomes(SetMonitors((monitor,)), None) == [(None, None)]
    refused = Refused("InternalError")
    assert outcomes(SetMonitors((monitor, monitor)), refused) == [(refused, None)] * 2
