"""What the demo looks at in a hub that has more than the demo."""

from __future__ import annotations

from datetime import UTC, datetime

from config.demo import acts, world
from roaming.ocpi.party import PartyId

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_only_the_demo_s_own_locations_count() -> None:
    """The same operator may have others, and others may have one of the same name."""
    square, harbour = (world.location(name, NOW) for name in world.ADDRESSES)
    evse = {**square["evses"][0], "status": "AVAILABLE"}
    elsewhere = {**square, "id": "ELSEWHERE", "evses": [{**evse, "uid": "CP1-1"}]}
    stranger = {**harbour, "country_code": PartyId("BE", "VLT").country}
    published = [elsewhere, {**square, "evses": [evse]}, stranger]
    ours = acts.of_the_demo(published)
    assert list(ours) == [world.SQUARE]
    assert acts.available(ours) == {evse["uid"]}
    assert acts.available(acts.of_the_demo([{key: square[key] for key in square if key != "evses"}])) == set()
    assert list(acts.of_the_demo([*published, harbour])) == list(world.ADDRESSES)
